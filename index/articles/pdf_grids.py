"""Grids of ruling lines on a PDF's page, whose cells are those of a table whatever stands in them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.articles.pdf_glyphs import Rule, VerticalRule
from index.articles.pdf_lines import LinePart

_SAME = 3.0  # points between the ends of lines of one grid
_CLOSE = 1.5  # points between two lines that are seen as one


@dataclass(frozen=True, slots=True)
class Grid:
    """A grid: the heights of its horizontal lines from the top down, the places of the upright ones."""

    heights: tuple[float, ...]
    places: tuple[float, ...]

    def holds(self, piece: LinePart) -> bool:
        """Tell whether a piece of text stands in the grid."""
        centre = (piece.left + piece.right) / 2
        inside = self.places[0] - _SAME <= centre <= self.places[-1] + _SAME
        return inside and self.heights[-1] - _CLOSE <= piece.baseline <= self.heights[0]

    def is_beside(self, piece: LinePart) -> bool:
        """Tell whether a piece stands at the height of the grid, but not in it."""
        at_height = self.heights[-1] < piece.baseline + piece.size / 2 and piece.baseline < self.heights[0]
        return at_height and not self.holds(piece)

    def cells(self, pieces: Iterable[LinePart]) -> list[list[list[LinePart]]]:
        """Return the pieces of each cell of each row, from the top down."""
        rows: list[list[list[LinePart]]] = [[[] for _ in self.places[1:]] for _ in self.heights[1:]]
        for piece in sorted(pieces, key=lambda piece: (-round(piece.baseline), piece.left)):
            middle = piece.baseline + piece.size / 4
            row = sum(height > middle for height in self.heights[1:-1])
            column = sum(place < (piece.left + piece.right) / 2 for place in self.places[1:-1])
            rows[row][column].append(piece)
        return [row for row in rows if any(row)]


def find_grids(rules: Sequence[Rule], uprights: Sequence[VerticalRule]) -> list[Grid]:
    """Return the grids of a page from the top down, each with two rows and two columns or more."""
    chains: list[list[Rule]] = []
    for rule in _lines(rules):
        last = chains[-1][-1] if chains else None
        if last and abs(last.left - rule.left) <= _SAME and abs(last.right - rule.right) <= _SAME:
            chains[-1].append(rule)
        else:
            chains.append([rule])
    grids: list[Grid] = []
    for chain in chains:
        places = _places(chain, uprights)
        if len(chain) > 2 and len(places) > 2:
            grids.append(Grid(tuple(rule.y for rule in chain), tuple(places)))
    return grids


def _lines(rules: Sequence[Rule]) -> list[Rule]:
    """Return the horizontal lines from the top down, those at one height as one."""
    lines: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: -rule.y):
        if lines and lines[-1].y - rule.y <= _CLOSE:
            last = lines[-1]
            lines[-1] = Rule(min(last.left, rule.left), max(last.right, rule.right), last.y)
        else:
            lines.append(rule)
    return lines


def _places(chain: Sequence[Rule], uprights: Sequence[VerticalRule]) -> list[float]:
    """Return the places of the upright lines that reach over half of the height of a grid."""
    left, right, top, bottom = chain[0].left, chain[0].right, chain[0].y, chain[-1].y
    heights: list[tuple[float, float]] = []
    for upright in sorted(uprights):
        height = min(upright.top, top) - max(upright.bottom, bottom)
        if height <= 0 or not left - _SAME <= upright.x <= right + _SAME:
            continue
        if heights and upright.x - heights[-1][0] <= _CLOSE:
            heights[-1] = (heights[-1][0], heights[-1][1] + height)
        else:
            heights.append((upright.x, height))
    inner = [x for x, height in heights if height >= (top - bottom) / 2 and left + _SAME < x < right - _SAME]
    places = [left, *inner, right]
    return places if all(after - before > _SAME for before, after in pairwise(places)) else []
