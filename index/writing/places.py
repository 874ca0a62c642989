"""Places of names and numbers in a sentence: which of them a written sentence exchanges.

"Bergen beat Oslo" has each word of "Oslo beat Bergen", and says something else: each name stands beside the
words that the other one stands beside in the source. The rules are for English.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from index.segmentation.folding import fold_characters
from index.segmentation.search_terms import STOP_WORDS, fold

_TOKEN = re.compile(r"[^\W_]+(?:['.,:/&-][^\W_]+)*|[^\w\s]")
_SYMMETRIC = frozenset(["", *"and or & is was are were plus".split()])
"""What may stand between two names that may as well change places; "" is a mark, such as a comma."""
_SIGNS = frozenset("&%$€£")


class Place(NamedTuple):
    """Where a name or number stands: it, folded, and the words at its sides, "" at the end of a clause."""

    name: str
    before: str
    behind: str


def exchanges(text: str, sources: Sequence[str]) -> bool:
    """Tell whether two names or numbers of a text each stand where a source has the other one.

    Not if one of the sources has either of them where the text has it.
    """
    stated = _places(text)
    known = [_places(source) for source in sources]
    kept = {place.name for places in known for place in stated if any(_is_same(place, one) for one in places)}
    moved = [place for place in stated if place.name not in kept]
    for places in known:
        for at, one in enumerate(moved):
            for two in moved[at + 1 :]:
                if one.name != two.name and _stand_exchanged(one, two, places):
                    return True
    return False


def _stand_exchanged(one: Place, two: Place, places: Sequence[Place]) -> bool:
    for at, left in enumerate(places):
        for end, right in enumerate(places[at + 1 :], start=at + 1):
            between = {left.behind, *(word for place in places[at + 1 : end] for word in place), right.before}
            if between <= _SYMMETRIC:
                continue
            for first, second in ((left, right), (right, left)):
                if (first.name, second.name) == (two.name, one.name) and (
                    _fits(one, first) and _fits(two, second)
                ):
                    return True
    return False


def _is_same(one: Place, other: Place) -> bool:
    return one.name == other.name and _fits(one, other)


def _fits(one: Place, other: Place) -> bool:
    """Tell whether two places are the same: a word at one side is, and none at the other side is another."""
    sides = [(one.before, other.before), (one.behind, other.behind)]
    return any(left and left == right for left, right in sides) and all(
        left == right or not left or not right for left, right in sides
    )


def _places(text: str) -> list[Place]:
    return list(_each_place(_TOKEN.findall(fold_characters(text).text)))


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
