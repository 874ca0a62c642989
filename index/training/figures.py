"""Measures the reader for its model card, as tables in Markdown. Build side only.

    python -m index.training.figures --squadshifts DIR --squad2 FILE --selqa FILE --reader DIR
        [--weights FILE] --out FILE

On the paragraphs of SQuADShifts (Miller et al. 2020) that the reader was not trained on, and on a file of
SQuAD 2.0's form with unanswerable questions, it is given the paragraph. On SelQA (Jurczyk et al. 2016) the
sentences of a section are put in order, without and with it.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.arrays import best
from index.config import DEFAULT_ENCODER
from index.evaluation.measures import auroc, normalised, token_f1
from index.models.encoder import Encoder
from index.models.span_model import SpanModel
from index.reading.span_reader import MOST_LOG_ODDS, ReadingWeights, SpanReader, rerank
from index.records import Article, Progress, ScoredCandidate
from index.retrieval.ranking import Ranker
from index.segmentation.passages import make_passages
from index.segmentation.search_terms import terms
from index.training.datasets.lessons import WIKIPEDIA, Lesson, read_squad2, read_squadshifts
from index.training.datasets.selqa import SectionQuestion, read_selqa
from index.training.datasets.training_libraries import LabelledQuestion, SegmentedArticle, TrainingLibrary
from index.training.encoders import embed_texts, load_encoder
from index.training.progress import no_progress, progress_bars, tracked
from index.training.reader.marking import best_answer

DOMAINS = {WIKIPEDIA: "Wikipedia", "amazon_reviews": "Amazon reviews", "reddit": "Reddit"}
"""Names of the parts of SQuADShifts, in the order of the table."""

Pair = tuple[float, float]


def answer_in(lesson: Lesson, model: SpanModel) -> tuple[str, float]:
    """Return the likeliest answer in a question's own paragraph, and its log-odds against none."""
    answer = best_answer(lesson.question, lesson.text, model)
    if answer is None:
        return "", -MOST_LOG_ODDS
    return lesson.text.text[slice(*answer.highlight)], answer.span_log_odds


def answer_scores(lesson: Lesson, answer: str) -> Pair:
    """Return F1 and exact match against the best of the answers that people marked, as SQuAD defines them."""
    marked = [lesson.text.text[start:end] for start, end in lesson.spans]
    return (
        max(token_f1(text, answer) for text in marked),
        float(normalised(answer) in map(normalised, marked)),
    )


def section_articles(questions: Sequence[SectionQuestion], encoder: Encoder) -> list[SegmentedArticle]:
    """Return the sections of SelQA, each as one article, its sentences as they are given."""
    sections: dict[int, list[SectionQuestion]] = {}
    for question in questions:
        sections.setdefault(id(question.text), []).append(question)
    return [
        _section_article(f"{number:04}", section, encoder) for number, section in enumerate(sections.values())
    ]


def _section_article(name: str, section: Sequence[SectionQuestion], encoder: Encoder) -> SegmentedArticle:
    text = section[0].text
    article = Article(name, text.topic, text.text, f"{name}.txt")
    passages = make_passages(text.text, text.sentences, encoder.count_tokens, encoder.window)
    questions = [LabelledQuestion(question.question, 0, frozenset(question.gold)) for question in section]
    return SegmentedArticle(article, text.sentences, passages, questions)


def section_scores(
    library: TrainingLibrary, model: SpanModel, weights: ReadingWeights
) -> Iterator[Mapping[str, Pair]]:
    """Yield the average precision and reciprocal rank of each question, by what orders the sentences."""
    ranker = Ranker.load()
    retriever = library.retriever
    reader = SpanReader(model, retriever.catalog.texts, weights)
    sections = list(retriever.catalog.articles())
    for question in library.questions:
        rows = sections[question.article].sentence_rows
        candidates = library.candidates(question.text, question.article)
        ranked = ranker.rank(question.text, candidates, retriever.idf)
        joint = rerank(ranked, reader.score(question.text, ranked), weights.ranking)
        bm25 = retriever.lexical.scores(terms(question.text))[rows.start : rows.stop]
        orders = {
            "BM25": best(bm25, len(rows)).tolist(),
            "fused retrieval": _numbers(ranked, rows),
            "retrieval and reader": _numbers(joint, rows),
        }
        yield {name: order_scores(order, question.gold) for name, order in orders.items()}


def _numbers(ranked: Sequence[ScoredCandidate], rows: range) -> list[int]:
    """Return the numbers of all sentences of a section, best first, those that were not ranked last."""
    numbers = [candidate.row - rows.start for candidate, _ in ranked]
    return list(dict.fromkeys([*numbers, *range(len(rows))]))


