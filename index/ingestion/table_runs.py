"""Rows of a document that can be one table of Markdown, in which each column has one name."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.records import Block, BlockKind


@dataclass(slots=True)
class TableRun:
    """Neighbouring rows of one table, and the names of its columns, "" for one without.

    `has_header` says that the names are those of a row of names, to which no other may be added.
    `is_below_header` says that this row is the block above.
    """

    columns: list[str]
    has_header: bool = False
    is_below_header: bool = False
    rows: list[Block] = field(default_factory=list)

    def takes(self, names: Sequence[str]) -> bool:
        """Tell whether a row whose cells have these names is one of the table, with further columns."""
        columns = _widened(self.columns, names, is_fixed=self.has_header)
        is_like = any(names) is any(self.columns) or (len(names) == 1 and not any(names))
        if self.rows and columns != self.columns and not is_like:
            return False
        self.columns = columns or self.columns
        return columns is not None


def table_runs(text: str, blocks: Sequence[Block]) -> Iterator[Block | TableRun]:
    """Yield the blocks of a document, the rows of its tables together."""
    header: list[str] = []  # the last row of several names
    above: list[str] = []  # the row of names that is the block above
    run: TableRun | None = None
    for block in blocks:
        if block.kind is BlockKind.TABLE_ROW and block.cells:
            names = [cell.column for cell in block.cells]
            if run is None or not run.takes(names):
                if run:
                    yield run
                run = _begun(names, above, header)
            run.rows.append(block)
            above = []
            continue
        if run:
            yield run
        run = None
        yield block
        cells = block.cells if block.kind is BlockKind.CAPTION else ()
        above = [" ".join(text[cell.start : cell.end].split()) for cell in cells]
        header = above if len(above) > 1 else header
    if run:
        yield run


def places(columns: Sequence[str], names: Sequence[str]) -> list[int]:
    """Return the column of each cell of a row: the next one of its name. Raises ValueError."""
    found: list[int] = []
    for name in names:
        found.append(columns.index(name, found[-1] + 1 if found else 0))
    return found


def _begun(names: list[str], above: list[str], header: list[str]) -> TableRun:
    """Return the table that a row begins: below the row of names above, or an earlier one, if it fits."""
    run = TableRun(above, has_header=True, is_below_header=True)
    if above and run.takes(names):
        return run
    run = TableRun(header, has_header=True)
    if header and any(names) and run.takes(names):
        return run
    return TableRun(names)


def _widened(columns: list[str], names: Sequence[str], *, is_fixed: bool) -> list[str] | None:
    """Return the columns with those that a row has besides: without a name, or of one that is not there yet.

    If they are fixed, the names of further ones are those of a cell across several columns. None if the row
    is of another table.
    """
    try:
        places(columns, names)
    except ValueError:
        pass
    else:
        return columns
    found, place = [*columns], 0
    for name in names:
        if name and name in found[place:]:
            place = found.index(name, place)
        elif name and (not _is_across(name, found, place) if is_fixed else name in found):
            return None
        elif name or found[place : place + 1] != [""]:
            found.insert(place, name)
        place += 1
    return found


def _is_across(name: str, columns: Sequence[str], place: int) -> bool:
    """Tell whether a name is that of the column before once more, or several names, as of a wide cell."""
    if place and columns[place - 1] == name:
        return True
    return ", " in name and all(each in columns for each in name.split(", "))
