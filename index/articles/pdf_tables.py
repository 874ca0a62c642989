"""Tables of a PDF: rows of pieces that stand below each other in columns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

from index.articles.document import Run
from index.articles.pdf_glyphs import Rule
from index.articles.pdf_grids import Grid
from index.articles.pdf_lines import LinePart, Row, joined_row, rows_of

_GAP = 0.25  # between columns, in text sizes
_FARTHEST_ROWS = 3.5  # distance of two baselines, in text sizes
_SAME_ROW = 1.4  # the same for lines of one cell
_MOST_WORDS = 8.0  # of a cell, on average
# What begins an item of a list: a bullet, "1.", "(a)", "iv)".
_MARK = re.compile(r"[^\w\s]|o|\(?(?:\d{1,3}|[a-z]|[ivx]+)[.)]|\d+(?:\.\d+)*\.?")
_LEADERS = re.compile(r"(?:[.·…] ?){4,}")

LINE_BREAK = Run("\n")
"""What stands between two lines of a cell."""

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PdfTable:
    """A table: the runs of each cell of each row, and the names of the columns, if a row has them."""

    columns: tuple[str, ...]
    rows: list[list[list[Run]]]


def split_tables(
    rows: Sequence[Row], rules: Sequence[Rule], grids: Sequence[Grid], *, typed: bool
) -> Iterator[Row | PdfTable]:
    """Yield the rows of a column of text, those of tables as tables.

    `typed` tells that all of the text is in a typewriter's font; else what is in such a font is code.
    """
    start = 0
    while start < len(rows):
        if grid := next((grid for grid in grids if all(map(grid.holds, rows[start]))), None):
            end = start + 1
            while end < len(rows) and all(map(grid.holds, rows[end])):
                end += 1
            yield _grid_table(grid, [piece for row in rows[start:end] for piece in row])
            start = end
            continue
        is_code = not typed and all(piece.fixed_pitch for piece in rows[start])
        end, columns = (start, []) if is_code else _table_at(rows, start)
        if end > start:
            yield _table(rows[start:end], columns, rules)
            start = end
        else:
            yield rows[start]
            start += 1


def _table_at(rows: Sequence[Row], start: int) -> tuple[int, list[Interval]]:
    """Return the end of the table that begins with a row, and its columns; `start` if none does."""
    if not _may_be_in_table(rows[start]):
        return start, []
    columns = _intervals([], rows[start])
    if len(columns) < 2:  # pieces that overlap
        return start, []
    end = start + 1  # behind the last row with several cells, or the lines that go on with its cells
    position = end
    while position < len(rows):
        row, before = rows[position], rows[position - 1]
        distance = (before[0].baseline - row[0].baseline) / max(row[0].size, before[0].size)
        merged = _intervals(columns, row)
        if len(row) == 1 and len(merged) > len(columns):
            break
        if distance > _FARTHEST_ROWS or len(merged) < len(columns) or _is_leader(row):
            break
        if len(row) > 1:
            if not _may_be_in_table(row):
                break
            end = position + 1
        elif position == end and distance <= _SAME_ROW and row[0].left >= columns[1][0]:
            end = position + 1
        elif position > end:  # two lines with one cell each
            break
        columns = merged
        position += 1
    table = rows[start:end]
    several = [row for row in table if len(row) > 1]
    enough = len(several) >= (2 if len(columns) > 2 else 3) and len(several) >= 0.4 * len(table)
    words = fmean(len(piece.text.split()) for row in table for piece in row)
    return (end, _intervals_of(table)) if enough and words <= _MOST_WORDS else (start, [])


def _may_be_in_table(row: Row) -> bool:
    return len(row) > 1 and not _is_leader(row) and not (len(row) == 2 and _MARK.fullmatch(row[0].text))


def _is_leader(row: Row) -> bool:
    return _LEADERS.search(" ".join(piece.text for piece in row)) is not None


def _intervals_of(rows: Sequence[Row]) -> list[Interval]:
    intervals: list[Interval] = []
    for row in rows:
        intervals = _intervals(intervals, row)
    return intervals


def _intervals(intervals: Sequence[Interval], row: Row) -> list[Interval]:
    """Return the columns that cover the columns so far and the cells of a row."""
    gap = _GAP * row[0].size
    covering: list[Interval] = []
    for left, right in sorted([*intervals, *((piece.left, piece.right) for piece in row)]):
        if covering and left - covering[-1][1] < gap:
            covering[-1] = (covering[-1][0], max(right, covering[-1][1]))
        else:
            covering.append((left, right))
    return covering


def _table(lines: Sequence[Row], columns: Sequence[Interval], rules: Sequence[Rule]) -> PdfTable:
    between = [_is_ruled(above, below, rules) for above, below in pairwise(lines)]
    ruled = sum(between) >= max(2, len(between) / 4)
    rows: list[list[list[Run]]] = []
    firsts: list[Row] = []
    for number, line in enumerate(lines):
        cells = _cells(line, columns)
        if number and _goes_on(lines[number - 1], line, cells, between[number - 1], ruled):
            for cell, more in zip(rows[-1], cells, strict=True):
                cell += [LINE_BREAK] * bool(cell and more) + more
        else:
            rows.append(cells)
            firsts.append(line)
    ruled_off = len(rows) > 1 and between[lines.index(firsts[1]) - 1] and sum(between) < len(rows) - 1
    if len(rows) > 1 and _is_header(rows, firsts, ruled_off):
        return PdfTable(tuple(map(_text, rows[0])), rows[1:])
    return PdfTable((), rows)


def _grid_table(grid: Grid, pieces: Sequence[LinePart]) -> PdfTable:
    rows: list[list[list[Run]]] = []
    firsts: list[Row] = []
    for cells in grid.cells(pieces):
        row: list[list[Run]] = []
        for cell in cells:
            runs: list[Run] = []
            for line in map(joined_row, rows_of(cell)):
                runs += [LINE_BREAK] * bool(runs) + list(line.runs)
            row.append(runs)
        rows.append(row)
        firsts.append([piece for cell in cells for piece in cell])
    if len(rows) > 1 and _is_header(rows, firsts, ruled_off=False):
        return PdfTable(tuple(map(_text, rows[0])), rows[1:])
    return PdfTable((), rows)


def _cells(line: Row, columns: Sequence[Interval]) -> list[list[Run]]:
    cells: list[list[Run]] = [[] for _ in columns]
    for piece in line:
        centre = (piece.left + piece.right) / 2
        number = next(number for number, (_, right) in enumerate(columns) if centre <= right)
        cells[number] += [Run(" ")] * bool(cells[number]) + list(piece.runs)
    return cells


def _is_ruled(above: Row, below: Row, rules: Sequence[Rule]) -> bool:
    left, right = below[0].left, below[-1].right
    return any(
        below[0].baseline < rule.y < above[0].baseline and rule.left < right and rule.right > left
        for rule in rules
    )


def _goes_on(before: Row, line: Row, cells: Sequence[list[Run]], is_ruled: bool, ruled: bool) -> bool:
    """Tell whether a line goes on with the cells of the line before."""
    if is_ruled or ruled:
        return not is_ruled
    distance = (before[0].baseline - line[0].baseline) / line[0].size
    return not cells[0] and (len(cells) == 2 or not all(cells[1:])) and distance <= _SAME_ROW


def _is_header(rows: Sequence[Sequence[list[Run]]], lines: Sequence[Row], ruled_off: bool) -> bool:
    """Tell whether the first row has the names of the columns.

    It is bold, has a line below it, has no numbers above a column of numbers, or is the first of several.
    """
    first = [_text(cell) for cell in rows[0]]
    if sum(map(bool, first)) < 2 or any(map(_is_value, first)):
        return False
    bold = [all(piece.bold for piece in line) for line in lines]
    if ruled_off or (bold[0] and not all(bold)):
        return True
    for cells in zip(*rows[1:], strict=True):
        if sum(_is_value(_text(cell)) for cell in cells) > len(cells) / 2:
            return True
    return len(first) > 2 and len(rows) > 2


def _is_value(text: str) -> bool:
    return any(map(str.isdigit, text))


def _text(cell: Sequence[Run]) -> str:
    return "".join(run.text for run in cell).replace(LINE_BREAK.text, " ")
