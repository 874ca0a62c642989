"""Answer types: the type of thing that a question asks for, and where a text mentions one.

The rules know English word forms. A question that they do not understand has no expected type, which costs
nothing.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

from index.records import Span
from index.retrieval.question_forms import AUXILIARIES, QUESTION_WORDS


class AnswerType(StrEnum):
    """A type of thing that a question can ask for."""

    NAME = "name"
    PLACE = "place"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    REASON = "reason"
    YES_NO = "yes-no"


TYPED = (
    AnswerType.NAME,
    AnswerType.PLACE,
    AnswerType.DATE,
    AnswerType.NUMBER,
    AnswerType.MONEY,
    AnswerType.PERCENT,
    AnswerType.REASON,
)
"""The types that a text can be searched for; yes and no are in no text."""

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand "
    "million billion trillion dozen dozens hundreds thousands millions billions half third quarter once "
    "twice thrice first second both several single double triple"
).split()
_MONTHS = "january february april june july august september october november december".split()
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()

_WORD_NUMBER = rf"(?:{'|'.join(_NUMBER_WORDS)})"
# Repetition is bounded everywhere, so that no text takes quadratic time.
_DIGITS = r"\d{1,20}(?:[.,]\d{1,20}){0,6}"  # 90,000 or 2.5
# "two hundred", "2.5 million", "twenty-one".
_QUANTITY = rf"(?:{_DIGITS}|{_WORD_NUMBER})(?:[ -](?:{_WORD_NUMBER}|{_DIGITS})){{0,6}}"
_UNIT_MONEY = r"(?:dollars?|euros?|pounds?|cents?|yen|francs?|rubles?|rupees?|usd|eur|gbp|livres?|marks?)"
_YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
_MONTH = rf"(?:{'|'.join(_MONTHS)}|(?-i:March|May))"
_ERA = r"(?:\s?(?:BCE|BC|CE|AD)\b)?"  # 44 BC

PATTERNS: dict[AnswerType, re.Pattern[str]] = {
    AnswerType.DATE: re.compile(
        # "the early 12th century BC", "nineteenth century"
        rf"(?:\b(?:early|late|mid|the)[ -])?\b\d{{1,2}}(?:st|nd|rd|th)[ -]centur(?:y|ies)\b{_ERA}"
        rf"|\b\w+(?:st|nd|rd|th)[ -]centur(?:y|ies)\b{_ERA}"
        # "3rd of May, 1998", "January 5th", "March of 1945"
        rf"|\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s(?:of\s)?)?\b(?i:{_MONTH})\b\.?(?:\s\d{{1,2}}(?:st|nd|rd|th)?\b)?"
        rf"(?:,?\s(?:of\s)?{_YEAR}\b)?"
        # "1998", "the 2010s", "1914-18", "1066 AD"; then "44 BC", "AD 79"
        rf"|\b{_YEAR}(?:s|['’]s)?(?![\d,.]*\d)\b(?:\s?[-–]\s?\d{{2,4}}\b)?{_ERA}"
        rf"|\b\d{{1,4}}\s?(?:BCE|BC|CE|AD)\b|\bAD\s\d+\b"
        # "last Friday night"
        rf"|(?i:\b(?:last |next |this )?(?:{'|'.join(_DAYS)})\b(?: (?:night|morning|evening|afternoon))?)"
        # "more than two decades ago", "a week later"
        rf"|(?i:\b(?:more than |about |almost )?(?:an?|{_QUANTITY}) (?:day|week|month|year|decade|century|"
        rf"hour|minute)(?:s|ies)? (?:ago|earlier|later|before|after)\b)"
        # "tomorrow", "next spring"
        rf"|(?i:\b(?:yesterday|today|tomorrow|tonight|(?:last|next) (?:night|day|week|month|year|spring|"
        rf"summer|autumn|fall|winter))\b)"
    ),
    # "$2.5 million", "€10bn", "two million pounds"
    AnswerType.MONEY: re.compile(
        rf"(?i:[$€£¥]\s?{_DIGITS}(?:\s?(?:{_WORD_NUMBER}|bn|m|k)\b)?|\b{_QUANTITY} {_UNIT_MONEY}\b)"
    ),
    # "40%", "twelve per cent"
    AnswerType.PERCENT: re.compile(rf"(?i:\b{_QUANTITY}\s?(?:%|percent\b|per cent\b))"),
    # "12th", "two hundred"
    AnswerType.NUMBER: re.compile(rf"(?i:\b{_QUANTITY}(?:st|nd|rd|th)?\b)"),
    # what introduces a reason: "because of", "in order to"
    AnswerType.REASON: re.compile(
        r"(?i:\b(?:because(?: of)?|due to|owing to|in order to|so that|as a result of|since|caused by|"
        r"thanks to|so as to|led to|to avoid|to prevent|for fear of|out of fear|reasons?)\b)"
    ),
}
# A capitalised word or an initial: "O'Neil", "AT&T", "J."
_CAPITALISED = r"(?:[A-Z][\w’'&.-]*\w|[A-Z]\b\.?)"
# Capitalised words, with up to two small ones between: "University of the Arts", "Anna de la Cruz"
_NAME = re.compile(
    rf"\b{_CAPITALISED}(?:[ -](?:(?:of|the|de|la|le|du|von|van|der|den|bin|ibn|al|and|for)[ -]){{0,2}}"
    rf"{_CAPITALISED})*"
)
# What stands before the name of a place: "in ", "near the city of "
_BEFORE_PLACE = re.compile(
    r"(?i:\b(?:in|at|near|from|to|around|between|into|across|outside|inside|throughout|via|towards?|"
    r"through|on|along|north|south|east|west)(?: the)?(?: (?:city|town|village|province|state|island|port|"
    r"coast|region|country)(?: of)?)?\s+)$"
)
_OPENERS = frozenset(
    "a an and any although after as at because before both but by despite during each even every few "
    "finally for from he her here his how however i if in instead into it its later like many more most "
    "moreover my no not of on once one only or other our over she since so some still such than that the "
    "their then there these they this those though through thus to today under unlike until upon we what "
    "when where whether which while who with within without you your yes all another according "
    "additionally also among furthermore meanwhile nevertheless next now often per similarly sometimes "
    "traditionally originally initially currently eventually historically generally recently".split()
)
_NO_NAMES = _OPENERS.union(_MONTHS, ("march", "may"), _DAYS)
# Units of what "how old", "how long", "how tall" … ask for: "weeks"; "square miles", "km/h"
_OF_TIME = r"(?:second|minute|hour|day|week|month|year|decade)s?"
_OF_SIZE = (
    r"(?:square |cubic )?(?:(?:milli|centi|kilo)?met(?:er|re)s?|miles?|yards?|f(?:oo|ee)t|inch(?:es)?)|"
    r"[ckm]?m|ft|lbs?|k?g|(?:kilo)?grams?|tons?|tonnes?|pounds?|lit(?:er|re)s?|acres?|hectares?|degrees?|mph|km/h|times"
)
_UNITS = {
    "old": _OF_TIME,
    "long": f"{_OF_TIME}|{_OF_SIZE}",
    "much": f"{_OF_TIME}|{_OF_SIZE}|percent|per cent",
}
_MEASURED = re.compile(r"\bhow (much|old|long|far|tall|high|big|large|deep|fast|wide|heavy)\b", re.IGNORECASE)
# The thing counted, as group 1: "how many of the ships"
_COUNTED = re.compile(r"\bhow many (?:of the |other |different )?([^\W\d_]+)", re.IGNORECASE)
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_AUXILIARIES = frozenset((*AUXILIARIES, "am", "may", "might", "must", "shall"))

_NOUNS: dict[str, tuple[AnswerType, ...]] = {
    **dict.fromkeys(
        "year years date dates day days month months century centuries decade decades era period week "
        "season".split(),
        (AnswerType.DATE,),
    ),
    **dict.fromkeys(
        "city cities country countries state states region place places town village location locations "
        "continent area areas county province nation river island district capital territory street".split(),
        (AnswerType.PLACE,),
    ),
    **dict.fromkeys(
        "person people man woman king queen president company organization organisation group team leader "
        "author name names family agency party emperor general minister university school band actor singer "
        "scientist dynasty tribe commander artist writer philosopher pope bishop army institution treaty act "
        "war battle book film movie game brand product language religion nationality".split(),
        (AnswerType.NAME,),
    ),
    **dict.fromkeys(
        "percentage percent proportion fraction share".split(), (AnswerType.PERCENT, AnswerType.NUMBER)
    ),
    **dict.fromkeys(
        "number amount size age population distance height length weight temperature speed rate ratio "
        "quantity score".split(),
        (AnswerType.NUMBER,),
    ),
    **dict.fromkeys("price cost salary budget fee revenue".split(), (AnswerType.MONEY, AnswerType.NUMBER)),
    **dict.fromkeys("reason reasons cause".split(), (AnswerType.REASON,)),
}
_HOW: dict[str, tuple[AnswerType, ...]] = {
    "many": (AnswerType.NUMBER,),
    "much": (AnswerType.MONEY, AnswerType.PERCENT, AnswerType.NUMBER),
    **dict.fromkeys(
        "old long far tall high big large deep fast often wide heavy frequently".split(), (AnswerType.NUMBER,)
    ),
}
_PAYING = frozenset(
    "cost costs money paid pay pays price priced spend spends spent worth earn earned charge charged sold "
    "fine fined fund funded funding invest invested raise raised donate donated owe owed".split()
)


def expected_types(question: str) -> tuple[AnswerType, ...]:
    """Return the types of thing that `question` asks for, likeliest first; none if the rules do not know."""
    words = [word.casefold() for word in _TOKEN.findall(question)]
    for place, word in enumerate(words):
        if word not in QUESTION_WORDS:
            continue
        rest = words[place + 1 : place + 5]
        if word in ("who", "whom", "whose"):
            return (AnswerType.NAME,)
        if word == "when":
            # "When X happened, what ...?" asks for something else.
            if place == 0 and any(later in QUESTION_WORDS for later in words[4:]):
                continue
            return (AnswerType.DATE,)
        if word == "where":
            return (AnswerType.PLACE,)
        if word == "why":
            return (AnswerType.REASON,)
        if word == "how":
            if rest[:1] == ["much"] and not _PAYING.isdisjoint(words):
                return (AnswerType.MONEY,)
            return _HOW.get(rest[0], ()) if rest else ()
        for noun in rest[:3]:
            if noun in _AUXILIARIES and noun is not rest[0]:
                break
            if noun in _NOUNS:
                return _NOUNS[noun]
        return ()
    return (AnswerType.YES_NO,) if words and words[0] in _AUXILIARIES else ()


def mentions(text: str, kind: AnswerType) -> list[Span]:
    """Find what `text` mentions of a type, as spans of `text` in order; a reason's span is its cue word."""
    if kind in PATTERNS:
        return [match.span() for match in PATTERNS[kind].finditer(text)]
    if kind is AnswerType.NAME:
        return list(_names(text))
    if kind is AnswerType.PLACE:
        return [span for span in _names(text) if _BEFORE_PLACE.search(text, max(0, span[0] - 40), span[0])]
    return []


