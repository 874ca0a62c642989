"""Names of the columns of a table in a text file: which rows hold them, and what each column is called."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_FEWEST_LATER_NAMES = 3  # of a table below another one, unless its header is the same
ROWS_LOOKED_AT = 20
"""Rows from the header on that tell whether it is one."""
# "12", "-4.5", "10 %", "£5", "12/03/2024", but not the year "2024", which names a column
_VALUE = re.compile(r"(?!(?:19|20)\d\d$)[^\w\s]?[\d][\d.,:/' -]*%?")

CsvRow = Sequence[str]


class CsvHeader(NamedTuple):
    """The rows that name the columns of a table, and the names."""

    rows: Sequence[CsvRow]
    columns: Sequence[str]


def first_header(rows: Sequence[CsvRow]) -> CsvHeader | None:
    """Return the header at the top of rows: different names, and no values, above other rows."""
    if len(rows) < 2:
        return None
    if header := _merged_header(rows):
        return header
    is_header = _names_columns(rows[0]) and not introduces_table(rows)
    return CsvHeader(rows[:1], rows[0]) if is_header else None


def later_header(rows: Sequence[CsvRow], before: CsvHeader | None) -> CsvHeader | None:
    """Return the header at the top of rows below another table, whose header was `before`.

    It stands right above a row with a value, which is no wider, and has names enough not to be a row itself.
    """
    if len(rows) < 2 or not rows[1]:
        return None
    if header := _merged_header(rows):
        return header
    names = filled(rows[0])
    wide_enough = len(names) >= max(_FEWEST_LATER_NAMES, len(filled(rows[1])))
    if wide_enough and _names_columns(rows[0]) and any(map(_is_value, rows[1])):
        return CsvHeader(rows[:1], rows[0])
    return before if is_repeated(rows[0], before) else None


def is_repeated(row: CsvRow, header: CsvHeader | None) -> bool:
    """Tell whether a row is the header once more, as at the top of a printed page."""
    return header is not None and len(header.rows) == 1 and len(filled(row)) > 1 and row == header.rows[0]


def introduces_table(rows: Sequence[CsvRow]) -> bool:
    """Tell whether the row at the top says something about the table below: less than half of its width."""
    below = next((row for row in rows[1:] if len(filled(row)) > 1), ())
    return 2 * len(filled(rows[0])) <= len(filled(below))


def filled(row: CsvRow) -> list[str]:
    """Return the cells of a row that are not empty."""
    return [cell for cell in row if cell]


def _names_columns(row: CsvRow) -> bool:
    names = filled(row)
    return len(set(names)) == len(names) and not any(map(_is_value, names))


def _merged_header(rows: Sequence[CsvRow]) -> CsvHeader | None:
    """Return a header of two rows, the first of which has names over several columns, in the first of these.

    It has gaps, or names where the second has none; below most of these, but the first, are values.
    """
    above, names, below = rows[0], rows[1], rows[2:ROWS_LOOKED_AT]
    if len(filled(names)) < 2 or not filled(above) or any(map(_is_value, (*above, *names))):
        return None
    last = max(column for column, name in enumerate(above) if name)
    has_gap = "" in above[:last] and len(filled(names)) > len(filled(above))
    completes = any(name and not _at(names, column) for column, name in enumerate(above))
    named = [column for column, name in enumerate(names) if name]
    values = sum(_holds_values(below, column) for column in named)
    if not ((has_gap or completes) and "" in above and values and 2 * values >= len(named) - 1):
        return None
    columns, over = [], ""
    for column in range(max(len(above), len(names))):
        over = _at(above, column) or over
        columns.append(" ".join(part for part in (over, _at(names, column)) if part))
    return CsvHeader(rows[:2], columns) if len(set(columns)) == len(columns) else None


def _holds_values(rows: Sequence[CsvRow], column: int) -> bool:
    """Tell whether most cells of a column are values."""
    cells = [cell for row in rows if (cell := _at(row, column))]
    return bool(cells) and 2 * sum(map(_is_value, cells)) >= len(cells)


def _is_value(cell: str) -> bool:
    return _VALUE.fullmatch(cell) is not None


def _at(row: CsvRow, column: int) -> str:
    return row[column] if column < len(row) else ""
