"""Words of an explanation: why an answer came out as it did, for every front end to lay out."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.wording import count_with_noun, safe
from index.reading.confidence import logistic
from index.reading.explanation import ComparedCandidate, ConfidencePart, Decision, Explanation
from index.records import Answer
from index.segmentation.characters import escape_unseen

CANDIDATE_COLUMNS = ("score", "meaning", "words", "read")
"""What the figures of a candidate are."""

_LEAST = 0.05
"""Log-odds of the smallest part of the confidence that is shown."""
_START = "bias"
_LISTED = 8
"""Candidates that are listed, at least."""
_SHOWN = 100
"""Characters of a candidate that are shown."""

MEANINGS: Mapping[str, Callable[[float], str]] = {
    _START: lambda _: "to begin with, before anything is found",
    "retrieval": lambda value: f"search alone finds a sentence that answers {logistic(value):.0%} likely",
    "span_log_odds": lambda value: (
        f"read in context, the first answers the question at {logistic(value):.0%}"
    ),
    "window_log_share": lambda value: (
        f"compared with the text around it, the answer is in this sentence at {math.exp(value):.0%}"
    ),
    "dense": lambda value: f"its meaning is near the question's: {value:.2f}, 1 is the same",
    "passage": lambda value: f"the text around it is as near in meaning as {value:.2f}",
    "terms": lambda value: (
        f"the question has {count_with_noun(round(math.expm1(value)), 'word')} to search by"
    ),
    "asks": lambda _: "the question is put as one",
    "negated": lambda _: 'the question says "not" or the like, the sentence does not',
    "margin": lambda value: f"it leads the second sentence by {value:.1f}",
    "certainty": lambda value: f"its share among all sentences compared is {value:.0%}",
    "best_dense": lambda _: "no sentence is nearer in meaning",
    "best_lexical": lambda _: "no sentence shares more words with the question",
    "covered": lambda value: f"it holds {value:.0%} of the question's words, by weight",
    "missing": lambda _: "a rare word of the question is neither in it nor near it",
    "missing_names": lambda value: f"{value:.0%} of the question's names are neither in it nor near it",
    "missing_numbers": lambda value: f"{value:.0%} of the question's numbers are not in it",
    "misfits": lambda _: "a name, a place or a reason is asked for, and it mentions none",
    "miscounts": lambda _: "a date, a number or an amount is asked for, and it mentions none",
}
"""What each part of the confidence says, of either reader, for its value."""


@dataclass(frozen=True, slots=True)
class CandidateWords:
    """A sentence that was compared: its figures, its text, its article's id and what was found in it."""

    figures: tuple[str, ...]
    text: str
    below: str


@dataclass(frozen=True, slots=True)
class ExplanationWords:
    """An explanation in words, safe to print.

    `needed` says what an answer needs, `parts` are the log-odds and the meaning of each part of the
    confidence, the sum last, and `compared` says how many sentences there were; all three are empty if there
    was none.
    """

    decision: str
    unknown: str
    needed: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    compared: str = ""
    candidates: tuple[CandidateWords, ...] = ()


def explanation_in_words(
    explanation: Explanation, answer: Answer, threshold: float, maybe_from: float
) -> ExplanationWords:
    """Explain an answer in words; it needed a confidence of `threshold`, a maybe of `maybe_from`."""
    decision = f"Why: {decision_in_words(explanation, answer, threshold)}."
    unknown = ", ".join(map(safe, explanation.unknown))
    if unknown:
        unknown = f"Words of the question that no sentence has: {unknown}."
    if not explanation.compared:
        return ExplanationWords(decision, unknown)
    parts = sorted(explanation.parts, key=lambda part: (part.name != _START, -abs(part.log_odds)))
    total = sum(part.log_odds for part in explanation.parts)
    rows = [(_signed(part.log_odds), _meaning(part)) for part in parts if abs(part.log_odds) >= _LEAST]
    shown = explanation.compared[: max(_LISTED, len(answer.citations))]
    listed = ":" if len(shown) == len(explanation.compared) else f"; the best {len(shown)}:"
    return ExplanationWords(
        decision,
        unknown,
        f"The first sentence answers at {answer.confidence:.0%}; an answer needs {threshold:.0%}, "
        f"a maybe {maybe_from:.0%}.",
        (*rows, (_signed(total), f"the sum: {answer.confidence:.0%}")),
        f"{count_with_noun(len(explanation.compared), 'sentence')} compared, "
        f"{explanation.read} of them read in context{listed}",
        tuple(map(_candidate, shown)),
    )


def decision_in_words(explanation: Explanation, answer: Answer, threshold: float) -> str:
    """Say where an answer was decided, in words."""
    decision = explanation.decision(answer)
    if decision is Decision.ANSWERED:
        return f"answered; above the threshold by {answer.confidence - threshold:.2g}"
    if decision is Decision.BELOW_THRESHOLD:
        return f"below the threshold by {threshold - answer.confidence:.2g}"
    if decision is Decision.NOT_AN_ANSWER:
        return "read, but not an answer"
    return (
        "not in the library"
        if explanation.compared
        else "not in the library, which has no sentence to compare"
    )


def _candidate(compared: ComparedCandidate) -> CandidateWords:
    candidate = compared.candidate
    read = "–" if compared.read is None else f"{logistic(compared.read):.0%}"
    text = safe(candidate.text)
    below = escape_unseen(compared.article)
    if compared.found_text is not None:
        below += f": “{safe(compared.found_text)}”"
    return CandidateWords(
        (f"{compared.score:.0%}", f"{candidate.dense:.2f}", f"{candidate.lexical:.1f}", read),
        text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…",
        below,
    )


def _meaning(part: ConfidencePart) -> str:
    return MEANINGS[part.name](part.value) if part.name in MEANINGS else part.name


def _signed(log_odds: float) -> str:
    return f"{log_odds:+.1f}".replace("-", "\u2212")
