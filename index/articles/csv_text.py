"""Tables in text files (.csv, .tsv): each row is a block, each cell has the name of its column."""

import csv
import io
import re
from itertools import count

from index.articles.csv_headers import (
    ROWS_LOOKED_AT,
    CsvHeader,
    filled,
    first_header,
    introduces_table,
    is_repeated,
    later_header,
)
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description
from index.records import BlockKind

_DELIMITERS = ",;\t|"
_SAMPLE = 8_192
"""Characters that the delimiter is guessed from."""
# "sep=;", which Excel writes above a table
_SEPARATOR_LINE = re.compile(r"sep=(.)\n")
_ENDS_SENTENCE = (".", "!", "?", ":")


def read_csv(content: str, *, name: str, delimiter: str = "") -> Document:
    """Return the document in the content of a table, whose title is `name` if no line above it is one.

    Without `delimiter` it is guessed. Lines above the table that fill one column alone are paragraphs.
    Raises csv.Error for cells that are too long.
    """
    if separator := _SEPARATOR_LINE.match(content):
        delimiter, content = separator[1], content[separator.end() :]
    reader = _TableReader(_rows(content, delimiter or _guessed_delimiter(content)))
    reader.read()
    return reader.builder.document(Description(title=reader.title or name))


class _TableReader:
    """Reads the rows of a file, in which several tables may stand below each other."""

    def __init__(self, rows: list[list[str]]) -> None:
        self.builder = DocumentBuilder()
        self.title = ""
        self._rows = rows
        self._width = max(map(len, rows), default=0)
        self._header: CsvHeader | None = None
        self._lead = ""  # the row of one cell that introduces those below it
        self._begun = False  # whether a table has begun
        self._fresh = True  # whether another table may begin

    def read(self) -> None:
        """Read all rows."""
        number = 0
        while number < len(self._rows):
            number += self._read_rows(number)

    def _read_rows(self, number: int) -> int:
        """Read the row of a number, with those that belong to it; return how many they are."""
        row = self._rows[number]
        if not row:
            self._fresh, self._lead = True, ""
            return 1
        if self._width > 1 and len(filled(row)) == 1:
            self._add_single(number)
            return 1
        may_be_header = self._fresh or is_repeated(row, self._header)
        header = self._header_at(number) if may_be_header else None
        if header:
            self._header, self._begun = header, True
            for names in header.rows:
                self.builder.add_header(names)
        else:
            self._begun = self._begun or not introduces_table(self._rows[number:])
            self.builder.add_row(row, self._header.columns if self._header else (), lead=self._lead)
        self._fresh = not self._begun
        if header is None or len(header.rows) == 1:
            return 1
        following = count(number + 1)  # the second of two may have empty rows above it
        return next(place for place in following if self._rows[place]) - number + 1

    def _header_at(self, number: int) -> CsvHeader | None:
        rows = self._rows[number : number + ROWS_LOOKED_AT]
        return later_header(rows, self._header) if self._begun else first_header([*filter(None, rows)])

    def _add_single(self, number: int) -> None:
        """Add the row of a number, of whose cells one is filled: a title, a note, what introduces rows."""
        row, above, below = self._rows[number], self._rows[number - 1], self._rows[number + 1 :][:1]
        text = filled(row)[0]
        above_rows = len(filled(*below)) > 1 if below else False
        if not self._begun:
            self._lead = text if self.title and not above and above_rows else ""
            self.title = self.title or text
            self.builder.add(BlockKind.PARAGRAPH, text)
        elif row[0] and text.endswith(_ENDS_SENTENCE):
            self.builder.add(BlockKind.PARAGRAPH, text)  # a note below the table
        elif above_rows and (self._fresh or is_repeated(below[0], self._header)):
            self._lead, self._fresh = text, True
            self.builder.add(BlockKind.CAPTION, text)
        else:
            self.builder.add_row(row, self._header.columns if self._header else (), lead=self._lead)
            self._fresh = False


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
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, skipinitialspace=True))
        closed = content.count('"') % 2 == 0 or "\n" not in "".join(rows[-1][-1:])
    except csv.Error:  # a longer cell than the module reads
        closed = False
    if not closed:  # a quotation mark that nothing closes would hide the rows below it
        rows = [
            [cell.strip(' "') for cell in row]
            for row in csv.reader(
                io.StringIO(content, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE
            )
        ]
    rows = [[cell.strip() for cell in row] for row in rows]
    rows = [row if any(row) else [] for row in rows]
    empty = rows.count([])
    return [*filter(None, rows)] if 3 * empty >= len(rows) else rows  # else each row has one below it
