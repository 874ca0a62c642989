"""Questions that a text does not answer although it looks so, made by rule from ones that it does.

The rules are the kinds of change that the writers of SQuAD 2.0 made by hand (Rajpurkar et al. 2018, table 2):
another name, another number, a negation, an opposite, another thing of the same sort, something else asked, a
condition that the text does not tell. Each is a change of one place of the question. Where the text is
changed alike, it answers again: so that how a question reads does not give it away.
"""

import random
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.records import Span
from index.training.examples.names_and_numbers import (
    COMMON,
    NUMBER,
    WORD,
    Things,
    ending,
    is_placed,
    names,
    number_kind,
)
from index.training.examples.opposites import OPPOSITES

SAMPLE = 200
"""Names or words that are drawn before the fitting ones among them are kept."""
NEAR = 0.6
"""Share of the changes that take something of the same text where there is a fitting thing."""
_CONTRACTED = "did does do is are was were has have had could would should".split()
_AUXILIARY = re.compile(
    rf"\b(?:{'|'.join(_CONTRACTED)}|can|will|must|may|might)\b|^(?:{'|'.join(_CONTRACTED).title()})\b"
)
_NOT = re.compile(r"can['’]t\b|won['’]t\b|cannot\b|n['’]t\b| not\b| never\b", re.IGNORECASE)
_UNDENIED = {"can't": "can", "cannot": "can", "won't": "will"}
_SUBJECT = re.compile(r" (?:he|she|it|they|we|you|[A-Z]\w+|the \w+)(?= [a-z]+)")
_ACTED = re.compile(r"^(?:Who|Which \w+|What)(?= [a-z]+(?:ed|ew|ote|old|on|ook|ave)\b)")
_ASKED = re.compile(r"^(When|Where|Why|How)(?= (?:did|does|do|is|are|was|were|has|have|had)\b)")
_REASON = re.compile(r"\b(?:because|since|due|to|for|so|as|by|after|thus|therefore)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|at|near|on|from|to|into|inside|outside|across|around)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\d|\b(?:when|after|before|during|until|since|day|week|month|year|now|today)s?\b", re.IGNORECASE
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_PHRASE = re.compile(
    r"\b(?:[Ii]n|[Aa]t|near|[Dd]uring|with|by|[Bb]efore|[Aa]fter|from|for)(?: the)? (?=[A-Z\d])"
)
_OPEN_END = re.compile(r"(?<!\bin)(?<!\bof)(?<!\bto)(?<!\bat)(?<!\bfor)(?<!\bfrom)(?<!\bwith)(?<!\bby)\?$")
_JOINED = re.compile(r",? (?:and|or|&|to|with|than) (?:the )?|, ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A place of a question, end exclusive, and what is to stand there."""

    start: int
    end: int
    new: str

    def made(self, question: str) -> str:
        """Return the question changed."""
        return question[: self.start] + self.new + question[self.end :]


@dataclass(frozen=True, slots=True)
class Case:
    """A question, the text that answers it, the place of the answer, and what else the article tells of."""

    question: str
    text: str
    answer: Span
    things: Things

    @property
    def answering(self) -> Span:
        """Return the place of the sentence that answers, roughly."""
        ends = [0, *(match.end() for match in _SENTENCE.finditer(self.text)), len(self.text)]
        start = max(end for end in ends if end <= self.answer[0])
        return start, min(end for end in ends if end > self.answer[0])

    @property
    def marked(self) -> str:
        """Return the words of the answer."""
        return self.text[slice(*self.answer)]


def unanswerable_question(case: Case, source: random.Random) -> str | None:
    """Return the question changed so that the text no longer answers it, or None where no rule fits."""
    near = Things.of(case.text)
    rules: list[tuple[float, Callable[[], Change | None]]] = [
        (0.0, lambda: _swapped(case.question, source)),
        (0.0, lambda: _other_name(case, near, source)),
        (0.0, lambda: _other_number(case, source, near=True)),
        (0.2, lambda: _opposite(case.question, source)),
        (0.3, lambda: _something_else(case, source)),
        (0.6, lambda: _negated(case.question, source)),  # the later rules fit nearly every question
        (0.3, lambda: _other_word(case, near, source)),
        (0.6, lambda: _condition(case, source)),
    ]
    for _, rule in sorted(rules, key=lambda rule: rule[0] + source.random()):
        change = rule()
        if change:
            return change.made(case.question)
    return None


def answered_again(case: Case, source: random.Random) -> Case | None:
    """Return question and text changed alike, so that the same words answer; None where no rule fits."""
    nothing = Things({}, (), {})
    rules: list[Callable[[], Case | None]] = [
        lambda: _changed_alike(case, _other_name(case, nothing, source)),
        lambda: _changed_alike(case, _other_number(case, source)),
        lambda: _changed_alike(case, _opposite(case.question, source)),
        lambda: _changed_alike(case, _other_word(case, nothing, source)),
        lambda: _true_condition(case, source),
    ]
    source.shuffle(rules)
    return next((made for rule in rules if (made := rule())), None)


def unanswering_text(case: Case, source: random.Random) -> str | None:
    """Return the text with another thing in the sentence that answers, or None where no rule fits.

    What is exchanged stands in the question too, so that the sentence now tells of something else.
    """
    nothing = Things({}, (), {})
    rules: list[Callable[[], Change | None]] = [
        lambda: _other_name(case, nothing, source),
        lambda: _other_number(case, source),
        lambda: _opposite(case.question, source),
    ]
    source.shuffle(rules)
    made = (_changed_alike(case, rule()) for rule in rules)
    return next((one.text for one in made if one), None)


def _changed_alike(case: Case, change: Change | None) -> Case | None:
    """Exchange the same words in question and text; None unless all of them can be, outside the answer."""
    if change is None:
        return None
    old = case.question[change.start : change.end]
    pattern = re.compile(rf"(?<![\w.,])(?<!\w['’-]){re.escape(old)}(?!\w|[.,]\d)")
    places = [match.span() for match in pattern.finditer(case.text)]
    if not any(case.answering[0] <= start < case.answering[1] for start, _ in places):
        return None
    if any(start < case.answer[1] and end > case.answer[0] for start, end in places):
        return None
    text = pattern.sub(lambda _: change.new, case.text)
    left = set(re.findall(r"\w+", text.lower()))
    if any(word in left for word in re.findall(r"\w{3,}", old.lower()) if word not in change.new.lower()):
        return None  # a part of the name, or the word in another form, still stands there
    moved = sum(len(change.new) - (end - start) for start, end in places if end <= case.answer[0])
    answer = (case.answer[0] + moved, case.answer[1] + moved)
    return Case(change.made(case.question), text, answer, case.things)


def _words(text: str) -> set[str]:
    """Return the beginnings of the words that say something."""
    return {word[:5] for word in re.findall(r"\w{4,}", text.lower()) if word not in COMMON}


def _told_of(thing: str, case: Case, change: Change) -> bool:
    """Say whether a sentence that names `thing` tells much of what the rest of the question asks.

    Nor is a question with another thing unanswerable where it asks little else.
    """
    rest = _words(case.question[: change.start] + " " + case.question[change.end :])
    if len(rest) < 2:
        return True
    start, end = case.answering
    for sentence in _SENTENCE.split(f"{case.text[:start]} {case.text[end:]}"):
        if thing.lower() in sentence.lower() and 2 * len(rest & _words(sentence)) >= len(rest):
            return True
    return False


def _swapped(question: str, source: random.Random) -> Change | None:
    """Exchange two names of the question for each other."""
    own = names(question)
    pairs = [
        (first, second)
        for first, second in pairwise(own)
        if not _JOINED.fullmatch(question[first[1] : second[0]])
        and not re.search(r"\b(?:between|both|and)\b", question)
        and is_placed(question, first[0]) == is_placed(question, second[0])
    ]
    if not pairs:
        return None
    (start, middle), (again, end) = source.choice(pairs)
    new = question[again:end] + question[middle:again] + question[start:middle]
    return Change(start, end, new) if question[start:middle] != question[again:end] else None


def _other_name(case: Case, near: Things, source: random.Random) -> Change | None:
    """Exchange a name for a like one of `near` or, where none fits, of the article but not of the text."""
    own = names(case.question)
    if not own:
        return None
    start, end = source.choice(own)
    name = case.question[start:end]
    avoid = set(re.findall(r"\w+", f"{case.question} {case.marked}".lower()))
    place = is_placed(case.question, start)

    def fits(other: str, placed: bool) -> bool:
        return (
            not avoid & set(re.findall(r"\w+", other.lower()))
            and (" " in other) == (" " in name)
            and other.isupper() == name.isupper()
            and placed == place
        )

    inside = [
        other
        for other, placed in near.names.items()
        if fits(other, placed) and not _told_of(other, case, Change(start, end, other))
    ]
    inside = [other for other in inside if not _in_a_row(case, name, other)]
    inside = list(case.things.likest(name, inside))
    if inside and source.random() < NEAR:
        return Change(start, end, source.choice(inside))
    drawn = _drawn(case.things.names, source)
    outside = [other for other in drawn if fits(other, case.things.names[other]) and other not in case.text]
    outside = list(case.things.likest(name, outside))
    return Change(start, end, source.choice(outside)) if outside else None


def _in_a_row(case: Case, name: str, other: str) -> bool:
    """Say whether the text names two things in a row, so that it tells the same of both."""
    one, two = re.escape(name), re.escape(other)
    listed = r"(?:[^.;]{0,30},)? ?(?:and|or|&|with|,) (?:the )?"
    return re.search(rf"{one}{listed}{two}|{two}{listed}{one}|{one} \({two}", case.text) is not None


def _drawn(some: Collection[str], source: random.Random) -> list[str]:
    return source.sample(list(some), min(SAMPLE, len(some)))


def _other_number(case: Case, source: random.Random, *, near: bool = False) -> Change | None:
    """Exchange a number for another one of the article, or a made-up one, that the text does not have.

    Where `near`, rather for one of the text that tells of something else.
    """
    own = list(NUMBER.finditer(case.question))
    if not own:
        return None
    match = source.choice(own)
    start, end, number = *match.span(), match.group()
    asked, there = set(NUMBER.findall(case.question)), set(NUMBER.findall(case.text))
    inside = [
        other
        for other in sorted(there - asked - set(NUMBER.findall(case.marked)))
        if number_kind(other) == number_kind(number)
        and not _told_of(other, case, Change(start, end, other))
        and not _in_a_row(case, number, other)
    ]
    if near and inside and source.random() < NEAR:
        return Change(start, end, source.choice(inside))
    others = [
        other
        for other in case.things.numbers
        if number_kind(other) == number_kind(number) and other not in there | asked
    ]
    if others and source.random() < NEAR:
        return Change(start, end, source.choice(others))
    made_up = sorted(_made_up(number) - there - asked)
    return Change(start, end, source.choice(made_up)) if made_up else None


def _made_up(number: str) -> set[str]:
    """Return the numbers that differ in one of the last two digits; a decade's in the last but one."""
    digits = [place for place, character in enumerate(number) if character.isdigit()]
    if number[-2:].isalpha():
        return set()
    return {
        number[:place] + figure + number[place + 1 :]
        for place in (digits[-2:-1] if number.endswith("s") else digits[-2:])
        for figure in "123456789"
        if figure != number[place]
    }


def _opposite(question: str, source: random.Random) -> Change | None:
    """Exchange a word for its opposite."""
    places = [match for match in re.finditer(r"\b[a-z]+\b", question) if match.group() in OPPOSITES]
    if not places:
        return None
    match = source.choice(places)
    return Change(*match.span(), source.choice(OPPOSITES[match.group()]))


def _negated(question: str, source: random.Random) -> Change | None:
    """Put a "not" into the question, or take one out."""
    denied = _NOT.search(question)
    if denied:
        return Change(*denied.span(), _UNDENIED.get(denied.group().lower().replace("’", "'"), ""))
    match = _AUXILIARY.search(question)
    if match is None:
        acted = _ACTED.search(question)
        return Change(acted.end(), acted.end(), " never") if acted else None
    if match.group().lower() in _CONTRACTED and source.random() < 0.6:
        return Change(match.end(), match.end(), "n't")
    subject = _SUBJECT.match(question, match.end())
    place = subject.end() if subject else match.end()
    return Change(place, place, " not")


def _other_word(case: Case, near: Things, source: random.Random) -> Change | None:
    """Exchange a word of the question that the text has for a like one, of another sentence or not there."""
    there = set(WORD.findall(case.text.lower()))
    own = [match for match in WORD.finditer(case.question) if match.group() in there - COMMON]
    if not own:
        return None
    match = source.choice(own)
    word = match.group()
    known = {*WORD.findall(case.question.lower()), *WORD.findall(case.marked.lower())}
    known |= set(WORD.findall(case.text[slice(*case.answering)].lower()))

    def fits(other: str) -> bool:
        return other not in known and other[:4] != word[:4]

    inside = [
        other
        for other in near.words.get(ending(word), ())
        if fits(other) and not _told_of(other, case, Change(*match.span(), other))
    ]
    inside = list(case.things.likest(word, inside))
    if inside and source.random() < NEAR:
        return Change(*match.span(), source.choice(inside))
    drawn = _drawn(case.things.words.get(ending(word), ()), source)
    outside = list(case.things.likest(word, [other for other in drawn if fits(other) and other not in there]))
    return Change(*match.span(), source.choice(outside)) if outside else None


def _something_else(case: Case, source: random.Random) -> Change | None:
    """Ask when, where or why of what the sentence tells neither."""
    match = _ASKED.search(case.question)
    if not match:
        return None
    start, end = case.answering
    rest = f"{case.text[start : case.answer[0]]} {case.text[case.answer[1] : end]}"
    told = {"When": _TIME, "Where": _PLACE, "Why": _REASON}
    others = [
        word
        for word, pattern in told.items()
        if word != match.group(1) and not pattern.search(rest) and not pattern.search(case.marked)
    ]
    return Change(*match.span(), source.choice(others)) if others else None


def _phrases(text: str) -> Iterator[Span]:
    """Yield the places of "in 1998", "by Anna Berg" and the like."""
    whole = [*names(text), *(match.span() for match in NUMBER.finditer(text))]
    ends = dict(whole)
    for match in _PHRASE.finditer(text):
        if match.end() in ends:
            yield match.start(), ends[match.end()]


def _condition(case: Case, source: random.Random) -> Change | None:
    """Add a place, a time or a person of the article that the text does not speak of."""
    if not _OPEN_END.search(case.question):
        return None
    if source.random() < 0.5:
        years = [one for one in case.things.numbers if number_kind(one)[0] and one not in case.text]
        phrases = [f" in {year}" for year in years if year not in case.question]
    else:
        phrases = [
            f" in {name}"
            for name, placed in case.things.names.items()
            if placed and name not in case.text and name not in case.question and not name.isupper()
        ]
    place = len(case.question) - 1
    return Change(place, place, source.choice(phrases)) if phrases else None


def _true_condition(case: Case, source: random.Random) -> Case | None:
    """Add a place, a time or a person of the sentence that answers."""
    start, end = case.answering
    asked = case.question.lower()
    found = [
        (one, two)
        for one, two in _phrases(case.text[start:end])
        if (start + two <= case.answer[0] or start + one >= case.answer[1])
        and not set(re.findall(r"\w{3,}", case.text[start + one : start + two].lower()))
        & set(re.findall(r"\w{3,}", asked))
    ]
    if not found or not _OPEN_END.search(case.question):
        return None
    one, two = source.choice(found)
    phrase = case.text[start + one : start + two]
    question = f"{case.question[:-1]} {phrase[0].lower()}{phrase[1:]}?"
    return Case(question, case.text, case.answer, case.things)
