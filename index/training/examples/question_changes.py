"""Rules that change one place of a question so that its text no longer answers it.

The rules are the kinds of change that the writers of SQuAD 2.0 made by hand (Rajpurkar et al. 2018, table 2):
another name, another number, a negation, an opposite, another thing of the same sort, something else asked, a
condition that the text does not mention.
"""

import random
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.records import Span
from index.training.examples.names_and_numbers import (
    COMMON_WORDS,
    NUMBER,
    WORD,
    Replacements,
    ending,
    find_names,
    follows_preposition,
    number_kind,
)
from index.training.examples.opposites import OPPOSITES

MAX_SAMPLED = 200
"""Names or words that are drawn before the fitting ones among them are chosen."""
SAME_TEXT_SHARE = 0.6
"""Share of the replacements that come from the same text if it has a fitting one."""
_CONTRACTED = "did does do is are was were has have had could would should".split()
# An auxiliary verb, at the beginning of the question or further on: "Did", "was", "can".
_AUXILIARY = re.compile(
    rf"\b(?:{'|'.join(_CONTRACTED)}|can|will|must|may|might)\b|^(?:{'|'.join(_CONTRACTED).title()})\b"
)
# A negation, with the space before it: " not", "n't", "cannot".
_NOT = re.compile(r"can['’]t\b|won['’]t\b|cannot\b|n['’]t\b| not\b| never\b", re.IGNORECASE)
_AFFIRMATIVE = {"can't": "can", "cannot": "can", "won't": "will"}
# The subject after an auxiliary verb, with a verb behind it: " she" in "did she open", " the mayor", " Oslo".
_SUBJECT = re.compile(r" (?:he|she|it|they|we|you|[A-Z]\w+|the \w+)(?= [a-z]+)")
# A question word that is the subject of a past tense: "Who" before " opened", "Which man" before " took".
_SUBJECT_QUESTION = re.compile(r"^(?:Who|Which \w+|What)(?= [a-z]+(?:ed|ew|ote|old|on|ook|ave)\b)")
# "When", "Where", "Why" or "How" before an auxiliary verb: "When" in "When did it open?".
_ADVERB_QUESTION = re.compile(r"^(When|Where|Why|How)(?= (?:did|does|do|is|are|was|were|has|have|had)\b)")
# What may tell why, where or when: "due to rain", "near Oslo", "in the third year".
_REASON = re.compile(r"\b(?:because|since|due|to|for|so|as|by|after|thus|therefore)\b", re.IGNORECASE)
_PLACE = re.compile(r"\b(?:in|at|near|on|from|to|into|inside|outside|across|around)\b", re.IGNORECASE)
_TIME = re.compile(
    r"\d|\b(?:when|after|before|during|until|since|day|week|month|year|now|today)s?\b", re.IGNORECASE
)
_SENTENCE_BREAK = re.compile(r"(?<=[.!?])\s+")
# A preposition before a name or a number: "in " before "1998", "During the " before "War".
_PHRASE_START = re.compile(
    r"\b(?:[Ii]n|[Aa]t|near|[Dd]uring|with|by|[Bb]efore|[Aa]fter|from|for)(?: the)? (?=[A-Z\d])"
)
# The question mark of a question that does not end with a preposition: of "Who came?", not of "Come in?".
_OPEN_END = re.compile(r"(?<!\bin)(?<!\bof)(?<!\bto)(?<!\bat)(?<!\bfor)(?<!\bfrom)(?<!\bwith)(?<!\bby)\?$")
# What joins two names so that they are in one role: " and ", ", ", " than the ".
_JOINT = re.compile(r",? (?:and|or|&|to|with|than) (?:the )?|, ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Change:
    """A place of a question, end exclusive, and what is to stand there."""

    start: int
    end: int
    new: str

    def apply(self, question: str) -> str:
        """Return the question changed."""
        return question[: self.start] + self.new + question[self.end :]


@dataclass(frozen=True, slots=True)
class AnsweredQuestion:
    """A question, the text that answers it, the place of the answer, and replacements from its article."""

    question: str
    text: str
    answer: Span
    replacements: Replacements

    @property
    def answer_sentence(self) -> Span:
        """The place of the sentence that answers, roughly."""
        ends = [0, *(match.end() for match in _SENTENCE_BREAK.finditer(self.text)), len(self.text)]
        start = max(end for end in ends if end <= self.answer[0])
        return start, min(end for end in ends if end > self.answer[0])

    @property
    def answer_text(self) -> str:
        """The words of the answer."""
        return self.text[slice(*self.answer)]


def swap_names(question: str, source: random.Random) -> Change | None:
    """Swap two names of the question."""
    places = find_names(question)
    pairs = [
        (first, second)
        for first, second in pairwise(places)
        if not _JOINT.fullmatch(question[first[1] : second[0]])
        and not re.search(r"\b(?:between|both|and)\b", question)
        and follows_preposition(question, first[0]) == follows_preposition(question, second[0])
    ]
    if not pairs:
        return None
    first, second = (slice(*place) for place in source.choice(pairs))
    new = question[second] + question[first.stop : second.start] + question[first]
    return Change(first.start, second.stop, new) if question[first] != question[second] else None


def replace_name(case: AnsweredQuestion, same_text: Replacements, source: random.Random) -> Change | None:
    """Replace a name by a similar one of `same_text` or, if none fits, of the article but not of the text."""
    places = find_names(case.question)
    if not places:
        return None
    start, end = source.choice(places)
    name = case.question[start:end]
    used_words = set(re.findall(r"\w+", f"{case.question} {case.answer_text}".lower()))
    is_place = follows_preposition(case.question, start)

    def fits(other: str, other_is_place: bool) -> bool:
        return (
            not used_words & set(re.findall(r"\w+", other.lower()))
            and (" " in other) == (" " in name)
            and other.isupper() == name.isupper()
            and other_is_place == is_place
        )

    inside = [
        other
        for other, other_is_place in same_text.names.items()
        if fits(other, other_is_place) and not _tells_of(other, case, Change(start, end, other))
    ]
    inside = [other for other in inside if not _named_together(case, name, other)]
    inside = list(case.replacements.most_similar(name, inside))
    if inside and source.random() < SAME_TEXT_SHARE:
        return Change(start, end, source.choice(inside))
    names = case.replacements.names
    outside = [
        other for other in _sample(names, source) if fits(other, names[other]) and other not in case.text
    ]
    outside = list(case.replacements.most_similar(name, outside))
    return Change(start, end, source.choice(outside)) if outside else None


def replace_number(
    case: AnsweredQuestion, source: random.Random, *, same_text: bool = False
) -> Change | None:
    """Replace a number by another one of the article, or a made-up one, that the text does not have.

    With `same_text`, prefer one of the text that is about something else.
    """
    matches = list(NUMBER.finditer(case.question))
    if not matches:
        return None
    match = source.choice(matches)
    start, end, number = *match.span(), match.group()
    in_question, in_text = set(NUMBER.findall(case.question)), set(NUMBER.findall(case.text))
    inside = [
        other
        for other in sorted(in_text - in_question - set(NUMBER.findall(case.answer_text)))
        if number_kind(other) == number_kind(number)
        and not _tells_of(other, case, Change(start, end, other))
        and not _named_together(case, number, other)
    ]
    if same_text and inside and source.random() < SAME_TEXT_SHARE:
        return Change(start, end, source.choice(inside))
    others = [
        other
        for other in case.replacements.numbers
        if number_kind(other) == number_kind(number) and other not in in_text | in_question
    ]
    if others and source.random() < SAME_TEXT_SHARE:
        return Change(start, end, source.choice(others))
    made_up = sorted(_similar_numbers(number) - in_text - in_question)
    return Change(start, end, source.choice(made_up)) if made_up else None


def replace_by_opposite(question: str, source: random.Random) -> Change | None:
    """Replace a word by its opposite."""
    matches = [match for match in re.finditer(r"\b[a-z]+\b", question) if match.group() in OPPOSITES]
    if not matches:
        return None
    match = source.choice(matches)
    return Change(*match.span(), source.choice(OPPOSITES[match.group()]))


def negate(question: str, source: random.Random) -> Change | None:
    """Put a "not" into the question, or take one out."""
    negation = _NOT.search(question)
    if negation:
        affirmative = _AFFIRMATIVE.get(negation.group().lower().replace("’", "'"), "")
        return Change(*negation.span(), affirmative)
    match = _AUXILIARY.search(question)
    if match is None:
        subject = _SUBJECT_QUESTION.search(question)
        return Change(subject.end(), subject.end(), " never") if subject else None
    if match.group().lower() in _CONTRACTED and source.random() < 0.6:
        return Change(match.end(), match.end(), "n't")
    subject = _SUBJECT.match(question, match.end())
    place = subject.end() if subject else match.end()
    return Change(place, place, " not")


def replace_word(case: AnsweredQuestion, same_text: Replacements, source: random.Random) -> Change | None:
    """Replace a word shared with the text by a similar one, of another sentence or not in the text."""
    in_text = set(WORD.findall(case.text.lower()))
    matches = [match for match in WORD.finditer(case.question) if match.group() in in_text - COMMON_WORDS]
    if not matches:
        return None
    match = source.choice(matches)
    word = match.group()
    used_words = {*WORD.findall(case.question.lower()), *WORD.findall(case.answer_text.lower())}
    used_words |= set(WORD.findall(case.text[slice(*case.answer_sentence)].lower()))

    def fits(other: str) -> bool:
        return other not in used_words and other[:4] != word[:4]

    inside = [
        other
        for other in same_text.words.get(ending(word), ())
        if fits(other) and not _tells_of(other, case, Change(*match.span(), other))
    ]
    inside = list(case.replacements.most_similar(word, inside))
    if inside and source.random() < SAME_TEXT_SHARE:
        return Change(*match.span(), source.choice(inside))
    sample = _sample(case.replacements.words.get(ending(word), ()), source)
    outside = [other for other in sample if fits(other) and other not in in_text]
    outside = list(case.replacements.most_similar(word, outside))
    return Change(*match.span(), source.choice(outside)) if outside else None


def ask_something_else(case: AnsweredQuestion, source: random.Random) -> Change | None:
    """Ask when, where or why if the sentence that answers does not tell."""
    match = _ADVERB_QUESTION.search(case.question)
    if not match:
        return None
    start, end = case.answer_sentence
    rest = f"{case.text[start : case.answer[0]]} {case.text[case.answer[1] : end]}"
    patterns = {"When": _TIME, "Where": _PLACE, "Why": _REASON}
    others = [
        word
        for word, pattern in patterns.items()
        if word != match.group(1) and not pattern.search(rest) and not pattern.search(case.answer_text)
    ]
    return Change(*match.span(), source.choice(others)) if others else None


def add_condition(case: AnsweredQuestion, source: random.Random) -> Change | None:
    """Add a year or a place of the article that the text does not mention."""
    if not _OPEN_END.search(case.question):
        return None
    if source.random() < 0.5:
        years = [
            number
            for number in case.replacements.numbers
            if number_kind(number)[0] and number not in case.text
        ]
        phrases = [f" in {year}" for year in years if year not in case.question]
    else:
        phrases = [
            f" in {name}"
            for name, is_place in case.replacements.names.items()
            if is_place and name not in case.text and name not in case.question and not name.isupper()
        ]
    place = len(case.question) - 1
    return Change(place, place, source.choice(phrases)) if phrases else None


def add_true_condition(case: AnsweredQuestion, source: random.Random) -> AnsweredQuestion | None:
    """Add a place, a time or a person that the sentence that answers mentions."""
    sentence_start, sentence_end = case.answer_sentence
    asked_words = set(re.findall(r"\w{3,}", case.question.lower()))
    phrases = [
        case.text[start:end]
        for start, end in _phrases(case.text, sentence_start, sentence_end)
        if (end <= case.answer[0] or start >= case.answer[1])
        and not set(re.findall(r"\w{3,}", case.text[start:end].lower())) & asked_words
    ]
    if not phrases or not _OPEN_END.search(case.question):
        return None
    phrase = source.choice(phrases)
    question = f"{case.question[:-1]} {phrase[0].lower()}{phrase[1:]}?"
    return AnsweredQuestion(question, case.text, case.answer, case.replacements)


def _phrases(text: str, first: int, last: int) -> Iterator[Span]:
    """Yield where "in 1998", "by Anna Berg" and the like stand in a sentence of the text."""
    sentence = text[first:last]
    ends = dict([*find_names(sentence), *(match.span() for match in NUMBER.finditer(sentence))])
    for match in _PHRASE_START.finditer(sentence):
        if match.end() in ends:
            yield first + match.start(), first + ends[match.end()]


def _word_stems(text: str) -> set[str]:
    """Return the first five letters of each word that says something."""
    return {word[:5] for word in re.findall(r"\w{4,}", text.lower()) if word not in COMMON_WORDS}


def _tells_of(replacement: str, case: AnsweredQuestion, change: Change) -> bool:
    """Say whether the text may answer the changed question, too.

    It may if a sentence with the replacement has half of the other words of the question, or if the question
    has hardly any.
    """
    rest = _word_stems(case.question[: change.start] + " " + case.question[change.end :])
    if len(rest) < 2:
        return True
    start, end = case.answer_sentence
    for sentence in _SENTENCE_BREAK.split(f"{case.text[:start]} {case.text[end:]}"):
        if replacement.lower() in sentence.lower() and 2 * len(rest & _word_stems(sentence)) >= len(rest):
            return True
    return False


def _named_together(case: AnsweredQuestion, name: str, other: str) -> bool:
    """Say whether the text names two things in a row, and so says the same of both."""
    first, second = re.escape(name), re.escape(other)
    # Up to 30 characters and a comma, then what joins the two: ", his brother, and the ", " & ", " or ".
    joint = r"(?:[^.;]{0,30},)? ?(?:and|or|&|with|,) (?:the )?"
    pattern = rf"{first}{joint}{second}|{second}{joint}{first}|{first} \({second}"
    return re.search(pattern, case.text) is not None


def _sample(population: Collection[str], source: random.Random) -> list[str]:
    return source.sample(list(population), min(MAX_SAMPLED, len(population)))


def _similar_numbers(number: str) -> set[str]:
    """Return the numbers that differ in one of the last two digits; in the last but one of a decade."""
    digits = [place for place, character in enumerate(number) if character.isdigit()]
    if number[-2:].isalpha():
        return set()
    return {
        number[:place] + figure + number[place + 1 :]
        for place in (digits[-2:-1] if number.endswith("s") else digits[-2:])
        for figure in "123456789"
        if figure != number[place]
    }
