"""Retrieval step by step: how often the right sentence is first, and among the first three, in each order.

usage: python -m tests.benchmarks.bench_retrieval --library DIR --questions FILE
DIR is a folder with config.toml in which `footnote index` was run, for example what
`python -m index.training.datasets.squad_library` writes; FILE holds questions as `footnote eval` takes them.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from index.evaluation.gold_questions import GoldQuestion, read_questions
from index.evaluation.measures import first_hit
from index.records import Answer, Candidate, Citation, Source
from tests.benchmarks.opened_index import OpenedIndex

TOP = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--library", type=Path, required=True)
    parser.add_argument("--questions", type=Path, required=True)
    options = parser.parse_args()
    index = OpenedIndex.open(options.library)
    questions = [question for question in read_questions(options.questions) if question.answerable]
    hits: dict[str, list[int | None]] = {"dense sentences": [], "rough order": [], "learnt fusion": []}
    for question in questions:
        nearest = index.nearest(question)
        orders = (
            sorted(nearest, key=lambda candidate: -candidate.dense),
            nearest,
            [candidate for candidate, _ in index.ranked(question).ranked],
        )
        for places, order in zip(hits.values(), orders, strict=True):
            places.append(hit(question, order[:TOP]))
    print(f"{len(questions)} answerable questions: right sentence first / among the first {TOP}, in percent")
    for name, places in hits.items():
        first, among = (
            100 * sum(place is not None and place <= last for place in places) / len(places)
            for last in (1, TOP)
        )
        print(f"{name}: {first:.1f} / {among:.1f}")


def hit(question: GoldQuestion, candidates: Sequence[Candidate]) -> int | None:
    citations = tuple(
        Citation(number, Source("", "", None), candidate.text, candidate.start, candidate.end, None, 0)
        for number, candidate in enumerate(candidates, 1)
    )
    return first_hit(question, Answer(question.question, True, 0, None, citations, 0))


if __name__ == "__main__":
    main()
