"""The reader: looks at the question and the best candidates, marks the answer, and says how sure it is.

`Reader` is the one interface that a trained model slots in behind; `RetrievalReader` serves without one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.answer_types import highlight
from index.confidence import Calibration
from index.errors import FootnoteError
from index.records import Candidate, Idf, Ranked, Span


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader makes of one candidate.

    `highlight` holds absolute offsets in the article's text, inside the candidate, or None. `score` is the
    probability, 0 to 1, that the candidate answers the question.
    """

    candidate: Candidate
    highlight: Span | None
    score: float


class Reader(Protocol):
    """Orders candidates by how well they answer; the first reading's score is the answer's confidence."""

    def read(self, question: str, ranked: Sequence[Ranked], idf: Idf, count: int) -> list[Reading]:
        """Read `ranked`, best first; return up to `count` readings, best first, scores never rising."""
        ...


class RetrievalReader:
    """Keeps the order of retrieval, calibrates its scores, marks an answer only where its kind is plain."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration

    def read(self, question: str, ranked: Sequence[Ranked], idf: Idf, count: int) -> list[Reading]:
        """Read `ranked`, best first; see `Reader.read`."""
        scores = self._calibration.scores(question, ranked, idf)
        return [
            Reading(candidate, _absolute(highlight(question, candidate.text), candidate.start), score)
            for (candidate, _), score in zip(ranked[:count], scores, strict=False)
        ]


class UnusableReader:
    """Stands for a reader that cannot be loaded, so that articles can be listed and shown without it."""

    def __init__(self, error: FootnoteError) -> None:
        self._error = error

    def read(self, question: str, ranked: Sequence[Ranked], idf: Idf, count: int) -> list[Reading]:
        """Raise the error that loading it had."""
        raise self._error


def _absolute(span: Span | None, start: int) -> Span | None:
    return None if span is None else (start + span[0], start + span[1])
