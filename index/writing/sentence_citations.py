"""Sentences of a reply, each with the footnote numbers that it names, as the reply comes in.

Models write the numbers in many ways: "[1, 2]", "[1][2]", "(1)", "【1】", before or after the full stop. What
is cut depends on the reply alone, not on the pieces that it comes in.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

from index.segmentation.sentences import split_sentences

_JOINED = r"\s*(?:,|;|&|\+|and|-|–|to)\s*"
_WORD_FOR_NUMBER = r"(?:(?:sentences?|sources?|citations?|footnotes?|nos?\.?|s|#)\s*)?"
_NUMBERS = rf"{_WORD_FOR_NUMBER}\d{{1,3}}(?:{_JOINED}{_WORD_FOR_NUMBER}\d{{1,3}})*"
_MARK = re.compile(
    rf"[\[【]\s*(?P<square>{_NUMBERS})\s*(?:†[^\]】\n]*)?[\]】]|\(\s*(?P<round>{_NUMBERS})\s*\)"
    # "free.¹"
    r"|(?<=[.!?…\"”])(?P<raised>[¹²³⁰⁴-⁹]+)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"(\d{1,3})\s*(?:-|–|to)\s*\D{0,12}?(\d{1,3})", re.IGNORECASE)
# What opens a line and is no text: bullets, "1.", "Answer:"; and what says yes or no, which nobody can check.
_OPENING = re.compile(
    r"\s*(?:(?:[-*•>#]+|\d{1,2}[.)])\s+|(?:\W{0,2}(?:short |final )?answer\W{0,2}:\W{0,2}\s*))*"
    r"(?:(?:yes|no|sure|certainly|of course)\b[,.!:;]\s+(?=\w))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*(?:,|;|&|and)\s*")  # "[1], [2] and [3]"
_MARKUP = re.compile(r"\*\*|__|`")
_THOUGHTS = {"<think>": "</think>", "<thinking>": "</thinking>"}
_END = re.compile(r"[.!?…。！？][\"'”’»)\]]*$")
_WORDS_AHEAD = 2
"""Words of the next sentence without which nobody knows that one has ended: "approx. 4"."""


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """A sentence of a reply: its text without its numbers, and the numbers, ascending."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A sentence within a line: where it begins there, whether it ends, and what it is.

    It is no whole one if it does not end, or goes on from one that does not: what is too long was cut.
    """

    start: int
    ends: bool
    is_whole: bool
    sentence: CitedSentence


class SentenceStream:
    """Cuts a reply into its sentences; `given` are the numbers that round brackets are taken for."""

    def __init__(self, given: Collection[int]) -> None:
        self._given = frozenset(given)
        self._pending = ""  # what is not cut yet, to the last white space
        self._word = ""  # the word that is coming in
        self._at_line_start = True
        self._goes_on = False  # what is pending goes on from a sentence that was too long
        self._marks_lead = False  # "[1] It is red. [2] It is long."
        self._unspoken = ""  # thoughts that have come, or what may begin some
        self._speaks = False

    def feed(self, piece: str) -> list[CitedSentence]:
        """Take a piece of the reply, and return the sentences that are whole now."""
        found = []
        for character in self._spoken(piece):
            self._word += character
            if character.isspace():
                self._pending, self._word = self._pending + self._word, ""
                found += self._cut(at_end=character == "\n")
        return found

    def finish(self) -> list[CitedSentence]:
        """Return the sentences that are left at the end of a whole reply, without one that is cut off."""
        self._pending, self._word = self._pending + self._word, ""
        return self._cut(at_end=True)

    def _spoken(self, piece: str) -> str:
        """Return what of a piece is no thought: what a model writes between <think> and </think> first."""
        if self._speaks:
            return piece
        self._unspoken += piece
        beginning = self._unspoken.lstrip()
        if any(opening.startswith(beginning) for opening in _THOUGHTS):
            return ""
        spoken = self._unspoken
        for opening, closing in _THOUGHTS.items():
            if beginning.startswith(opening):
                _, closed, spoken = beginning.partition(closing)
                if not closed:
                    return ""
        self._unspoken, self._speaks = "", True
        return spoken

    def _cut(self, at_end: bool) -> list[CitedSentence]:
        parts = self._parts(self._pending)
        if at_end:
            self._pending = ""
            self._at_line_start, self._marks_lead, self._goes_on = True, False, False
            return [part.sentence for part in parts if part.is_whole]
        if len(parts) < 2 or len(parts[-1].sentence.text.split()) < _WORDS_AHEAD:
            return []
        *whole, last = parts
        self._pending, self._at_line_start = self._pending[last.start :], False
        self._goes_on = not whole[-1].ends
        return [part.sentence for part in whole if part.is_whole]

    def _parts(self, line: str) -> list[_Part]:
        """Return the sentences of a line, or of what has come of one."""
        marks = self._marks(line)
        text, places = _without(line, [(start, end) for start, end, _ in marks])
        cited = [(start, numbers) for start, _, numbers in marks if numbers]
        spans = split_sentences(text)
        if not spans:
            return []
        if self._at_line_start:
            self._marks_lead = any(start < places[spans[0].start] for start, _ in cited)
        # Where the marks of all but the last end: where the next sentence begins, or where their own ends.
        limits = (
            [places[span.end - 1] + 1 for span in spans[:-1]]
            if self._marks_lead
            else [places[span.start] for span in spans[1:]]
        )
        parts = []
        first, goes_on = 0, self._goes_on
        for span, limit in zip(spans, [*limits, len(line) + 1], strict=True):
            own = [(start, numbers) for start, numbers in cited if first <= start < limit]
            shown = text[span.start : span.end]
            ends = any(start > places[span.end - 1] for start, _ in own) or _END.search(shown) is not None
            numbers = tuple(sorted({number for _, found in own for number in found}))
            start = (
                min([places[span.start], *(start for start, _ in own)])
                if self._marks_lead
                else places[span.start]
            )
            stop = "." if ends and not _END.search(shown) else ""
            sentence = CitedSentence(_capitalised(shown) + stop, numbers)
            parts.append(_Part(start, ends, ends and not goes_on, sentence))
            first, goes_on = limit, not ends
        return parts

    def _marks(self, line: str) -> list[tuple[int, int, tuple[int, ...]]]:
        """Return what of a line is no text, ascending: where it stands, and the numbers that it names."""
        opening = _OPENING.match(line) if self._at_line_start else None
        start = opening.end() if opening else 0
        marks: list[tuple[int, int, tuple[int, ...]]] = [(0, start, ())] if start else []
        marks += [(*match.span(), ()) for match in _MARKUP.finditer(line, start)]
        for match in _MARK.finditer(line, start):
            numbers = _numbers_in(match)
            if match["round"] and not (self._given.issuperset(numbers) and _ends_a_clause(line, match)):
                continue
            if marks and marks[-1][2] and _BETWEEN.fullmatch(line, marks[-1][1], match.start()):
                marks.append((marks[-1][1], match.start(), ()))
            marks.append((*match.span(), numbers))
        return sorted(marks)


def _numbers_in(match: re.Match[str]) -> tuple[int, ...]:
    if match["raised"]:
        return (int(unicodedata.normalize("NFKC", match["raised"])),)
    text = match["square"] or match["round"]
    numbers = {int(number) for number in re.findall(r"\d+", text)}
    for first, last in _RANGE.findall(text):
        if int(first) < int(last) <= int(first) + 50:
            numbers.update(range(int(first), int(last)))
    return tuple(sorted(numbers))


def _ends_a_clause(line: str, match: re.Match[str]) -> bool:
    """Tell whether a number in round brackets stands where a footnote does, not where a count does."""
    before, after = line[: match.start()].rstrip(), line[match.end() :].lstrip()
    return not before or before[-1] in '.!?…"”' or not after or after[0] in ".!?…,;:([【"


def _without(line: str, removed: list[tuple[int, int]]) -> tuple[str, list[int]]:
    """Return the line without some spans, no space before a full stop, and where each character stood."""
    kept: list[str] = []
    places: list[int] = []
    ends = dict(removed)
    at = 0
    while at < len(line):
        if at in ends and ends[at] > at:
            at = ends[at]
            following = line[at:].lstrip(" ")
            if following and following[0] in ".!?…,;:)":
                at = len(line) - len(following)
                while kept and kept[-1].isspace():
                    kept.pop()
                    places.pop()
            continue
        if not (line[at].isspace() and kept and kept[-1].isspace()):
            kept.append(line[at])
            places.append(at)
        at += 1
    return "".join(kept), places


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
