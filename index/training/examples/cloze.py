"""Questions made from the sentences of a text, by rule: a thing is taken out, and asked for.

Cloze questions for texts that nobody asked about (Lewis et al. 2019, "Unsupervised Question Answering by
Cloze Translation", here without its translation). Their grammar is poor: they are for a teacher to mark, with
their words exchanged. Where these are not, what was taken out counts as marked.
"""

import random
import re
from collections.abc import Iterator, Sequence

from index.records import Sentence, Span
from index.retrieval.answer_types import AnswerType, mentions
from index.training.datasets.lessons import Lesson, Text
from index.training.examples.names_and_numbers import COMMON, WORD

SHORTEST, LONGEST = 40, 320
"""Characters of a sentence that is asked about."""
FEWEST, MOST = 5, 24
"""Words of a question."""
WORDS = 2
"""Words of a sentence that are asked for beside its names and numbers."""
_ASKING: dict[AnswerType | None, tuple[str, ...]] = {
    AnswerType.MONEY: ("How much", "For how much"),
    AnswerType.PERCENT: ("What percentage", "How many percent"),
    AnswerType.DATE: ("When", "In what year", "What time"),
    AnswerType.PLACE: ("Where", "In what place", "Which place"),
    AnswerType.NAME: ("Who", "What", "Which"),
    AnswerType.NUMBER: ("How many", "What number of"),
    None: ("What", "Which", "What kind of"),
}
"""How each kind of thing is asked for, what holds others first; None are words that name no such thing."""
_COUNTED = (AnswerType.NUMBER, AnswerType.PERCENT)
"""Kinds whose noun comes after them, and is named first in the question."""
_HELPING = ("did", "was", "is", "does", "")
_BREAK = re.compile(r"[;:()–—]|, (?:and|but|which|who|where|while|when|although)\b")
_OPENING = re.compile(r"\A(?:for example|however|also|moreover|thus|therefore|in addition|then)\b,? ", re.I)
_ORDER = re.compile(r"\b(?:first|second|third|both|once|twice|single|several|\d+(?:st|nd|rd|th))\b", re.I)
"""What looks like a number and does not count things."""
_INSIDE = re.compile(r"[-'’]\w")
_LEADING = re.compile(
    r"\b(?:in|on|at|by|of|from|to|with|for|as|during|since|until|about|around|the|an?)\s*$", re.I
)


def cloze_lessons(texts: Sequence[Text], most: int, seed: int) -> list[Lesson]:
    """Make up to `most` questions about each text; the same arguments give the same ones."""
    lessons: list[Lesson] = []
    for text in texts:
        source = random.Random(f"{seed} cloze {text.text}")  # noqa: S311
        made = [lesson for one in text.sentences for lesson in _asked(text, one, source)]
        lessons += source.sample(made, min(most, len(made)))
    return lessons


def _asked(text: Text, sentence: Sentence, source: random.Random) -> Iterator[Lesson]:
    """Yield a question for each thing that the sentence mentions."""
    words = text.text[sentence.start : sentence.end]
    if not SHORTEST <= len(words) <= LONGEST:
        return
    for (start, end), kind in _gaps(words, source):
        question = _question(words, (start, end), kind, source)
        told = words[start:end].lower() in question.lower()
        if FEWEST <= len(question.split()) <= MOST and not told:
            yield Lesson(question, text, [(sentence.start + start, sentence.start + end)])


def _gaps(words: str, source: random.Random) -> list[tuple[Span, AnswerType | None]]:
    """Return what a sentence can be asked for: whole words, none twice."""
    plain = [match.span() for match in WORD.finditer(words) if match.group() not in COMMON]
    source.shuffle(plain)
    gaps: list[tuple[Span, AnswerType | None]] = []
    for kind in _ASKING:
        for start, end in mentions(words, kind) if kind else plain:
            part_of_word = _INSIDE.match(words, end) or words[:start].endswith(("-", "'", "’"))
            ordered = kind is AnswerType.NUMBER and _ORDER.search(words, start, end)
            taken = any(start < other[1] and other[0] < end for other, _ in gaps)
            if not (part_of_word or ordered or taken):
                gaps.append(((start, end), kind))
    known = len([kind for _, kind in gaps if kind])
    return gaps[: known + WORDS]


def _question(words: str, gap: Span, kind: AnswerType | None, source: random.Random) -> str:
    """Ask for what stands in the gap, with the part of the sentence around it."""
    before, after = words[: gap[0]], words[gap[1] :]
    breaks = [match.end() for match in _BREAK.finditer(before)]
    if breaks and len(before) - breaks[-1] >= SHORTEST // 2:
        before = before[breaks[-1] :]
    ended = _BREAK.search(after)
    if ended and len(before) + ended.start() >= SHORTEST:
        after = after[: ended.start()]
    for _ in range(2):  # "in the"
        before = _LEADING.sub("", before.rstrip())
    before, after = _OPENING.sub("", before.strip(" ,.\"'")), after.strip(" ,.\"'")
    asking = source.choice(_ASKING[kind])
    if not before:
        parts = [asking, after]
    elif kind in _COUNTED:
        parts = [asking, after, before]
    else:
        parts = [asking, source.choice(_HELPING), before, after]
    return " ".join(" ".join(parts).split()) + source.choice(("?", "?", ""))
