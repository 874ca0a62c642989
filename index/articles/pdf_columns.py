"""Reading order of a PDF's page: the columns of text, each from the top down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from index.articles.pdf_grids import Grid
from index.articles.pdf_lines import LinePart, Row, rows_of

_GUTTER = 0.7  # narrowest space between columns, in text sizes
_FEWEST_LINES = 3  # of a column beside another
_MOST_PLACES = 12  # where a column may begin: those where most lines do
_NARROWEST = 5.0  # column, in text sizes


@dataclass(frozen=True, slots=True)
class Column:
    """A part of a page that is read from the top down, with its bounds."""

    left: float
    right: float
    rows: list[Row]


def columns_of(pieces: Sequence[LinePart], grids: Sequence[Grid] = ()) -> list[Column]:
    """Return the columns of a page in reading order; what stands in a grid alone at its height is one."""
    for number, grid in enumerate(grids):
        inside = [piece for piece in pieces if grid.holds(piece)]
        if inside and not any(map(grid.is_beside, pieces)):
            above = [piece for piece in pieces if piece.baseline > grid.heights[0]]
            below = [piece for piece in pieces if piece.baseline < grid.heights[-1] - 1]
            below = [piece for piece in below if piece not in inside]
            return [*columns_of(above), _column(inside), *columns_of(below, grids[number + 1 :])]
    gutter = _gutter(pieces)
    if gutter is None:
        return [_column(pieces)] if pieces else []
    columns: list[Column] = []
    for parts in _bands(pieces, gutter):
        for part in parts:
            columns += columns_of(part) if len(part) < len(pieces) else [_column(part)]
    return columns


def _column(pieces: Sequence[LinePart]) -> Column:
    return Column(min(piece.left for piece in pieces), max(piece.right for piece in pieces), rows_of(pieces))


def _gutter(pieces: Sequence[LinePart]) -> float | None:
    """Return where the right one of two columns begins, at the place with the most lines on both sides."""
    starts: dict[int, list[float]] = {}
    for piece in pieces:
        starts.setdefault(round(piece.left / 4), []).append(piece.left)
    aligned = sorted((lefts for lefts in starts.values() if len(lefts) >= _FEWEST_LINES), key=len)
    places = sorted(min(lefts) - 1 for lefts in aligned[-_MOST_PLACES:])
    scored = [(_lines_beside(pieces, place), place) for place in places[1:]]
    best = max(scored, default=(0, 0.0))
    return best[1] if best[0] >= _FEWEST_LINES else None


def _lines_beside(pieces: Sequence[LinePart], place: float) -> int:
    """Count the lines that two columns with a gutter left of `place` have beside each other; 0 for none."""
    lefts: list[LinePart] = []
    rights: list[LinePart] = []
    beside = 0
    for parts in _bands(pieces, place):
        if len(parts) == 2:
            left, right = parts
            bottom, top = max(left[-1].baseline, right[-1].baseline), min(left[0].top, right[0].top)
            left = [piece for piece in left if bottom <= piece.top and piece.baseline <= top]
            right = [piece for piece in right if bottom <= piece.top and piece.baseline <= top]
            beside += min(len(rows_of(left)), len(rows_of(right)))
            lefts += left
            rights += right
    return beside if _is_prose(lefts) and _is_prose(rights) else 0


def _is_prose(pieces: Sequence[LinePart]) -> bool:
    """Tell lines of a text from cells of a table: several words each, some in the middle of a sentence."""
    if len(pieces) < _FEWEST_LINES:
        return False
    wide = median((piece.right - piece.left) / piece.size for piece in pieces) >= _NARROWEST
    going_on = sum(piece.text[:1].islower() for piece in pieces) / len(pieces)
    return wide and fmean(len(piece.text.split()) for piece in pieces) >= 2.5 and going_on >= 0.25


def _bands(pieces: Sequence[LinePart], place: float) -> Iterator[tuple[list[LinePart], ...]]:
    """Yield the parts of a page from the top down: full-width ones, or a left and a right column."""
    full: list[LinePart] = []
    beside: list[LinePart] = []
    for piece in [*sorted(pieces, key=lambda piece: -piece.top), None]:
        if piece and not _crosses(piece, place) and not _is_heading_above(piece, pieces, place):
            beside.append(piece)
            continue
        left = [piece for piece in beside if piece.left < place]
        right = [piece for piece in beside if piece.left >= place]
        if left and right:
            if full:
                yield (full,)
            yield left, right
            full = []
        else:
            full += beside
        beside = []
        if piece:
            full.append(piece)
    if full:
        yield (full,)


def _crosses(piece: LinePart, place: float) -> bool:
    return piece.left < place < piece.right + _GUTTER * piece.size


def _is_heading_above(piece: LinePart, pieces: Sequence[LinePart], place: float) -> bool:
    """Tell whether a piece in the left column stands above both: in a larger size, with room beside it."""
    if piece.left >= place or piece.size < 1.1 * median(piece.size for piece in pieces):
        return False
    bottom, top = piece.baseline - piece.size, piece.top + piece.size
    return not any(other.left >= place and bottom < other.baseline < top for other in pieces)
