"""Places of names and numbers in a sentence: which of them a written sentence exchanges.

"Bergen beat Oslo" has each word of "Oslo beat Bergen", and says something else: each name stands beside the
words that the other one stands beside in the source. The rules are for English.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from index.segmentation.folding import fold_characters
from index.segmentation.search_terms import STOP_WORDS, fold

_TOKEN = re.compile(r"[^\W_]+(?:['.,:/&-][^\W_]+)*|[^\w\s]")
_SYMMETRIC = frozenset(["", *"and or & is was are were plus".split()])
"""What may stand between two names that may as well change places; "" is a mark, such as a comma."""
_SIGNS = frozenset("&%$€£")
MOST_PLACES = 100
"""Texts with more names and numbers are not compared: a row of a table may have thousands."""


class Place(NamedTuple):
    """Where a name or number stands: it, folded, and the words at its sides, "" at the end of a clause."""

    name: str
    before: str
    behind: str


def exchanges(text: str, sources: Sequence[str]) -> bool:
    """Tell whether two names or numbers of a text each stand where a source has the other one.

    Not if one of the sources has either of them where the text has it.
    """
    stated, *known = map(_places, (text, *sources))
    if any(len(places) > MOST_PLACES for places in (stated, *known)):
        return False
    moved = [
        place
        for place in stated
        if not any(one.name == place.name and _fits(place, one) for places in known for one in places)
    ]
    return any(_has_exchanged(moved, places) for places in known)


def _has_exchanged(moved: Sequence[Place], places: Sequence[Place]) -> bool:
    """Tell whether two of the `moved` stand where the `places` of a source have the other one."""
    names = {place.name for place in moved}
    # Of each moved name, where it stands in the source, and who stands there where it has moved to.
    taken: dict[str, set[tuple[str, int]]] = {}
    for place in moved:
        taken.setdefault(place.name, set()).update(
            (one.name, at)
            for at, one in enumerate(places)
            if one.name != place.name and one.name in names and _fits(place, one)
        )
    return any(
        back == name and not _is_symmetric(places, *sorted((here, there)))
        for name, others in taken.items()
        for other, there in others
        for back, here in taken[other]
    )


def _is_symmetric(places: Sequence[Place], left: int, right: int) -> bool:
    """Tell whether between two places of a source only stand words that let them change places."""
    inside = (word for place in places[left + 1 : right] for word in (place.before, place.behind))
    return all(word in _SYMMETRIC for word in (places[left].behind, places[right].before, *inside))


def _fits(one: Place, other: Place) -> bool:
    """Tell whether two places are the same: a word at one side is, and none at the other side is another."""
    sides = [(one.before, other.before), (one.behind, other.behind)]
    return any(left and left == right for left, right in sides) and all(
        left == right or not left or not right for left, right in sides
    )


def _places(text: str) -> list[Place]:
    return list(islice(_each_place(_TOKEN.findall(fold_characters(text).text)), MOST_PLACES + 1))


def _each_place(tokens: Sequence[str]) -> Iterator[Place]:
    at = 0
    while at < len(tokens):
        end = at
        while end < len(tokens) and _is_name(tokens[end]):
            end += 1
        if end == at and tokens[at][0].isdigit():
            end += 1
        if end > at:
            yield Place(fold(" ".join(tokens[at:end])), _side(tokens, at - 1), _side(tokens, end))
        at = max(end, at + 1)


def _is_name(word: str) -> bool:
    return word[0].isupper() and fold(word) not in STOP_WORDS


def _side(tokens: Sequence[str], at: int) -> str:
    word = tokens[at] if 0 <= at < len(tokens) else ""
    return fold(word) if word[:1].isalnum() or word in _SIGNS else ""
