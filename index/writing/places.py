"""Places of names and numbers in a sentence: which of them a written sentence exchanges.

"Bergen beat Oslo" has each word of "Oslo beat Bergen", and says something else: each name stands beside the
words that the other one stands beside in the source. The rules are for English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from index.segmentation.folding import fold_characters
from index.segmentation.search_terms import STOP_WORDS, fold

_TOKEN = re.compile(r"[^\W_]+(?:['.,:/&-][^\W_]+)*|[^\w\s]")
_SYMMETRIC = frozenset([(), *((word,) for word in "and or & is was are were plus".split())])
"""What may stand between two names that may as well change places, if anything."""
_MUTUAL = frozenset(
    "meet meets met marry marries married border borders bordered share shares shared draw draws drew"
    " tie ties tied play plays played merge merges merged fight fights fought compete competes competed"
    " equal equals similar opposite distance apart".split()
)
"""Words near two names that say the same whichever of them comes first."""
_SIGNS = frozenset("&%$€£")
_REACH = 4  # words at each side of a name that tell one place from another
MOST_PLACES = 100
"""Texts with more names and numbers are not compared: a row of a table may have thousands."""


class Place(NamedTuple):
    """Where a name or number stands: it, folded, and the next words of its clause, the nearest first."""

    name: str
    before: tuple[str, ...]
    behind: tuple[str, ...]


def exchanges(text: str, sources: Sequence[str]) -> bool:
    """Tell whether two names or numbers of a text each stand where a source has the other one.

    Not if other names have moved, too, or if they have moved with their words: "50 g of sugar and 200 g of
    flour" are the same in either order.
    """
    stated, *known = map(_places, (text, *sources))
    if any(len(places) > MOST_PLACES for places in (stated, *known)):
        return False
    own: dict[str, list[Place]] = {place.name: [] for place in stated}
    for place in (place for places in known for place in places if place.name in own):
        own[place.name].append(place)
    return any(_has_exchanged(stated, places, own) for places in known)


def _has_exchanged(
    stated: Sequence[Place], places: Sequence[Place], own: Mapping[str, Sequence[Place]]
) -> bool:
    """Tell whether two of the `stated` stand where the `places` of a source have the other one."""
    # Of each stated name, who stands in the source where it has moved to.
    taken: dict[str, set[tuple[str, int]]] = {place.name: set() for place in stated}
    for place in stated:
        usual = max((_likeness(place, one) for one in own[place.name]), default=_REACH)
        taken[place.name].update(
            (one.name, at)
            for at, one in enumerate(places)
            if one.name in taken and one.name != place.name and _fits(place, one)
            if _likeness(place, one) > usual
        )
    return any(
        back == name
        and _are_all_that_moved(name, other, stated, places)
        and not _is_symmetric(places, *sorted((here, there)))
        for name, others in taken.items()
        for other, there in others
        for back, here in taken[other]
    )


def _are_all_that_moved(one: str, two: str, stated: Sequence[Place], places: Sequence[Place]) -> bool:
    """Tell whether what both have comes in the same order, but for two names that are exchanged."""
    both = {place.name for place in stated} & {place.name for place in places}
    exchanged = {one: two, two: one}
    rest = (place.name for place in places)
    return all(exchanged.get(place.name, place.name) in rest for place in stated if place.name in both)


def _is_symmetric(places: Sequence[Place], left: int, right: int) -> bool:
    """Tell whether two places of a source say the same if what stands there changes places."""
    inside = (side for place in places[left + 1 : right] for side in (place.before, place.behind))
    between = (places[left].behind, *inside, places[right].before)
    near = (places[left].before, *between, places[right].behind)
    return all(side[:1] in _SYMMETRIC for side in between) or any(_MUTUAL & {*side} for side in near)


def _fits(one: Place, other: Place) -> bool:
    """Tell whether two places are the same: a word at one side is, and none at the other side is another."""
    sides = [(one.before[:1], other.before[:1]), (one.behind[:1], other.behind[:1])]
    return any(left and left == right for left, right in sides) and all(
        left == right or not left or not right for left, right in sides
    )


def _likeness(one: Place, other: Place) -> int:
    """Return how many words are the same at two places, counted from them on."""
    return _alike(one.before, other.before) + _alike(one.behind, other.behind)


def _alike(some: Sequence[str], others: Sequence[str]) -> int:
    pairs = zip(some, others, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


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
            before = tokens[max(0, at - _REACH) : at][::-1]
            behind = tokens[end : end + _REACH]
            yield Place(fold(" ".join(tokens[at:end])), _clause(before), _clause(behind))
        at = max(end, at + 1)


def _is_name(word: str) -> bool:
    return word[0].isupper() and fold(word) not in STOP_WORDS


def _clause(tokens: Sequence[str]) -> tuple[str, ...]:
    """Return the words up to the first mark, folded."""
    return tuple(map(fold, takewhile(lambda token: token[0].isalnum() or token in _SIGNS, tokens)))
