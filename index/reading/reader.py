"""Reader: marks the answer in the best candidates for a question, and says how likely it is right.

`Reader` is the interface of every reader; `RetrievalReader` works without a trained model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.reading.confidence import EVIDENCE, Calibration, evidence
from index.reading.explanation import Explanation, explain
from index.records import Candidate, Idf, ScoredCandidate, Span
from index.retrieval.answer_types import highlight
from index.retrieval.retriever import COPIES


@dataclass(frozen=True, slots=True)
class Reading:
    """One candidate, read.

    `highlight` holds absolute offsets in the article's text, inside the candidate, or None. `score` is the
    probability, 0 to 1, that the candidate answers the question.
    """

    candidate: Candidate
    highlight: Span | None
    score: float


@dataclass(frozen=True, slots=True)
class RankedQuestion:
    """A question with its candidates, best first; `count` is the number of citations to return.

    A list that answers may have more items, but no more than `limit`. All candidates of a `narrowed` one are
    of the article that it was narrowed to. `question` is what is read, `typed` the same before its misspelt
    words were corrected, None if none were.
    """

    question: str
    ranked: Sequence[ScoredCandidate]
    idf: Idf
    count: int
    limit: int | None = None
    narrowed: bool = False
    typed: str | None = None

    @property
    def readings(self) -> int:
        """Number of readings to return: enough for `count` citations if each sentence has copies."""
        return self.count * COPIES


class Reader(Protocol):
    """Orders candidates by how well they answer; the first reading's score is the answer's confidence."""

    def read(self, questions: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read the candidates of each question, as if it were the only one.

        Returns up to `RankedQuestion.readings` for each, best first, scores never rising.
        """
        ...

    def explain(self, question: RankedQuestion) -> Explanation:
        """Explain what `read` returns for a question."""
        ...


class RetrievalReader:
    """Keeps the order of retrieval, calibrates its scores, marks an answer only if its type is clear."""

    def __init__(self, calibration: Calibration) -> None:
        self._calibration = calibration

    def read(self, questions: Sequence[RankedQuestion]) -> list[list[Reading]]:
        """Read the candidates of each question; see `Reader.read`."""
        return [self._readings(question) for question in questions]

    def explain(self, question: RankedQuestion) -> Explanation:
        """Explain what `read` returns for a question."""
        ranked = question.ranked
        if not ranked:
            return explain(ranked, {}, {}, None)
        values = evidence(question.question, ranked, question.idf)
        return explain(ranked, {}, {}, (EVIDENCE, values, self._calibration.weights))

    def _readings(self, question: RankedQuestion) -> list[Reading]:
        text = question.question
        scores = self._calibration.scores(text, question.ranked, question.idf)
        return [
            Reading(candidate, _absolute(highlight(text, candidate.text), candidate.start), score)
            for (candidate, _), score in zip(question.ranked[: question.readings], scores, strict=False)
        ]


def _absolute(span: Span | None, start: int) -> Span | None:
    return None if span is None else (start + span[0], start + span[1])
