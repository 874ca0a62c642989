"""Figures of a reader on questions in people's own words, each given with its paragraph. Build side only.

    python -m index.training.natural_figures --questions FILE --reader DIR --out FILE

The file is one that `index.training.datasets.question_articles` reads; the figures are a table in Markdown.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from index.config import DEFAULT_ENCODER
from index.evaluation.measures import auroc, normalised, token_f1
from index.models.span_model import SpanModel
from index.reading.span_reader import (
    CONFIDENCE_FEATURES,
    MOST_LOG_ODDS,
    RANK_FEATURES,
    ReadingWeights,
    SpanReader,
)
from index.records import Progress
from index.retrieval.retriever import make_candidate
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter
from index.training.datasets.question_articles import segment_titles, twins
from index.training.datasets.squad import SquadArticle, read_squad
from index.training.datasets.training_libraries import (
    LabelledQuestion,
    SegmentedArticle,
    Segmenter,
)
from index.training.encoders import load_encoder
from index.training.progress import no_progress, progress_bars, tracked


@dataclass(frozen=True, slots=True)
class NaturalAnswer:
    """What a reader marks for a question, its log-odds against no answer, and the texts that are right."""

    question: str
    marked: str
    log_odds: float
    gold: Sequence[str]

    @property
    def f1(self) -> float:
        """F1 against the best of the right texts, as SQuAD defines it."""
        return max(token_f1(text, self.marked) for text in self.gold)

    @property
    def exact(self) -> bool:
        """Whether it is one of the right texts, as SQuAD compares them."""
        return normalised(self.marked) in map(normalised, self.gold)


def read_questions(
    entries: Sequence[SquadArticle], model: SpanModel, segmenter: Segmenter
) -> Iterator[NaturalAnswer]:
    """Yield what the reader marks for each question, in windows of its paragraph below their headings."""
    articles = segment_titles(entries, segmenter)
    with TemporaryDirectory() as folder:
        with CatalogWriter(Path(folder)) as writer:
            for article in articles:
                writer.add(article.article, article.sentences, article.passages)
        with closing(Catalog(Path(folder))) as catalog:
            weights = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
            reader = SpanReader(model, catalog.texts, weights)
            for row, article in enumerate(articles):
                for question in article.questions:
                    yield _read(reader, catalog, row, article, question)


def _read(
    reader: SpanReader, catalog: Catalog, row: int, article: SegmentedArticle, question: LabelledQuestion
) -> NaturalAnswer:
    start, end = question.paragraph
    rows = [
        number
        for number, sentence in zip(catalog.article_row(row).sentence_rows, article.sentences, strict=True)
        if start <= sentence.start < end
    ]
    ranked = [(make_candidate(sentence), 0.0) for sentence in catalog.sentences(rows)]
    scores = reader.score(question.text, ranked).values()
    best = max(scores, key=lambda score: score.span_log_odds, default=None)
    text = article.article.text
    gold = [text[slice(*span)] for span in question.spans]
    marked = text[slice(*best.highlight)] if best else ""
    return NaturalAnswer(question.text, marked, best.span_log_odds if best else -MOST_LOG_ODDS, gold)


def table(entries: Sequence[SquadArticle], answers: Sequence[NaturalAnswer]) -> str:
    """Write the figures as a table in Markdown.

    F1 and exact match are those of the answerable questions. Twins are told apart where the answerable one
    is the likelier to be answered.
    """
    answerable = [answer for answer in answers if answer.gold]
    log_odds = np.array([answer.log_odds for answer in answers])
    has_answer = np.array([bool(answer.gold) for answer in answers], dtype=bool)
    area = auroc(log_odds[has_answer], log_odds[~has_answer])
    likelihood = {answer.question: answer.log_odds for answer in answers}
    pairs = [
        likelihood[first.question] > likelihood[second.question]
        for first, second in twins(entries)
        if first.question in likelihood and second.question in likelihood
    ]
    shares = [np.mean([answer.f1 for answer in answerable]), np.mean([answer.exact for answer in answerable])]
    f1, exact, apart = (f"{100 * share:.1f}" for share in (*shares, np.mean(pairs) if pairs else np.nan))
    shown_area = "none" if area is None else f"{area:.3f}"
    return (
        "| questions in people's own words: answerable | F1 of these | exact match of these | unanswerable "
        "| AUROC | twins told apart |\n|---|---|---|---|---|---|\n"
        f"| {len(answerable)} | {f1} | {exact} | {len(answers) - len(answerable)} | {shown_area} "
        f"| {apart} % of {len(pairs)} |\n"
    )


def natural_figures(
    questions: Path, reader: Path, encoder_name: str = DEFAULT_ENCODER, progress: Progress = no_progress
) -> str:
    """Measure the reader in the folder `reader`; return the table."""
    encoder = load_encoder(encoder_name)
    entries = read_squad(questions)
    answers = read_questions(entries, SpanModel.load(reader), Segmenter(encoder.count_tokens, encoder.window))
    count = sum(len(paragraph.qas) for entry in entries for paragraph in entry.paragraphs)
    return table(entries, list(tracked(answers, count, "read natural questions", progress)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the questions, measure the reader, and write the table."""
    parser = argparse.ArgumentParser(prog="python -m index.training.natural_figures", description=__doc__)
    parser.add_argument("--questions", type=Path, required=True, help="file of SQuAD 2.0's form")
    parser.add_argument("--reader", type=Path, required=True, help="folder of the exported reader")
    parser.add_argument("--encoder", default=DEFAULT_ENCODER, help="encoder of the index (%(default)s)")
    parser.add_argument("--out", type=Path, required=True, help="file for the table, as Markdown")
    options = parser.parse_args(arguments)
    with progress_bars() as progress:
        shown = natural_figures(options.questions, options.reader, options.encoder, progress)
    options.out.write_text(shown, encoding="utf-8")


if __name__ == "__main__":
    main()