def _names(text: str) -> Iterator[Span]:
    """Yield runs of capitalised words, without common first words of sentences, months and days."""
    for match in _NAME.finditer(text):
        start, end = match.span()
        while start < end:
            word = _TOKEN.search(text, start, end)
            if word is None:
                start = end
            elif word.group().casefold() in _NO_NAMES:
                start = word.end()
                while start < end and not text[start].isalnum():
                    start += 1
            else:
                break
        if end > start:
            yield start, end


def highlight(question: str, sentence: str) -> Span | None:
    """Mark the answer to `question` in `sentence` if exactly one thing there is of the expected type.

    Otherwise, or if no type is expected, return None. What the question itself names does not count.
    """
    question_words = {word.casefold() for word in _TOKEN.findall(question)}
    for kind in expected_types(question):
        if kind is AnswerType.REASON:
            return None
        spans = [
            (start, end)
            for start, end in mentions(sentence, kind)
            if not all(word.casefold() in question_words for word in _TOKEN.findall(sentence[start:end]))
        ]
        if kind is AnswerType.NUMBER and (measured := _MEASURED.search(question)):
            unit = _unit(measured[1].casefold())
            spans = [(start, match.end()) for start, end in spans if (match := unit.match(sentence, end))]
        elif len(spans) > 1 and kind is AnswerType.NUMBER:
            spans = [span for span in spans if _counts(question, sentence[span[1] :])]
        if spans:
            return spans[0] if len(spans) == 1 else None
    return None


def _unit(measure: str) -> re.Pattern[str]:
    """Return what must follow a number that says how old, long, tall … something is."""
    units = _UNITS.get(measure, _OF_SIZE)
    return re.compile(rf"[ -]?(?:{units})\b(?:[ -](?:old|long|wide|high|tall|deep|away))?|%", re.IGNORECASE)


def _counts(question: str, rest: str) -> bool:
    """Tell whether what follows a number is what `question` counts: "how many ships", "12 large ships"."""
    counted = _COUNTED.search(question)
    if counted is None:
        return False
    following = [word.casefold() for word in _TOKEN.findall(rest[:60])[:3]]
    return counted[1].casefold().removesuffix("s") in {word.removesuffix("s") for word in following}
