"""Follow-up questions: what "and in winter?" or "who built it?" ask after an earlier question.

"And in winter?" after "When is it open in summer?" is "When is it open in winter?", and "why?" is "Why is it
open in summer?"; "he" and "her" become whom the question before asked for or named. What else of its words,
and which names of its answer, the question lacks is added to it in brackets, so that it can be looked up.
Numbers and dates of the answer are not: "and in 2024?" would be looked up with the number of another year.
The rules are for English.
"""

import re
from dataclasses import dataclass

from index.segmentation.folding import fold_text
from index.segmentation.search_terms import STOP_WORDS, terms

# "And ...", "What about ...", "But what about ..."
_OPENING = re.compile(
    r"(?:and|or|but|plus|also|then|so|ok(?:ay)?|no)\b,?(?: (?:what|how) (?:about|of)\b)?"
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
    r"|(?:this|that)(?= ones?\b|\W*$)|there(?=\W*$| (?:in|on|at|by|during|before|after|since|then|now)\b))\b",
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
_AUXILIARY = (
    r"(?:is|are|was|were|do|does|did|can|could|will|would|should|must|may|has|have|had)(?:n['\u2019]t)?"
)
_PREPOSITION = r"(?:by|for|since|until|till|from|to|with|in|at|on|of|about)"
# What a question asks for that says nothing else: "why?", "since when exactly?", "how often?"
_BARE = re.compile(
    rf"(?P<phrase>(?:{_PREPOSITION} )?(?:(?:why|when)(?: (?P<that>is|was) that)?|where|who|whom|what for"
    r"|how(?: (?:often|long|far|fast|old|big|large|high|tall|deep|wide|late|early|much|many|come))?))"
    r"(?: (?:exactly|precisely|then|though|again))*",
    re.IGNORECASE,
)
# What the earlier question asks for, up to its auxiliary: "How many of them did", "In which city is"
_ASKED_FOR = re.compile(
    rf"(?:{_PREPOSITION} )?(?:who|whom|whose|what|which|when|where|why|how)\b"
    rf"(?P<of>(?: (?!{_AUXILIARY}\b)[^\s,]+){{0,5}}) (?P<auxiliary>{_AUXILIARY}) ",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"[A-Z\"\u201c]|(?:the|an?|this|that|these|those|my|your|our|his|her|its|their|you|we|he|she|it|they|there)\b"
)
_QUESTION_WORD = re.compile(r"(?:who|whose|what|which|how many|how much)\b ?", re.IGNORECASE)
_YES_OR_NO = re.compile(rf"{_AUXILIARY} ", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)
# "he", "him", and "his" or "her" before what is theirs.
_PERSON = re.compile(
    r"\b(?:he|she|him|(?P<own>his)|her(?P<before> (?!(?:and|or|to|in|on|at|by|for|from|with)\b)(?=\w))?)\b",
    re.IGNORECASE,
)
_CAPITAL = r"[A-Z\u00c0-\u00de][\w-]*\.?"
# A name, perhaps with whom of theirs is meant: "Ada van Lind's second husband"
_NAME = re.compile(
    rf"\b{_CAPITAL}(?: (?:(?:of|the|de|van|von|al|bin) )?{_CAPITAL})*"
    r"(?:['\u2019]s(?: (?:first|second|third|last|late|older|younger|eldest|youngest))? \w+"
    rf"(?: {_CAPITAL})*)?"
)
# "Where to", "what for": a name behind it is hardly that of somebody who does something.
_WHERE = re.compile(r"\b(?:to|in|at|on|from|near|into|around|for) \Z")
# What only says what is asked for: "how many copies?", "which year?", "how many are left?", "were there any?"
_ELLIPTICAL = re.compile(
    rf"(?:{_PREPOSITION} )?(?:how (?:many|much) [\w-]+(?: [\w-]+)?|(?:which|what|whose) [\w-]+)"
    rf"|how many(?: of (?:them|these|those))? {_AUXILIARY} (?!there\b).+"
    rf"|(?:is|are|was|were) there (?:an? |any |some |no )?[\w-]+",
    re.IGNORECASE,
)
# "After that", "since then": the time that the answer is.
_TIME = re.compile(r"\b(?P<preposition>after|before|since|until|till|from|by) (?:that|then)\b", re.IGNORECASE)
_TIME_OPENING = re.compile(r"(?:(?:after|before|since|until|till|from|by|on|in|at) )?", re.IGNORECASE)
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
_MOST_MISSING = 12
"""Words that are added to a question at most; in one that was completed itself, the newest come first."""
_SHORT_ANSWER = 6
"""Words of the longest answer that is taken as what the next question may be about."""


MOST_TURNS = 3
"""Questions before a follow-up, with their answers, that it may go on from; older ones are forgotten."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question as it was looked up, and its answer, None if the articles did not say."""

    question: str
    answer: str | None


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question that goes on from an earlier one; `is_complete` if it may also be meant as it stands."""

    question: str
    is_complete: bool


def follow_up(question: str, before: Turn) -> FollowUp | None:
    """Return `question` with the subject of the turn `before` it; None if it has its own."""
    if not goes_on(question):
        return None
    earlier, answer = before.question, before.answer
    rest = question[opening.end() :] if (opening := _OPENING.match(question)) else question
    question, rest = (_with_time(text, answer) for text in (question, rest))
    if exchanged := _exchange(rest, earlier):
        return FollowUp(exchanged, is_complete=False)
    if bare := _BARE.fullmatch(rest.strip(" ?!.\u2026")):
        phrase = bare["phrase"]
        asked = _asked_again(phrase.partition(" ")[0] if bare["that"] else phrase, earlier)
    else:
        asked = _with_person(question, earlier, answer)
    missing = _missing(asked, rest, earlier, answer)
    if not missing and (asked == question or not terms(asked)):
        return None
    mark = "?" if question.rstrip().endswith("?") else ""
    in_brackets = f" ({' '.join(missing)})" if missing else ""
    # "it" is hardly anything else than what was just answered.
    refers = answer is not None and (_PRONOUN.search(question) or _is_elliptical(question))
    is_complete = not refers and bool(set(terms(question)) - _NO_SUBJECT) and bool(_ASKS.search(rest))
    return FollowUp(f"{asked.rstrip('?!. ')}{in_brackets}{mark}", is_complete)


def _with_time(question: str, answer: str | None) -> str:
    """Return a question with the time that the answer before it is, in place of "that" in "after that"."""
    if not answer or not _DIGIT.search(answer) or len(answer.split()) > _SHORT_ANSWER:
        return question
    time = _TIME_OPENING.sub("", answer.strip(), count=1)
    return _TIME.sub(lambda match: f"{match['preposition']} {time}", question)


def _missing(asked: str, rest: str, earlier: str, answer: str | None) -> list[str]:
    """Return the words of the `earlier` question and of its answer that a question lacks."""
    words: list[str] = []
    known = set(terms(asked)) | _NO_SUBJECT
    named = [kind for kind in _EXCHANGED if kind.search(rest)]
    asked_before = [
        word for word in _WORD.findall(earlier) if not any(kind.fullmatch(word) for kind in named)
    ]
    # The words of the answer first: they stay together.
    for candidates in (_subject_of(answer or ""), asked_before):
        new = [word for word in candidates if set(terms(word)) - known]
        words = [*dict.fromkeys(new), *words]
        known |= set(terms(" ".join(candidates)))
    return words[:_MOST_MISSING]


def _asked_again(phrase: str, earlier: str) -> str:
    """Return the `earlier` question with another thing asked for: "why" after "When did it close?"."""
    phrase = "for what" if phrase.casefold() == "what for" else phrase
    earlier = earlier.strip()
    if asked_for := _ASKED_FOR.match(earlier):
        rest = earlier[asked_for.end() :]
        # "How many people were hurt?" names who was; "Which prize did Ada win?" names Ada after the verb.
        of = "" if _SUBJECT.match(rest) else asked_for["of"].removeprefix(" many").removeprefix(" much")
        return f"{phrase} {asked_for['auxiliary']}{of} {rest}"
    if _YES_OR_NO.match(earlier):
        return f"{phrase} {earlier[0].lower()}{earlier[1:]}"
    return f"{phrase} {_QUESTION_WORD.sub('', earlier, count=1)}"


def _with_person(question: str, earlier: str, answer: str | None) -> str:
    """Return a question with the name of whom "he" or "her" stands for, if that is known."""
    person = _PERSON.search(question)
    if person is None:
        return question
    start = _ASKED_FOR.match(earlier)
    names = [
        match[0]
        for match in _NAME.finditer(earlier, start.end() - 1 if start else 1)
        if not _WHERE.search(earlier, 0, match.start())
    ]
    # "Who taught Ada her first song?" asks for another than "her"; "Who is Ada?" names whom it asks for.
    asks_who = _ASKS_WHO.match(earlier) and not _PERSON.search(earlier)
    if asks_who and answer and _is_name(answer):
        name = answer
    elif names and (not asks_who or (start and start["auxiliary"].casefold() in ("is", "was"))):
        name = names[-1]
    else:
        return question
    owned = f"{name}'s " if person["before"] else f"{name}'s" if person["own"] else name
    return f"{question[: person.start()]}{owned}{question[person.end() :]}"


def _is_name(answer: str) -> bool:
    """Tell whether a short answer names somebody or something."""
    words = answer.split()
    return len(words) <= _SHORT_ANSWER and words[-1][:1].isupper() and not _DIGIT.search(answer)


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


def _is_elliptical(question: str) -> bool:
    return _ELLIPTICAL.fullmatch(question.strip(" ?!.\u2026")) is not None


def goes_on(question: str) -> bool:
    """Tell whether a question may go on from one before: whether it lacks a subject, or begins with "and"."""
    if _OPENING.match(question) or _is_elliptical(question):
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
    subject = set(terms(" ".join(before))) - _NO_SUBJECT
    return not named and (pronoun[0].casefold() == "there" or len(subject) <= 1)
