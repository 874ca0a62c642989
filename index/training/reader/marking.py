"""What a reader marks in sentences that are given to it, without retrieval."""

from collections.abc import Iterable, Sequence
from functools import partial

import numpy as np

from index.models.span_model import SpanModel
from index.reading.span_reader import (
    CONFIDENCE_FEATURES,
    RANK_FEATURES,
    ReadingWeights,
    SentenceScores,
    SpanReader,
)
from index.records import Candidate
from index.storage.catalog import SentenceText
from index.training.datasets.lessons import Text


def best_in(question: str, text: Text, numbers: Iterable[int], model: SpanModel) -> SentenceScores | None:
    """Return what the model finds in the best of some sentences of a text; None where they have no tokens.

    Windows are read around the sentences, in their order; those that are shown beside them do not count.
    """
    sentences = [
        SentenceText(row, 0, one.start, one.end, text.text[one.start : one.end])
        for row, one in enumerate(text.sentences)
    ]
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    reader = SpanReader(model, partial(_some, sentences), unweighted)
    candidates = [_candidate(sentences[number]) for number in numbers]
    found = reader.score(question, [(candidate, 0.0) for candidate in candidates])
    asked = [found[candidate.row] for candidate in candidates if candidate.row in found]
    return max(asked, key=lambda one: (one.span_log_odds, one.sentence_log_odds), default=None)


def _some(sentences: Sequence[SentenceText], rows: Iterable[int]) -> list[SentenceText]:
    return [sentences[row] for row in rows if row < len(sentences)]


def _candidate(one: SentenceText) -> Candidate:
    return Candidate(one.row, one.article, one.start, one.end, one.text, 0.0, 0.0, 0.0, (), (), (), ())
