"""Questions that a text does not answer although it looks so, made by rule from ones that it does.

The rules are the kinds of change that the writers of SQuAD 2.0 made by hand (Rajpurkar et al. 2018, table 2):
another name, another number, a negation, an opposite, another thing of the same sort. Each is done to the
question, or to the text so that the question stays as a person wrote it.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from index.records import Span
from index.training.opposites import OPPOSITES

SAMPLE = 40
"""Names or words that are drawn before the fitting ones among them are kept."""
_SMALL = r"(?:of|the|de|von|van|der|du|la|and|&)"
_NAME = re.compile(rf"\b[A-Z][\w’'-]+(?:(?: {_SMALL}){{0,2}} [A-Z][\w’'-]+)*")
_NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
_WORD = re.compile(r"\b[a-z]{4,}\b")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\"”)]\s+|\n)[\"'“(]*$")
_POSSESSIVE = re.compile(r"[’']s?$")
_AUXILIARY = re.compile(
    r"\b(did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|must|may|might)\b",
    re.IGNORECASE,
)
_NOT = re.compile(r"n['’]t\b| not\b| never\b", re.IGNORECASE)
_ENDINGS = (
    "ing",
    "tion",
    "ions",
    "ment",
    "ness",
    "ity",
    "ists",
    "ers",
    "ed",
    "ly",
    "al",
    "ous",
    "ic",
    "er",
    "s",
)
_COMMON = frozenset(
    """what which when where whom whose does have been were will would could should about from with that this
    these those their there they them then than into onto over under after before between during while most
    more many much some such only also very other another same because according name type kind many long
    called used made take took give gave come came said""".split()
)


@dataclass(frozen=True, slots=True)
class Things:
    """What an article speaks of, to exchange things for: its names, and its words by how they end."""

    names: Sequence[str]
    words: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, article: str) -> Self:
        """Collect the names and words of an article."""
        words: dict[str, list[str]] = {}
        for word in sorted(set(_WORD.findall(article)) - _COMMON):
            words.setdefault(_ending(word), []).append(word)
        return cls(sorted({article[start:end] for start, end in names(article)}), words)


def names(text: str) -> list[Span]:
    """Return the places of what looks like a name: capitalised words that do not just begin a sentence."""
    found = []
    for match in _NAME.finditer(text):
        start, end = match.span()
        if " " not in match.group() and _SENTENCE_START.search(text[max(0, start - 8) : start]):
            continue
        possessive = _POSSESSIVE.search(match.group())
        found.append((start, end - len(possessive.group()) if possessive else end))
    return found


def unanswerable_question(
    question: str, answer: str, text: str, things: Things, source: random.Random
) -> str | None:
    """Return the question changed so that `text` no longer answers it, or None where no rule fits.

    Other names and words are drawn from `things`; `answer` is left out of them.
    """
    rules: list[tuple[float, Callable[[], str | None]]] = [
        (0.0, lambda: _other_name(question, answer, things, source)),
        (0.0, lambda: _other_number(question, text, source)),
        (0.0, lambda: _opposite(question, source)),
        (0.6, lambda: _negated(question)),  # the later rules fit nearly every question
        (0.4, lambda: _other_word(question, answer, text, things, source)),
    ]
    for _, rule in sorted(rules, key=lambda rule: rule[0] + source.random()):
        changed = rule()
        if changed and changed != question:
            return changed
    return None


def unanswering_text(
    question: str, text: str, gold: Span, things: Things, source: random.Random
) -> str | None:
    """Return `text` changed so that it no longer answers the question, or None where no rule fits.

    `gold` is the place of the sentence that answers. A name, number or word of the question that it holds is
    exchanged for another, so that the text tells the same of something else.
    """
    answering = text[gold[0] : gold[1]]
    rules: list[Callable[[], str | None]] = [
        lambda: _shared_name(question, answering, things, source),
        lambda: _shared_number(question, answering, source),
        lambda: _shared_opposite(question, answering, source),
    ]
    for rule in sorted(rules, key=lambda _: source.random()):
        changed = rule()
        if changed and changed != answering:
            return text[: gold[0]] + changed + text[gold[1] :]
    return None


def _other_name(question: str, answer: str, things: Things, source: random.Random) -> str | None:
    own = [span for span in names(question) if span[0] > 0]
    if not own:
        return None
    start, end = source.choice(own)
    other = _name_like(question[start:end], f"{question} {answer}", things, source)
    return other and question[:start] + other + question[end:]


def _name_like(name: str, avoid: str, things: Things, source: random.Random) -> str | None:
    """Draw another name of `things` that is written like `name` and shares no word with `avoid`."""
    taken = set(avoid.lower().split())
    drawn = source.sample(things.names, min(SAMPLE, len(things.names)))
    fitting = [
        other
        for other in drawn
        if not taken & set(other.lower().split())
        and (" " in other) == (" " in name)
        and other.isupper() == name.isupper()
        and other.lower() not in avoid.lower()
    ]
    return source.choice(fitting) if fitting else None


def _other_number(question: str, text: str, source: random.Random) -> str | None:
    own = list(_NUMBER.finditer(question))
    if not own:
        return None
    match = source.choice(own)
    other = _number_like(match.group(), question, text, source)
    return question[: match.start()] + other + question[match.end() :]


def _number_like(number: str, avoid: str, text: str, source: random.Random) -> str:
    """Draw another number of `text` with as many digits, or make one up."""
    others = sorted({str(found) for found in _NUMBER.findall(text) if len(found) == len(number)})
    fitting = [other for other in others if other not in avoid]
    if fitting and source.random() < 0.6:
        return source.choice(fitting)
    digits = [place for place, character in enumerate(number) if character.isdigit()]
    place = source.choice(digits[-2:])
    figure = source.choice([one for one in "123456789" if one != number[place]])
    return number[:place] + figure + number[place + 1 :]


def _opposite(question: str, source: random.Random) -> str | None:
    places = [match for match in re.finditer(r"[A-Za-z]+", question) if match.group() in OPPOSITES]
    if not places:
        return None
    match = source.choice(places)
    return question[: match.start()] + source.choice(OPPOSITES[match.group()]) + question[match.end() :]


def _negated(question: str) -> str | None:
    if _NOT.search(question):
        return _NOT.sub("", question, count=1)
    match = _AUXILIARY.search(question)
    if match is None:
        return None
    word = match.group()
    if word.lower() in {
        "did",
        "does",
        "do",
        "is",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "could",
        "would",
    }:
        return question[: match.end()] + "n't" + question[match.end() :]
    return question[: match.end()] + " not" + question[match.end() :]


def _other_word(question: str, answer: str, text: str, things: Things, source: random.Random) -> str | None:
    """Exchange a word of the question that the text has for a like one that the text does not have."""
    there = set(_WORD.findall(text.lower()))
    own = [match for match in _WORD.finditer(question) if match.group() in there - _COMMON]
    if not own:
        return None
    match = source.choice(own)
    word = match.group()
    known = {*there, *_WORD.findall(question.lower()), *_WORD.findall(answer.lower())}
    others = things.words.get(_ending(word), ())
    drawn = source.sample(others, min(SAMPLE, len(others)))
    fitting = [other for other in drawn if other not in known and other[:4] != word[:4]]
    return question[: match.start()] + source.choice(fitting) + question[match.end() :] if fitting else None


def _ending(word: str) -> str:
    return next((ending for ending in _ENDINGS if word.endswith(ending)), "")


def _shared_name(question: str, answering: str, things: Things, source: random.Random) -> str | None:
    asked = question.lower()
    shared = [span for span in names(answering) if answering[span[0] : span[1]].lower() in asked]
    if not shared:
        return None
    start, end = source.choice(shared)
    name = answering[start:end]
    other = _name_like(name, f"{question} {answering}", things, source)
    return other and re.sub(rf"\b{re.escape(name)}\b", lambda _: other, answering)


def _shared_number(question: str, answering: str, source: random.Random) -> str | None:
    asked = set(_NUMBER.findall(question))
    shared = sorted({number for number in _NUMBER.findall(answering) if number in asked})
    if not shared:
        return None
    number = source.choice(shared)
    other = _number_like(number, question, answering, source)
    return re.sub(rf"(?<![\d,.]){re.escape(number)}(?![\d])", lambda _: other, answering)


def _shared_opposite(question: str, answering: str, source: random.Random) -> str | None:
    asked = set(question.lower().split())
    places = [
        match
        for match in re.finditer(r"[A-Za-z]+", answering)
        if match.group() in OPPOSITES and match.group() in asked
    ]
    if not places:
        return None
    match = source.choice(places)
    return answering[: match.start()] + source.choice(OPPOSITES[match.group()]) + answering[match.end() :]
