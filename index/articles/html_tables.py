"""Tables of an HTML page, row by row, each cell with the name of its column."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from index.articles.document import DocumentBuilder
from index.articles.html_inline import LONGEST_LEAD, runs_in
from index.articles.html_tree import Element, text_of
from index.records import BlockKind

MOST_COLUMNS = 100
"""Columns that a cell can span."""
LONGEST_REPEATED = 200
"""Characters of the longest cell that is repeated in each of the rows that it spans."""
LONGEST_NAME = 200
"""Characters of the longest name of a column."""
_FEWEST_NAMES = 3  # of columns that nothing but the numbers below them tells from other cells
_ROWS_LOOKED_AT = 20  # for these numbers
_LONGEST_NUMBER = 40  # characters of a cell that are looked at for a digit
_LAYOUT_CELL = 150  # characters: cells that are longer on average hold paragraphs
_CELLS = frozenset(("td", "th"))
_GROUPS = frozenset(("tbody", "tfoot", "thead"))
_BOLD = frozenset(("b", "strong"))


@dataclass(slots=True)
class _Row:
    cells: list[Element]
    in_head: bool


@dataclass(slots=True)
class _Grid:
    """The columns of a table: their names, and the cells above that reach into the next row.

    `repeatable` is how many characters may still be repeated: the text stays in proportion to the page.
    """

    repeatable: int
    names: list[str] = field(default_factory=list)
    reaching: dict[int, tuple[int, Element]] = field(default_factory=dict)
    """By column: for how many more rows the cell that begins there stands in them."""


def is_layout(table: Element) -> bool:
    """Tell whether a table only places its contents: without headers, paragraphs or tables in its cells."""
    if table.get("role") in ("none", "presentation"):
        return True
    cells = most = rows = longest = 0
    headed = False
    for child in _children(table):
        if isinstance(child, str) or (child.tag not in _GROUPS and child.tag not in ("caption", "tr")):
            return True  # something that no table should hold, and that is not to be lost
        headed = headed or child.tag in ("caption", "thead")
        for row in _children(child) if child.tag in _GROUPS else (child,):
            if isinstance(row, str) or (row.tag != "tr" and row is not child):
                return True
            if row.tag != "tr":
                continue
            width = 0
            for cell in _children(row):
                if isinstance(cell, str) or cell.tag not in _CELLS:
                    return True
                headed = headed or cell.tag == "th"
                width += 1
                longest = max(longest, cell.length)
            rows += 1
            cells += width
            most = max(most, width)
    is_prose = table.length > _LAYOUT_CELL * cells or (rows == 1 and longest > _LAYOUT_CELL)
    return not headed and (table.nested or most < 2 or is_prose)


def _children(element: Element) -> Iterator[Element | str]:
    return (child for child in element.children if isinstance(child, Element) or not child.isspace())


def add_table(builder: DocumentBuilder, table: Element, address: str = "", lead: str = "") -> None:
    """Append the rows of a table. Its header and the rows that name the rows below them are captions."""
    for child in table.elements():
        if child.tag == "caption":
            builder.add(BlockKind.CAPTION, runs_in(child, address), lead=lead)
            lead = lead or text_of(child, LONGEST_LEAD)
    rows = list(_rows(table))
    header = _header(rows)
    grid = _Grid(repeatable=4 * table.length)
    row_lead = lead
    for number, row in enumerate(rows):
        placed = _placed(row, grid)
        if number < header or _is_label(row):
            builder.add_header([runs_in(cell, address) for cell in row.cells], lead=lead)
            if len(row.cells) > 1:
                _name_columns(grid, placed)
            elif number >= header:
                row_lead = " › ".join(filter(None, (lead, text_of(row.cells[0], LONGEST_LEAD))))
            continue
        contents = [runs_in(cell, address) for _, cell in placed]
        columns = [_column_name(grid, column, cell) for column, cell in placed]
        builder.add_row(contents, columns, lead=row_lead)


def _rows(table: Element) -> Iterator[_Row]:
    for child in table.elements():
        for row in child.elements() if child.tag in _GROUPS else (child,):
            if row.tag == "tr":
                yield _Row([cell for cell in row.elements() if cell.tag in _CELLS], child.tag == "thead")
            elif row.tag in _CELLS:
                yield _Row([row], child.tag == "thead")


def _header(rows: list[_Row]) -> int:
    """Return how many rows at the beginning of a table name its columns."""
    in_head = next((number for number, row in enumerate(rows) if not row.in_head), len(rows))
    if 0 < in_head < len(rows):
        return in_head
    header = 0
    for row in rows:
        filled = [cell for cell in row.cells if cell.length]
        is_label = header > 0 and len(row.cells) == 1
        if not filled or is_label or any(cell.tag != "th" for cell in filled):
            break
        header += 1
    if header == 0 and len(rows) > 1 and _is_bold(rows[0]) and not _is_bold(rows[1]):
        return 1
    if header == 0 and _stands_above_numbers(rows):
        return 1
    return header if header < len(rows) else 0


def _stands_above_numbers(rows: list[_Row]) -> bool:
    """Tell whether the first row has words only and columns of numbers below, as Word's styles set it off.

    It has three cells at least: of two, the first may be what the second is of.
    """
    names = [text_of(cell, LONGEST_NAME) for cell in rows[0].cells] if len(rows) > 2 else []
    if len(set(names)) < max(len(names), _FEWEST_NAMES) or not all(names):
        return False
    others = any(cell.tag == "th" or _number(cell.get("rowspan")) > 1 for cell in rows[0].cells)
    if others or any(map(str.isdigit, "".join(names))):
        return False
    width = sum(map(_spans, rows[0].cells))
    below = [row for row in rows[1:_ROWS_LOOKED_AT] if len(row.cells) == width]
    for cells in zip(*(row.cells for row in below), strict=True):
        numbers = sum(any(map(str.isdigit, text_of(cell, _LONGEST_NUMBER))) for cell in cells)
        if numbers > 1 and 2 * numbers > len(below):
            return True
    return False


def _is_label(row: _Row) -> bool:
    """Tell whether a row only says what the rows below it are."""
    return len(row.cells) == 1 and row.cells[0].tag == "th"


def _is_bold(row: _Row) -> bool:
    """Tell whether all text of a row's cells is bold."""
    filled = [cell for cell in row.cells if cell.length]
    return len(filled) > 1 and all(_is_all_bold(cell) or _is_all_bold_inside(cell) for cell in filled)


