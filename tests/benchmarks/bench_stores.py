"""The answers of a library in a folder compared with those of its copy in PostgreSQL, and their times.

usage: python -m tests.benchmarks.bench_stores CONFIG QUESTIONS [--sample N] [--answers N] [--top-k N]
CONFIG names a library in a folder whose index is built; QUESTIONS is a file as for `footnote eval`. The copy
is made in a server of its own, or in the one that FOOTNOTE_TEST_POSTGRES names. The candidates of all
questions are compared, or of a sample, and the whole answers to so many of these, evenly spread; both stores
take turns. Where candidates differ, rank and scores of the first difference are shown: a tie, or more.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.building.store_copy import copy_library
from index.config import Config, StoreSection
from index.library import Library
from index.records import Answer, Candidate
from index.retrieval.opening import open_database, open_files
from index.storage.published import AnyGeneration, StoredLibrary, open_published
from tests.support.postgres_server import running_server

Lookup = Callable[[str, Floats], list[Candidate]]
"""Finds the candidates for a question and its vector."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=Path)
    parser.add_argument("questions", type=Path)
    parser.add_argument("--sample", type=int, default=0, help="so many questions only; 0: all")
    parser.add_argument("--answers", type=int, default=0, help="so many whole answers only; 0: all")
    parser.add_argument("--top-k", type=int, default=3)
    options = parser.parse_args()
    lines = options.questions.read_text("utf-8").splitlines()
    questions = [json.loads(line) for line in lines if line.strip()]
    questions = _spread(questions, options.sample)
    config = Config.read(options.config)
    with running_server() as server:
        stored = config.model_copy(update={"store": StoreSection(url=server.database())})
        started = time.perf_counter()
        facts = copy_library(config, stored)
        print(f"{facts.articles} articles, {facts.sentences} sentences copied in {_since(started):.1f} s")
        libraries = (Library.open(config), Library.open(stored))
        lookups = (open_published(config, _lookup), open_published(stored, _lookup))
        _compare_candidates(libraries[0], lookups, [question["question"] for question in questions])
        _compare_answers(libraries, _spread(questions, options.answers), options.top_k)


def _spread(questions: list[dict[str, str]], most: int) -> list[dict[str, str]]:
    """Return `most` of the questions, evenly spread; all of them for 0."""
    if not most or most >= len(questions):
        return questions
    return [questions[place * len(questions) // most] for place in range(most)]


def _compare_answers(libraries: tuple[Library, Library], questions: list[dict[str, str]], top_k: int) -> None:
    same: Counter[str] = Counter()
    times: tuple[list[float], list[float]] = ([], [])
    confidence = 0.0
    for question in questions:
        answers: list[Answer] = []
        for library, own in zip(libraries, times, strict=True):
            started = time.perf_counter()
            answers.append(library.ask(question["question"], article=question.get("article"), top_k=top_k))
            own.append(_since(started))
        folder, stored = answers
        ours, theirs = ([_place(one) for one in answer.citations] for answer in answers)
        same["first citation"] += ours[:1] == theirs[:1]
        same["all citations, in order"] += ours == theirs
        same["all citations, in any order"] += sorted(ours) == sorted(theirs)
        same["answer"] += folder.answer == stored.answer
        confidence = max(confidence, abs(folder.confidence - stored.confidence))
        if ours != theirs or folder.answer != stored.answer:
            print("differs:", json.dumps([question["question"], _shown(folder), _shown(stored)]))
    _print_same(same, len(questions))
    print(f"confidences differ by {confidence:.2g} at most")
    _print_times("whole answer", times)


def _compare_candidates(library: Library, lookups: tuple[Lookup, Lookup], questions: list[str]) -> None:
    times: tuple[list[float], list[float]] = ([], [])
    same, apart = Counter[str](), 0.0
    for question in questions:
        (vector,) = library.question_vectors([question])  # alone, as `ask` encodes it
        found: list[list[Candidate]] = []
        for lookup, own in zip(lookups, times, strict=True):
            started = time.perf_counter()
            found.append(lookup(question, vector))
            own.append(_since(started))
        ours, theirs = ([(one.start, one.text) for one in candidates] for candidates in found)
        same["candidates, in order"] += ours == theirs
        same["candidates, in any order"] += sorted(ours) == sorted(theirs)
        if ours != theirs:
            _show_first_difference(question, found)
        scores = [
            {(one.start, one.text): (one.dense, one.passage, one.lexical) for one in each} for each in found
        ]
        both = scores[0].keys() & scores[1].keys()
        apart = max([apart, *(np.abs(np.subtract(scores[0][k], scores[1][k])).max() for k in both)])
    _print_same(same, len(questions))
    print(f"scores of the same candidate differ by {apart:.2g} at most")
    _print_times("retrieval", times)


def _show_first_difference(question: str, found: list[list[Candidate]]) -> None:
    for rank, (mine, other) in enumerate(zip(*found, strict=False)):
        if (mine.start, mine.text) != (other.start, other.text):
            shown = [[one.text[:40], one.dense, one.passage, one.lexical] for one in (mine, other)]
            print("differs:", json.dumps([question, rank, *shown], default=float))
            return
    print("differs:", json.dumps([question, *map(len, found)]))


def _lookup(generation: AnyGeneration) -> Lookup:
    """Return what finds the candidates for a question; those in a database are of one state of it."""
    if not isinstance(generation, StoredLibrary):
        return open_files(generation).retrieve
    retriever, database, tenant = open_database(generation), generation.database, generation.tenant
    return lambda question, vector: database.snapshot(tenant, lambda _: retriever.retrieve(question, vector))


def _print_same(same: Counter[str], of: int) -> None:
    for name, count in same.items():
        print(f"{name}: {count} of {of} the same", flush=True)


def _print_times(what: str, times: tuple[list[float], list[float]]) -> None:
    for name, seconds in zip(("folder", "PostgreSQL"), times, strict=True):
        p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
        print(f"{what}, {name}: p50 {p50:.1f} ms, p95 {p95:.1f} ms")


def _place(citation: object) -> tuple[str, int]:
    return citation.article.id, citation.start  # type: ignore[attr-defined]


def _shown(answer: Answer) -> list[object]:
    return [answer.answer, round(answer.confidence, 6), [one.sentence[:60] for one in answer.citations]]


def _since(started: float) -> float:
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
