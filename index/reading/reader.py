"""The reader: looks at the question and the best candidates, marks the answer, and says how sure it is.

`Reader` is the one interface that a trained model slots in behind; `RetrievalReader` serves without one.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Protocol

from index.errors import FootnoteError
from index.reading.confidence import Calibration
from index.records import Candidate, Idf, Ranked, Span
from index.retrieval.answer_types import highlight


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one candidate.

    `highlight` holds absolute offsets in the article's text, inside the candidate, or None. `score` is the
    probability, 0 to 1, that the candidate answers the question.
    """

    candidate: Candidate
    highlight: Span | None
    score: float


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question with the candidates that were found for it, best first; `count` readings are wanted."""

    question: str
    ranked: Sequence[Ranked]
    idf: Idf
    count: int


class Reader(Protocol):
    """Orders candidates by how well they answer; the first reading's score is the answer's confidence."""

    def read(self, asked: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read for each of several questions what was found for it, as if it were the only one.

        Returns up to `count` readings of each, best first, scores never rising.
        """
        ...


class RetrievalReader:
    """Keeps the order of retrieval, calibrates its scores, marks an answer only where its kind is plain."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration

    def read(self, asked: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read what was found for each question; see `Reader.read`."""
        return [self._readings(one) for one in asked]

    def _readings(self, asked: RankedQuestion) -> list[Reading]:
        scores = self._calibration.scores(asked.question, asked.ranked, asked.idf)
        return [
            Reading(candidate, _absolute(highlight(asked.question, candidate.text), candidate.start), score)
            for (candidate, _), score in zip(asked.ranked[: asked.count], scores, strict=False)
        ]


class UnusableReader:
    """Stands for a reader that cannot be loaded, so that articles can be listed and shown without it."""

    def __init__(self, error: FootnoteError) -> None:
        self._error = error

    def read(self, asked: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Raise the error that loading it had."""
        raise copy(self._error)  # what is raised gathers a trace, more of it each time


def _absolute(span: Span | None, start: int) -> Span | None:
    return None if span is None else (start + span[0], start + span[1])
