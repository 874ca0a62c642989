"""Tables in text files (.csv, .tsv): each row is a block, each cell has the name of its column."""

import csv
import re
from collections.abc import Sequence

from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description
from index.records import BlockKind

_DELIMITERS = ",;\t|"
_SAMPLE = 8_192
"""Characters that the delimiter is guessed from."""
# "sep=;", which Excel writes above a table
_SEPARATOR_LINE = re.compile(r"sep=(.)\n")
# "12", "-4.5", "10 %", "£5", "12/03/2024", but not the year "2024", which names a column
_VALUE = re.compile(r"(?!(?:19|20)\d\d$)[^\w\s]?[\d][\d.,:/' -]*%?")
_ENDS_SENTENCE = (".", "!", "?", ":")


def read_csv(content: str, *, name: str, delimiter: str = "") -> Document:
    """Return the document in the content of a table, whose title is `name` if no line above it is one.

    Without `delimiter` it is guessed. Lines above the table that fill one column alone are paragraphs.
    Raises csv.Error for cells that are too long.
    """
    if separator := _SEPARATOR_LINE.match(content):
        delimiter, content = separator[1], content[separator.end() :]
    rows = _rows(content, delimiter or _guessed_delimiter(content))
    width = max(map(len, rows), default=0)
    builder = DocumentBuilder()
    above = 0
    while width > 1 and above < len(rows) and len(rows[above]) - rows[above].count("") < 2:
        builder.add(BlockKind.PARAGRAPH, " ".join(rows[above]))
        above += 1
    title = next((" ".join(row).strip() for row in rows[:above] if any(row)), name)
    rows = rows[above:]
    columns: Sequence[str] = ()
    if _is_header(rows):
        columns, *rows = rows
        builder.add_header(columns)
    for row in rows:
        filled = [cell for cell in row if cell]
        if width > 1 and filled == row[:1] and filled[0].endswith(_ENDS_SENTENCE):
            builder.add(BlockKind.PARAGRAPH, filled[0])  # a note below the table
        else:
            builder.add_row(row, columns)
    return builder.document(Description(title=title))


def _guessed_delimiter(content: str) -> str:
    sample = content[:_SAMPLE]
    if len(content) > _SAMPLE:
        sample = sample[: sample.rfind("\n") + 1] or sample
    try:
        return csv.Sniffer().sniff(sample, _DELIMITERS).delimiter
    except csv.Error:  # one column, or rows of different lengths
        first = content.partition("\n")[0]
        return max(_DELIMITERS, key=first.count)


def _rows(content: str, delimiter: str) -> list[list[str]]:
    lines = content.splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        closed = content.count('"') % 2 == 0 or "\n" not in "".join(rows[-1][-1:])
    except csv.Error:  # a longer cell than the module reads
        closed = False
    if not closed:  # a quotation mark that nothing closes would hide the rows below it
        rows = [
            [cell.strip(' "') for cell in row]
            for row in csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE)
        ]
    return [cells for row in rows if any(cells := [cell.strip() for cell in row])]


def _is_header(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: different names, and no values, above other rows."""
    if len(rows) < 2:
        return False
    names = [name for name in rows[0] if name]
    return len(set(names)) == len(names) and not any(map(_VALUE.fullmatch, names))