def order_scores(order: Sequence[int], gold: frozenset[int]) -> Pair:
    """Return the average precision and the reciprocal rank of `gold`, not empty and all of it in `order`."""
    places = [place for place, number in enumerate(order, 1) if number in gold]
    precisions = [count / place for count, place in enumerate(places, 1)]
    return sum(precisions) / len(precisions), 1 / places[0]


def tables(
    by_domain: Mapping[str, Sequence[Pair]],
    squad2: Sequence[tuple[Pair | None, float]],
    by_order: Sequence[Mapping[str, Pair]],
) -> str:
    """Write the means as three tables in Markdown.

    `squad2` holds for each question of SQuAD 2.0's form the scores of its answer, None if it is unanswerable,
    and the log-odds of what was marked. F1 and exact match are those of the answerable ones.
    """
    lines = ["| SQuADShifts, held-out paragraphs | questions | F1 | exact match |", "|---|---|---|---|"]
    all_scores = [pair for scores in by_domain.values() for pair in scores]
    for domain, scores in (*by_domain.items(), ("all", all_scores)):
        lines.append(f"| {domain} | {len(scores)} | {_percent(scores)} |")
    answered = [scores for scores, _ in squad2 if scores]
    odds = np.array([log_odds for _, log_odds in squad2])
    has_answer = np.array([scores is not None for scores, _ in squad2], dtype=bool)
    area = auroc(odds[has_answer], odds[~has_answer])
    shown_area = "none" if area is None else f"{area:.3f}"
    unanswerable = len(squad2) - len(answered)
    lines += ["", "| SQuAD 2.0: answerable | F1 of these | exact match of these | unanswerable | AUROC |"]
    lines += ["|---|---|---|---|---|"]
    lines.append(f"| {len(answered)} | {_percent(answered)} | {unanswerable} | {shown_area} |")
    lines += ["", f"| SelQA, {len(by_order)} questions | MAP | MRR |", "|---|---|---|"]
    for name in by_order[0] if by_order else ():
        precision, reciprocal = np.mean([scores[name] for scores in by_order], axis=0)
        lines.append(f"| {name} | {precision:.3f} | {reciprocal:.3f} |")
    return "\n".join(lines) + "\n"


def _percent(scores: Sequence[Pair]) -> str:
    f1, exact = np.mean(scores, axis=0) if scores else (np.nan, np.nan)
    return f"{100 * f1:.1f} | {100 * exact:.1f}"


def figures(
    squadshifts: Path,
    squad2: Path,
    selqa: Path,
    reader: Path,
    weights: ReadingWeights,
    encoder_name: str,
    progress: Progress = no_progress,
) -> str:
    """Measure the reader in the folder `reader` on all data; return the tables."""
    model = SpanModel.load(reader)
    questions, sections = read_squad2(squad2), read_selqa(selqa)
    held_out = [lesson for lesson in read_squadshifts(squadshifts) if lesson.text.held_out]
    by_domain: dict[str, list[Pair]] = {name: [] for name in DOMAINS.values()}
    for lesson in tracked(held_out, len(held_out), "read SQuADShifts", progress):
        answer, _ = answer_in(lesson, model)
        by_domain[DOMAINS[lesson.text.domain]].append(answer_scores(lesson, answer))
    on_squad2: list[tuple[Pair | None, float]] = []
    for lesson in tracked(questions, len(questions), "read SQuAD 2.0", progress):
        answer, log_odds = answer_in(lesson, model)
        on_squad2.append((answer_scores(lesson, answer) if lesson.spans else None, log_odds))
    library = _section_library(sections, encoder_name, progress)
    scores = section_scores(library, model, weights)
    by_order = list(tracked(scores, len(library.questions), "order sentences of SelQA", progress))
    return tables(by_domain, on_squad2, by_order)


def _section_library(
    sections: Sequence[SectionQuestion], encoder_name: str, progress: Progress
) -> TrainingLibrary:
    """Put the sections of SelQA together as one library."""
    encoder = load_encoder(encoder_name)
    articles = section_articles(sections, encoder)
    texts = (text for article in articles for text in article.texts_to_embed())
    return TrainingLibrary.build(articles, embed_texts(encoder, texts, progress))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the data, measure the reader, and write the tables."""
    parser = argparse.ArgumentParser(prog="python -m index.training.figures", description=__doc__)
    parser.add_argument("--squadshifts", type=Path, required=True, help="folder of the SQuADShifts files")
    parser.add_argument("--squad2", type=Path, required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--selqa", type=Path, required=True, help="file of SelQA, as selqa-dev.json")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--weights", type=Path, help="file like reading.json, instead of the package's")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="file for the tables, as Markdown")
    options = parser.parse_args(arguments)
    text = options.weights.read_text(encoding="utf-8") if options.weights else None
    data = (options.squadshifts, options.squad2, options.selqa)
    with progress_bars() as progress:
        shown = figures(*data, options.reader, ReadingWeights.load(text), options.encoder, progress)
    options.out.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()
