"""Follow-up questions: what "and in winter?" or "who built it?" ask after an earlier question.

"And in winter?" after "When is it open in summer?" is "When is it open in winter?"; otherwise the words of
the earlier question and the names in its answer are added, so that the question can be looked up. Numbers
and dates of the answer are not: "and in 2024?" would be looked up with the number of another year. The rules
are for English.
"""

import re
from dataclasses import dataclass

from index.segmentation.folding import fold_text
from index.segmentation.search_terms import STOP_WORDS, terms

# "And ...", "What about ...", "But what about ..."
_OPENING = re.compile(
    r"(?:and|or|but|plus|also|then)\b(?: (?:what|how) (?:about|of)\b)?"
    r"|(?:what|how) (?:about|of)\b|what if\b|same for\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
# What stands with a number in capitals and is no name: "35 Celsius", "40 EUR", "20 GB".
_UNIT = re.compile(r"[A-Z]{1,3}|Celsius|Fahrenheit|Kelvin")
_WORD = re.compile(r"[^\W_]+(?:['\u2019.,/:-][^\W_]+)*")
# Words that stand for somebody or something that was named before, if nothing was named in the same question.
_PRONOUN = re.compile(
    r"(?<!')\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|these|those"
    r"|(?:this|that)(?= ones?\b|\W*$)|there(?=\W*$))\b",
    re.IGNORECASE,
)
# "Is it allowed to ...", "Does it rain": "it" stands for nothing.
_IMPERSONAL = re.compile(
    r"\b(?:is|was|would|will) it(?: be)? \w+ (?:to|that|if|for)\b|\bit (?:rain|snow|storm|freez)",
    re.IGNORECASE,
)
# "Where he ..." asks; "in winter" or "a harness" only names something.
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|when|where|why|how|which|is|are|was|were|do|does|did|can|could|will|would|should"
    r"|must|may|has|have|had)\b",
    re.IGNORECASE,
)
# Words of one kind, of which "and on Thursday?" puts another into the question before.
_EXCHANGED = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|weekdays|today|tomorrow",
        "january|february|march|april|may|june|july|august|september|october|november|december",
        "spring|summer|autumn|fall|winter",
        "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last",
        "adults?|children|kids|students?|seniors?|pensioners?|members?|guests?",
        r"\d+(?:[.,:]\d+)*",
    )
)
_NO_SUBJECT = frozenset(terms("much many long often old far big else come happened mean exactly"))
"""Terms that are no subject of a question: "how much?", "what else?", "how come?", "what happened?"."""
_MOST_TERMS = 3
"""Terms of the longest question in which a pronoun is taken for a reference to the question before."""
_SHORT_ANSWER = 6
"""Words of the longest answer that is taken as what the next question may be about."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that goes on from an earlier one; `is_complete` if it may also be meant as it stands."""

    question: str
    is_complete: bool


def follow_up(question: str, earlier: str, answer: str | None) -> FollowUp | None:
    """Return `question` with the subject of the `earlier` one and its `answer`; None if it has its own."""
    if not goes_on(question):
        return None
    rest = _OPENING.sub("", question, count=1)
    if exchanged := _exchange(rest, earlier):
        return FollowUp(exchanged, is_complete=False)
    own = set(terms(question))
    words: list[str] = []
    known = own | _NO_SUBJECT
    named = [kind for kind in _EXCHANGED if kind.search(rest)]
    asked_before = [
        word for word in _WORD.findall(earlier) if not any(kind.fullmatch(word) for kind in named)
    ]
    # The words of the answer first: they stay together.
    for candidates in (_subject_of(answer or ""), asked_before):
        new = [word for word in candidates if set(terms(word)) - known]
        words = [*dict.fromkeys(new), *words]
        known |= set(terms(" ".join(candidates)))
    if not words:
        return None
    mark = "?" if question.rstrip().endswith("?") else ""
    asked = f"{question.rstrip('?!. ')} ({' '.join(words)}){mark}"
    return FollowUp(asked, bool(own - _NO_SUBJECT) and _ASKS.search(rest) is not None)


def _exchange(rest: str, earlier: str) -> str | None:
    """Return the `earlier` question with the one thing that `rest` names in place of another of its kind."""
    for kind in _EXCHANGED:
        new, old = kind.findall(rest), kind.findall(earlier)
        if len(new) == len(old) == 1 and set(terms(rest)) - {"one"} == set(terms(new[0])):
            return kind.sub(new[0].replace("\\", r"\\"), earlier)
    return None


def _subject_of(answer: str) -> list[str]:
    """Return the words of a short answer that the next question may be about: neither numbers nor dates.

    Of an answer with a number these are the names alone: nothing of "35 metres", "Ada" of "Ada, in 1974".
    """
    if len(answer.split()) > _SHORT_ANSWER:
        return []
    words = [word for word in _WORD.findall(answer) if not any(kind.search(word) for kind in _EXCHANGED)]
    if _DIGIT.search(fold_text(answer).text):
        words = [
            word
            for word in words
            if word[0].isupper() and not _UNIT.fullmatch(word) and not _DIGIT.search(fold_text(word).text)
        ]
    return words


def goes_on(question: str) -> bool:
    """Tell whether a question may go on from one before: whether it lacks a subject, or begins with "and"."""
    if _OPENING.match(question):
        return True
    own = terms(question)
    if not set(own) - _NO_SUBJECT:
        return any(
            word in STOP_WORDS or terms(word) for word in question.casefold().replace("?", " ").split()
        )
    pronoun = _PRONOUN.search(question)
    if pronoun is None or len(own) > _MOST_TERMS or _IMPERSONAL.search(question):
        return False
    before = _WORD.findall(question[: pronoun.start()])
    named = any(word[0].isupper() and terms(word) for word in before[1:])
    return not named and (pronoun[0].casefold() == "there" or len(terms(" ".join(before))) <= 1)
