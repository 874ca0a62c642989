"""Folding of text for search and reading: spellings of the same thing become one, with a map back.

What is shown is never folded: `FoldedText.original` finds the characters that a folded span stands for.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from index.records import Span
from index.segmentation.numbers import number_forms

_MOST_MARKS = 16  # normalising takes quadratic time in the marks on one letter
# Soft hyphens, and characters that take no room and change nothing but how others look.
_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
LINE_END_HYPHEN = r"(?<=[^\W\d_])[-\u00ad\u2010][^\S\n]*\n[^\S\n]*(?=[^\W\d_A-Z])"
"""Pattern of the hyphen and the line feed between "inter-" and "national"."""
# "1 000" with a space that no line breaks at
_THOUSANDS_SPACE = r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))"
_FOLDABLE = re.compile(rf"(?P<joined>{LINE_END_HYPHEN}|{_THOUSANDS_SPACE})|[{_INVISIBLE}]+|[^\x00-\x7f]+")
_LETTERS = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u2039\u203a\u0060\u00b4", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-"),
    }
)
_RAISED = ("<super>", "<sub>", "<fraction>")  # "m²" is not "m2", nor "1½" "11/2"


class Replacement(NamedTuple):
    """What `text[start:end]` is replaced by."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text. Character i of it stands for `[starts[i], ends[i])` of the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def original(self, start: int, end: int) -> Span:
        """Return the span of the original that `text[start:end]` stands for; an empty one is empty there."""
        if start >= end:
            place = self.starts[start] if start < len(self.text) else (self.ends[-1] if self.text else 0)
            return place, place
        return self.starts[start], self.ends[end - 1]

    def folded(self, start: int, end: int) -> Span:
        """Return the smallest span of `text` that holds all that `[start, end)` of the original became."""
        first = bisect_right(self.ends, start)
        last = bisect_right(self.starts, max(start, end - 1))
        return first, max(first, last)


def fold_characters(text: str) -> FoldedText:
    """Fold how characters are written: compatibility forms, ligatures, quotation marks, short dashes.

    Soft hyphens and invisible characters are left out, and words hyphenated at the end of a line are joined.
    """
    return _replaced(text, _character_folds(text))


def fold_text(text: str) -> FoldedText:
    """Fold characters, and then numbers in words, times and dates.

    "Seventy-two" becomes "72", "1,000" "1000", "2:30 p.m." "14:30", and "May 3rd, 1974" "3 May 1974".
    """
    return _fold_numbers(text, lambda shown: shown)


def number_spellings(text: str) -> dict[str, str]:
    """Return how `text` writes numbers, times and dates, by their form in `fold_text`: "2 pm" by "14:00"."""
    folded = fold_characters(text).text
    spellings: dict[str, str] = {}
    for form in number_forms(folded):
        if form.shown is not None:
            spellings.setdefault(form.shown, folded[form.start : form.end])
    return spellings


def fold_like(text: str, spellings: Mapping[str, str]) -> FoldedText:
    """Fold characters, and write the numbers, times and dates that `spellings` has as it has them.

    All others stay as they are: models read "ten men died" better than "10 men died", unless it is "10" that
    they look for.
    """
    return _fold_numbers(text, spellings.get) if spellings else fold_characters(text)


def _fold_numbers(text: str, spelling: Callable[[str], str | None]) -> FoldedText:
    """Fold characters, and replace numbers, times and dates by what `spelling` says of their one form."""
    characters = fold_characters(text)
    replacements = []
    for start, end, shown, _ in number_forms(characters.text):
        spelled = spelling(shown) if shown else None
        if spelled and spelled != characters.text[start:end]:
            joins = (
                spelled[0].isalpha() and characters.text[max(0, start - 1) : start].isalnum()
            )  # "40 per cent"
            replacements.append(Replacement(start, end, f" {spelled}" if joins else spelled))
    folded = _replaced(characters.text, replacements)
    if isinstance(characters.starts, range):
        return folded
    return FoldedText(
        folded.text,
        [characters.starts[start] for start in folded.starts],
        [characters.ends[end - 1] for end in folded.ends],
    )


def _character_folds(text: str) -> list[Replacement]:
    folds = []
    for match in _FOLDABLE.finditer(text):
        start, end = match.span()
        if match["joined"]:
            folds.append(Replacement(start, end, ""))
            continue
        if start and unicodedata.combining(text[start]) and not (folds and folds[-1].end == start):
            start -= 1  # the letter below the first accent
        while start < end:
            stop = start + 1
            while stop < min(end, start + _MOST_MARKS) and _continues(text[stop]):
                stop += 1
            cluster = text[start:stop]
            if (shown := _fold_cluster(cluster)) != cluster:
                folds.append(Replacement(start, stop, shown))
            start = stop
    return folds


def _continues(character: str) -> bool:
    """Tell whether a character may join with the one before: accents, vowels and ends of Hangul syllables."""
    return bool(unicodedata.combining(character)) or "\u1160" <= character <= "\u11ff"


@lru_cache(4096)
def _fold_cluster(cluster: str) -> str:
    """Return a letter and its accents in the form that is searched and read."""
    if re.match(f"[{_INVISIBLE}]", cluster):
        return ""
    if cluster[0] == "\u2026":
        return "..." + cluster[1:]
    if unicodedata.decomposition(cluster[0]).startswith(_RAISED):
        return unicodedata.normalize("NFC", cluster)
    return unicodedata.normalize("NFKC", cluster.translate(_LETTERS))


def _replaced(text: str, replacements: Iterable[Replacement]) -> FoldedText:
    """Carry out replacements that ascend and do not overlap."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    place = 0
    for start, end, shown in replacements:
        parts += [text[place:start], shown]
        starts += range(place, start)
        ends += range(place + 1, start + 1)
        starts += [start] * len(shown)
        ends += [end] * len(shown)
        place = end
    if not parts:
        return FoldedText(text, range(len(text)), range(1, len(text) + 1))
    parts.append(text[place:])
    starts += range(place, len(text))
    ends += range(place + 1, len(text) + 1)
    return FoldedText("".join(parts), starts, ends)