def _is_all_bold(element: Element) -> bool:
    return sum(child.length for child in element.elements() if child.tag in _BOLD) == element.length


def _is_all_bold_inside(cell: Element) -> bool:
    """Tell whether a cell's one paragraph is bold."""
    return any(_is_all_bold(part) and part.length == cell.length for part in cell.elements())


def _placed(row: _Row, grid: _Grid) -> list[tuple[int, Element]]:
    """Return the cells that stand in a row, each with its first column."""
    placed: list[tuple[int, Element]] = []
    reaching, grid.reaching = grid.reaching, {}
    own = iter(row.cells)
    column = 0
    while True:
        if column in reaching:
            rows, cell = reaching[column]
            if cell.length <= min(LONGEST_REPEATED, grid.repeatable):
                grid.repeatable -= cell.length
                placed.append((column, cell))
        else:
            following = next(own, None)
            if following is None:
                break
            cell, rows = following, _number(following.get("rowspan"))
            placed.append((column, cell))
        if rows > 1 and column < MOST_COLUMNS:
            grid.reaching[column] = (rows - 1, cell)
        column += _spans(cell)
    return placed


def _name_columns(grid: _Grid, placed: list[tuple[int, Element]]) -> None:
    for column, cell in placed:
        name = text_of(cell, LONGEST_NAME)
        end = min(column + _spans(cell), MOST_COLUMNS)
        grid.names += [""] * (end - len(grid.names))
        for number in range(column, end):
            if name not in grid.names[number]:
                grid.names[number] = f"{grid.names[number]} {name}"[:LONGEST_NAME].strip()


def _column_name(grid: _Grid, column: int, cell: Element) -> str:
    """Return the name of a cell's column; a cell across several columns has their names, across all none."""
    spans = _spans(cell)
    names = dict.fromkeys(filter(None, grid.names[column : column + spans]))
    if len(names) <= 1:
        return next(iter(names), "")
    return "" if spans >= len(grid.names) else ", ".join(names)[:LONGEST_NAME]


def _spans(cell: Element) -> int:
    return min(max(_number(cell.get("colspan")), 1), MOST_COLUMNS)


def _number(value: str) -> int:
    """Return a number of columns or rows, 1 for anything else."""
    digits = value.strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else 1
