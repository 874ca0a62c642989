"""Explanation of an answer: what was compared, what the confidence is made of, where it was decided."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from index.reading.confidence import logistic
from index.records import Answer, Candidate, ScoredCandidate, Span
from index.segmentation.search_terms import terms

# A word without the punctuation around it: "«Mona" is "Mona", "Lisa?" is "Lisa".
_WORD = re.compile(r"\w(?:\S*\w)?")


class Decision(StrEnum):
    """Where it was decided whether a question is answered."""

    ANSWERED = "answered"
    NOT_IN_LIBRARY = "not_in_library"
    """There is no sentence, or half of the question's words are in none, and reading found no answer."""
    NOT_AN_ANSWER = "not_an_answer"
    """Sentences were read, and none is likelier than not to hold an answer."""
    BELOW_THRESHOLD = "below_threshold"


@dataclass(frozen=True, slots=True)
class ConfidencePart:
    """A part of the confidence: a value by its name, and the log-odds that it adds.

    The confidence is the logistic function of the sum over all parts.
    """

    name: str
    value: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class ComparedCandidate:
    """A candidate in the order of the answer.

    `score` is the probability that it answers, as that of a citation; `read` are the log-odds of reading that
    it holds an answer, and `found` is the likeliest one, as offsets in the article: None if it was not read.
    `article` is the id of its article.
    """

    candidate: Candidate
    read: float | None
    score: float = 0.0
    found: Span | None = None
    article: str = ""

    @property
    def found_text(self) -> str | None:
        """The words that were found, None if the candidate was not read."""
        if self.found is None:
            return None
        return self.candidate.text[
            self.found[0] - self.candidate.start : self.found[1] - self.candidate.start
        ]


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an answer came out as it did.

    `compared` are all sentences that were compared, best first; `parts` belong to the first, and are empty if
    there is none. `words` are those of the question that it is searched by, `unknown` those of them that no
    sentence of the library has.
    """

    compared: tuple[ComparedCandidate, ...]
    parts: tuple[ConfidencePart, ...]
    words: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def read(self) -> int:
        """Number of the sentences that were read in context."""
        return sum(candidate.read is not None for candidate in self.compared)

    def decision(self, answer: Answer) -> Decision:
        """Say where the `answer` that this explains was decided."""
        if answer.answerable:
            return Decision.ANSWERED
        if not self.compared:
            return Decision.NOT_IN_LIBRARY
        log_odds = [candidate.read for candidate in self.compared if candidate.read is not None]
        if answer.maybe or max(log_odds, default=-math.inf) >= 0:
            return Decision.BELOW_THRESHOLD
        if self.unknown and 2 * len(self.unknown) >= len(self.words):
            return Decision.NOT_IN_LIBRARY
        return Decision.NOT_AN_ANSWER if self.read else Decision.BELOW_THRESHOLD


def explain(
    ranked: Sequence[ScoredCandidate],
    read: Mapping[int, float],
    found: Mapping[int, Span],
    parts: tuple[Sequence[str], NDArray[np.float64], NDArray[np.float64]] | None,
) -> Explanation:
    """Compose an explanation of `ranked`, best first.

    `read` maps rows to log-odds of reading, `found` to what was found. `parts` are the names, values and
    weights of the confidence; None without candidates.
    """
    if parts is None:
        return Explanation((), ())
    names, values, weights = parts
    confidence = logistic(float(values @ weights))
    compared = tuple(
        ComparedCandidate(
            candidate,
            read.get(candidate.row),
            confidence * math.exp(min(0.0, score - ranked[0][1])),
            found.get(candidate.row),
        )
        for candidate, score in ranked
    )
    rows = zip(names, values.tolist(), (values * weights).tolist(), strict=True)
    return Explanation(compared, tuple(ConfidencePart(*row) for row in rows))


def search_words(question: str) -> dict[str, list[str]]:
    """Return the words of a question that it is searched by, each once, with their search terms."""
    words = {word: terms(word) for word in _WORD.findall(question)}
    return {word: own for word, own in words.items() if own}


def unknown_words(words: Mapping[str, Sequence[str]], is_known: Callable[[str], bool]) -> tuple[str, ...]:
    """Return those of `search_words` of which no search term is known."""
    return tuple(word for word, own in words.items() if not any(map(is_known, own)))
