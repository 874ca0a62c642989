"""Measures what the reader is worth, for the model card, as tables in Markdown. Build side only.

    python -m index.training.figures --squadshifts DIR --squad2 FILE --selqa FILE --reader DIR
        [--crossed DIR DIR] [--weights FILE] --out FILE

On the paragraphs of SQuADShifts (Miller et al. 2020) that the reader was not trained on, and on a file of
SQuAD 2.0's form with unanswerable questions, it is given the paragraph. On SelQA (Jurczyk et al. 2016) the
sentences of a section are put in order, without and with it; where readers learnt from a part of them, by
the one that did not see the question's.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from index.arrays import best
from index.evaluation.measures import auroc, normalised, token_f1
from index.models.encoder import Encoder
from index.models.span_model import SpanModel
from index.reading.span_reader import MOST_LOG_ODDS, ReadingWeights, SpanReader, rerank
from index.records import Article, Progress, Ranked
from index.retrieval.ranking import Ranker
from index.segmentation.passages import make_passages
from index.segmentation.search_terms import terms
from index.training.datasets.lessons import Lesson, read_squad2, read_squadshifts
from index.training.datasets.selqa import PARTS, SectionQuestion, part_of, read_selqa
from index.training.datasets.training_libraries import Cut, LabelledQuestion, TrainingLibrary
from index.training.encoders import default_encoders
from index.training.progress import bar
from index.training.reader.marking import best_in

DOMAINS = {"new_wiki": "Wikipedia", "amazon_reviews": "Amazon reviews", "reddit": "Reddit"}
"""Names of the parts of SQuADShifts, in the order of the table."""

Pair = tuple[float, float]


def answer_in(lesson: Lesson, model: SpanModel) -> tuple[str, float]:
    """Return the likeliest answer in a question's own paragraph, and its log-odds against none.

    The paragraph is read in windows from its beginning on.
    """
    best_one = best_in(lesson.question, lesson.text, range(len(lesson.text.sentences)), model)
    if best_one is None:
        return "", -MOST_LOG_ODDS
    return lesson.text.text[slice(*best_one.highlight)], best_one.span_log_odds


def answer_scores(lesson: Lesson, answer: str) -> Pair:
    """Return F1 and exact match against the best of the answers that people marked, as SQuAD has it."""
    marked = [lesson.text.text[start:end] for start, end in lesson.spans]
    return (
        max(token_f1(one, answer) for one in marked),
        float(normalised(answer) in map(normalised, marked)),
    )


def section_cuts(asked: Sequence[SectionQuestion], encoder: Encoder) -> list[Cut]:
    """Return the sections of SelQA, each as one article, its sentences as they are given."""
    sections: dict[int, list[SectionQuestion]] = {}
    for one in asked:
        sections.setdefault(id(one.text), []).append(one)
    return [_section(f"{number:04}", some, encoder) for number, some in enumerate(sections.values())]


def _section(name: str, asked: Sequence[SectionQuestion], encoder: Encoder) -> Cut:
    text = asked[0].text
    article = Article(name, text.topic, text.text, f"{name}.txt")
    passages = make_passages(text.text, text.sentences, encoder.count_tokens, encoder.window)
    questions = [LabelledQuestion(one.question, 0, frozenset(one.gold)) for one in asked]
    return Cut(article, text.sentences, passages, questions)


def section_scores(
    library: TrainingLibrary, models: Sequence[SpanModel], weights: ReadingWeights
) -> Iterator[Mapping[str, Pair]]:
    """Yield the average precision and reciprocal rank of each question, by what orders the sentences.

    `models` holds the one that reads each part of the sections, see `part_of`.
    """
    ranker = Ranker.load()
    retriever = library.retriever
    readers = [SpanReader(model, retriever.catalog.texts, weights) for model in models]
    sections = list(retriever.catalog.articles())
    for asked in library.asked:
        rows = sections[asked.article].sentence_rows
        reader = readers[part_of(sections[asked.article].title)]
        ranked = ranker.rank(asked.text, library.candidates(asked.text, asked.article), retriever.idf)
        joint = rerank(ranked, reader.score(asked.text, ranked), weights.ranking)
        words = retriever.lexical.scores(terms(asked.text))[rows.start : rows.stop]
        orders = {
            "BM25": best(words, len(rows)).tolist(),
            "fused retrieval": _numbers(ranked, rows),
            "retrieval and reader": _numbers(joint, rows),
        }
        yield {name: order_scores(order, asked.gold) for name, order in orders.items()}


def _numbers(ranked: Sequence[Ranked], rows: range) -> list[int]:
    """Return the numbers of all sentences of a section, best first, those that were not ranked last."""
    found = [candidate.row - rows.start for candidate, _ in ranked]
    return list(dict.fromkeys([*found, *range(len(rows))]))


def order_scores(order: Sequence[int], gold: frozenset[int]) -> Pair:
    """Return the average precision and the reciprocal rank of `gold`, not empty and all of it in `order`."""
    places = [place for place, number in enumerate(order, 1) if number in gold]
    precisions = [count / place for count, place in enumerate(places, 1)]
    return sum(precisions) / len(precisions), 1 / places[0]


def figures(
    by_domain: Mapping[str, Sequence[Pair]],
    given: Sequence[tuple[Pair | None, float]],
    by_order: Sequence[Mapping[str, Pair]],
    crossed: bool = False,
) -> str:
    """Write the means as three tables in Markdown.

    `given` holds for each question of SQuAD 2.0's form the scores of its answer, None where it is
    unanswerable, and the log-odds of what was marked. F1 and exact match are those of the answerable ones.
    `crossed` says that each part of SelQA was read by the reader of the other one.
    """
    lines = ["| SQuADShifts, held-out paragraphs | questions | F1 | exact match |", "|---|---|---|---|"]
    for domain, scores in (*by_domain.items(), ("all", [one for some in by_domain.values() for one in some])):
        lines.append(f"| {domain} | {len(scores)} | {_percent(scores)} |")
    answered = [scores for scores, _ in given if scores]
    odds = np.array([one for _, one in given])
    has_answer = np.array([scores is not None for scores, _ in given], dtype=bool)
    told = auroc(odds[has_answer], odds[~has_answer])
    lines += ["", "| SQuAD 2.0: answerable | F1 of these | exact match of these | unanswerable | AUROC |"]
    lines += ["|---|---|---|---|---|"]
    told_shown = "none" if told is None else f"{told:.3f}"
    lines.append(f"| {len(answered)} | {_percent(answered)} | {len(given) - len(answered)} | {told_shown} |")
    how = ", each part by the reader of the other" if crossed else ""
    lines += ["", f"| SelQA, {len(by_order)} questions{how} | MAP | MRR |", "|---|---|---|"]
    for name in by_order[0] if by_order else ():
        precision, reciprocal = np.mean([scores[name] for scores in by_order], axis=0)
        lines.append(f"| {name} | {precision:.3f} | {reciprocal:.3f} |")
    return "\n".join(lines) + "\n"


def _percent(scores: Sequence[Pair]) -> str:
    f1, exact = np.mean(scores, axis=0) if scores else (np.nan, np.nan)
    return f"{100 * f1:.1f} | {100 * exact:.1f}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, ask everything, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m index.training.figures", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--selqa", type=Path, required=True, help="file of SelQA, as selqa-dev.json")
    parser.add_argument(
        "--crossed",
        type=Path,
        nargs=PARTS,
        metavar="DIR",
        help="exported readers that learnt from part 0 and from part 1 of SelQA, in this order: each orders"
        " the sentences of the other part",
    )
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--weights", type=Path, help="weights as reading.json holds them; else the package's")
    parser.add_argument("--out", type=Path, required=True, help="where the tables go, as Markdown")
    options = parser.parse_args(arguments)
    text = options.weights.read_text(encoding="utf-8") if options.weights else None
    weights = ReadingWeights.load(text)
    model = SpanModel.load(options.reader)
    asked = read_squad2(options.squad2)
    sections = read_selqa(options.selqa)
    models = [SpanModel.load(folder) for folder in reversed(options.crossed or ())] or [model] * PARTS
    held_out = [lesson for lesson in read_squadshifts(options.squadshifts) if lesson.text.held_out]
    by_domain: dict[str, list[Pair]] = {name: [] for name in DOMAINS.values()}
    with bar(Console(stderr=True)) as progress:
        for lesson in progress.track(held_out, description="read paragraphs"):
            answer, _ = answer_in(lesson, model)
            by_domain[DOMAINS[lesson.text.domain]].append(answer_scores(lesson, answer))
        given: list[tuple[Pair | None, float]] = []
        for lesson in progress.track(asked, description="read paragraphs"):
            answer, odds = answer_in(lesson, model)
            given.append((answer_scores(lesson, answer) if lesson.spans else None, odds))
        task = progress.add_task("embed sections")
        library = _library(sections, lambda _, done, of: progress.update(task, completed=done, total=of))
        by_order = list(
            progress.track(
                section_scores(library, models, weights), len(library.asked), description="order sentences"
            )
        )
    options.out.write_text(
        figures(by_domain, given, by_order, crossed=bool(options.crossed)), encoding="utf-8"
    )


def _library(sections: Sequence[SectionQuestion], progress: Progress) -> TrainingLibrary:
    """Put the sections of SelQA together as one library, embedded with the default model."""
    framework, encoder = default_encoders()
    cuts = section_cuts(sections, encoder)
    texts: dict[str, None] = {}
    for cut in cuts:
        asked = [one.text for one in cut.asked]
        texts |= dict.fromkeys([*cut.texts(cut.sentences), *cut.texts(cut.passages), *asked])
    return TrainingLibrary.build(cuts, dict(zip(texts, framework.embed(list(texts), progress), strict=True)))


if __name__ == "__main__":
    main()
