"""Rows of a table of HTML, with the names of the columns above each cell."""

from collections.abc import Iterator

from lxml import html

from index.articles.element_text import cell_pieces, is_unseen
from index.articles.paragraph_kinds import DraftBlock, InlinePiece, has_words, text_of
from index.records import BlockKind

_MOST_SPANNED = 100  # columns or rows of a cell; browsers know limits, too
_NOT_IN_CELLS = ("h1", "h2", "h3", "h4", "h5", "h6", "pre", "table", "blockquote")


def is_layout(table: html.HtmlElement) -> bool:
    """Tell whether a table only arranges the page: its cells hold blocks, or it has one cell."""
    inside = (element for tag in _NOT_IN_CELLS for element in table.iter(tag))
    cells = (cell for tag in ("td", "th") for cell in table.iter(tag))
    return any(element is not table for element in inside) or sum(1 for _ in cells) < 2


def table_entries(table: html.HtmlElement, *, soft_breaks: bool = False) -> Iterator[DraftBlock]:
    """Yield the caption, the header and the rows of a table.

    The header names the cells below it; it is a block of its own, so that the text is whole. A cell that
    reaches down from a row above introduces the rows that it spans, and so does a row of one cell.
    """
    for caption in table.iterchildren("caption"):
        yield DraftBlock(BlockKind.CAPTION, cell_pieces(caption, soft_breaks=soft_breaks))
    rows = [row for row in table.iter("tr") if not is_unseen(row)]
    headers = sum(1 for _ in _header_rows(rows))
    columns: dict[int, list[str]] = {}
    spanning: dict[int, tuple[int, str]] = {}  # column -> rows that are left, and the text
    group = ""
    for number, row in enumerate(rows):
        cells: list[list[InlinePiece]] = []
        names: list[str] = []
        introduced = [text for left, text in spanning.values() if left > 0 and text]
        position, width = 0, 1
        below: dict[int, tuple[int, str]] = {}
        for cell in row.iterchildren("td", "th"):
            if is_unseen(cell):
                continue
            while spanning.get(position, (0, ""))[0] > 0:
                position += 1
            pieces = cell_pieces(cell, soft_breaks=soft_breaks)
            shown = text_of(pieces)
            width, height = _span(cell, "colspan"), _span(cell, "rowspan")
            if number < headers:
                for column in range(position, position + width):
                    if shown and shown not in columns.setdefault(column, []):
                        columns[column].append(shown)
            if height > 1:
                below |= dict.fromkeys(range(position, position + width), (height, ""))
                below[position] = (height, shown)
            cells.append(pieces)
            names.append(" ".join(columns.get(position, ())))
            position += width
        spanning = {
            column: (left - 1, text) for column, (left, text) in (spanning | below).items() if left > 1
        }
        if not has_words("".join(map(text_of, cells))):
            continue
        if number < headers:
            one_line = [
                [piece._replace(text=piece.text.replace("\n", " ")) for piece in pieces] for pieces in cells
            ]
            yield DraftBlock(BlockKind.CAPTION, cells=one_line)
            continue
        if len(cells) == 1 and width > 1:
            group = text_of(cells[0])
            yield DraftBlock(BlockKind.TABLE_ROW, cells=cells)
            continue
        filled = [cell for cell in cells if has_words(text_of(cell))]
        if len(cells) > 1 and filled == cells[:1] and text_of(cells[0]).endswith((".", "!", "?", ":")):
            # a line below a Markdown table without one between
            yield DraftBlock(BlockKind.PARAGRAPH, cells[0])
            continue
        lead = " › ".join(filter(None, (group, *introduced)))
        yield DraftBlock(BlockKind.TABLE_ROW, lead=lead, cells=cells, columns=names)


def _header_rows(rows: list[html.HtmlElement]) -> Iterator[html.HtmlElement]:
    """Yield the rows at the top that hold names of columns only, if others follow."""
    if len(rows) < 2:
        return
    for row in rows[:-1]:
        parent = row.getparent()
        cells = [cell.tag for cell in row.iterchildren("td", "th")]
        in_head = parent is not None and parent.tag == "thead"
        if not (in_head or (len(cells) > 1 and set(cells) == {"th"})):
            return
        yield row


def _span(cell: html.HtmlElement, attribute: str) -> int:
    value = (cell.get(attribute) or "").strip()
    return min(max(int(value), 1), _MOST_SPANNED) if value.isdecimal() and len(value) < 6 else 1
