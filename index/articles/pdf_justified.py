"""Justified lines of a PDF whose words stand so far apart that each is a piece of its own."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.articles.pdf_lines import LinePart, Row, joined_row, rows_of

_SAME_PLACE = 1.0  # points
_EVEN = 0.1  # difference of the widest gap and the narrowest, in text sizes
_WIDEST = 8.0  # gap, in text sizes
_FEWEST_WORDS = 4  # of a line that shows where its column begins and ends
_FEWEST_LINES = 2  # of those


def with_justified_lines(pieces: Sequence[LinePart]) -> list[LinePart]:
    """Return the pieces of a page, from the top down, those of one justified line as one.

    They are if their gaps are the same and they begin and end where lines do whose words stand closer
    together; the second of only two also begins with a small letter, unlike most cells.
    """
    edges = [(piece.left, piece.right) for piece in pieces if len(piece.text.split()) >= _FEWEST_WORDS]
    return [piece for row in rows_of(pieces) for piece in _with_lines(row, edges)]


def _with_lines(row: Row, edges: Sequence[tuple[float, float]]) -> Iterator[LinePart]:
    start = 0
    while start < len(row):
        end = _end_of_line(row, start, edges)
        yield joined_row(row[start:end])
        start = end


def _end_of_line(row: Row, start: int, edges: Sequence[tuple[float, float]]) -> int:
    """Return the end of the justified line that begins with a piece, that of the piece if there is none."""
    rights = [right for left, right in edges if abs(left - row[start].left) <= _SAME_PLACE]
    end = start + 1
    while end < len(row) and _is_even(row[start : end + 1]):
        end += 1
        if end == start + 2 and not row[end - 1].text[:1].islower():
            continue
        if sum(abs(right - row[end - 1].right) <= _SAME_PLACE for right in rights) >= _FEWEST_LINES:
            return end
    return start + 1


def _is_even(pieces: Row) -> bool:
    """Tell whether pieces of one look stand at the same distance from each other."""
    size = pieces[0].size
    gaps = [after.left - before.right for before, after in pairwise(pieces)]
    return max(gaps) <= _WIDEST * size and max(gaps) - min(gaps) <= _EVEN * size
