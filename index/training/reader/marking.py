"""The answer that a reader marks in a text that is given to it, without retrieval."""

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


def best_answer(question: str, text: Text, model: SpanModel) -> SentenceScores | None:
    """Return the likeliest answer in any sentence of a text; None if the text has no tokens.

    The text is read in windows from its beginning on.
    """
    sentences = [
        SentenceText(row, 0, sentence.start, sentence.end, text.text[sentence.start : sentence.end])
        for row, sentence in enumerate(text.sentences)
    ]
    unweighted = ReadingWeights(np.zeros(len(RANK_FEATURES)), np.zeros(len(CONFIDENCE_FEATURES)))
    reader = SpanReader(model, partial(_sentences_in, sentences), unweighted)
    answers = reader.score(question, [(_candidate(sentence), 0.0) for sentence in sentences])
    in_order = [answers[row] for row in range(len(sentences)) if row in answers]
    return max(in_order, key=lambda answer: (answer.span_log_odds, answer.sentence_log_odds), default=None)


def _sentences_in(sentences: Sequence[SentenceText], rows: Iterable[int]) -> list[SentenceText]:
    return [sentences[row] for row in rows if row < len(sentences)]


def _candidate(sentence: SentenceText) -> Candidate:
    place = (sentence.row, sentence.article, sentence.start, sentence.end)
    return Candidate(*place, sentence.text, 0.0, 0.0, 0.0, (), (), (), ())
