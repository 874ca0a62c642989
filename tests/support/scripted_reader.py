"""A model with scores that a test sets, and the trained reader with that model over sentences of a test."""

import re
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from index.models.span_model import SpanModel, TokenScores
from index.reading.reader import RankedQuestion, Reading
from index.reading.span_reader import CONFIDENCE_FEATURES, RANK_FEATURES, ReadingWeights, SpanReader
from index.records import ScoredCandidate
from tests.support.sentence_texts import SentenceTexts

QUESTION = "Who opened the bridge?"
TOKEN = re.compile(r"[a-z0-9]+|[^\sa-z0-9]", re.IGNORECASE)
LOW = -6.0


class Model:
    """Gives the first and the last token of each phrase in `marks` a score, and all others `LOW`."""

    def __init__(self, marks: Mapping[str, float] = {}, seed: int | None = None) -> None:
        self.marks = marks
        self.seed = seed
        self.calls: list[list[str]] = []

    def read_many(self, questions: Sequence[tuple[str, Sequence[str]]]) -> list[list[TokenScores]]:
        return [self.read(question, texts) for question, texts in questions]

    def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
        assert question == QUESTION
        self.calls += [list(texts)] if texts else []
        return [self.token_scores(text) for text in texts]

    def token_scores(self, text: str) -> TokenScores:
        spans = np.array([match.span() for match in TOKEN.finditer(text)], dtype=np.int64).reshape(-1, 2)
        start, end = (np.full(len(spans), LOW, dtype=np.float32) for _ in range(2))
        if self.seed is not None:
            start, end = np.random.default_rng([self.seed, *text.encode()]).normal(0, 9, (2, len(spans)))
        for phrase, score in self.marks.items():
            for match in re.finditer(re.escape(phrase), text):
                start[spans[:, 0] == match.start()] = score
                end[spans[:, 1] == match.end()] = score
        return TokenScores(spans[:, 0], spans[:, 1], np.float32(start), np.float32(end))


def weights(order: Mapping[str, float], confidence: Mapping[str, float] = {}) -> ReadingWeights:
    return ReadingWeights(
        np.array([order.get(name, 0.0) for name in RANK_FEATURES]),
        np.array([confidence.get(name, 0.0) for name in CONFIDENCE_FEATURES]),
    )


BOTH = weights({"retrieval": 1.0, "sentence_log_odds": 1.0}, {"span_log_odds": 0.5})


def ranking(shelf: SentenceTexts, *rows: int) -> list[ScoredCandidate]:
    """Rank candidates in an order; one lies half a point below the one before."""
    return [(shelf.candidate(row), -0.5 * place) for place, row in enumerate(rows)]


def reader(shelf: SentenceTexts, model: Model, learnt: ReadingWeights = BOTH) -> SpanReader:
    return SpanReader(cast(SpanModel, model), shelf.texts, learnt)


def read(
    shelf: SentenceTexts,
    model: Model,
    ranked: Sequence[ScoredCandidate],
    count: int = 100,
    learnt: ReadingWeights = BOTH,
) -> list[Reading]:
    (readings,) = reader(shelf, model, learnt).read([RankedQuestion(QUESTION, ranked, lambda _: 2.0, count)])
    return readings


def marked(shelf: SentenceTexts, reading: Reading) -> str | None:
    if reading.highlight is None:
        return None
    start, end = reading.highlight
    assert reading.candidate.start <= start <= end <= reading.candidate.end
    return shelf.articles[reading.candidate.article][start:end]


def far(*texts: str) -> SentenceTexts:
    """Put each text into an article of its own, behind a sentence that nothing ranks."""
    return SentenceTexts(*([("# ", "Title."), ("\n\n", text)] for text in texts))
