"""Lines of a plain text that only their neighbours explain: tables, contents, terms with what they mean."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from index.articles.text_lines import TextLine, cells, mark
from index.records import Block, BlockKind, Cell, Span

CONTENTS = re.compile(r"(?:table of )?contents:?|in this (?:document|guide|article):?", re.IGNORECASE)
"""The heading of a table of contents."""
# "Phone: 0161 496 0000", "tern — a small gull", "port = 8081"
TERM = re.compile(r"(?P<term>[^\W_][^:=]{0,47}?)(?P<mark>:\s+|\s+[–—-]\s+|\s+=\s+)(?=\S)")
"""A term of at most 48 characters, the mark behind it, and something behind that."""
MOST_WORDS_OF_TERM = 5
LONGEST_LINE_OF_CONTENTS = 200
MOST_LINES_BETWEEN_ROWS = 2
LONGEST_LEAD = 240

# "Section 3 ..... 12", "1.2 Fees . . . . 4"
_LEADERS = re.compile(r"\S.*?\s?(?:(?:\.\s?){3,}|…+)\s*(?P<page>\d{1,4}|[ivxlc]{1,6})")
_SECTION = re.compile(r"(?:chapter|part|section|appendix)\b|\d+\.", re.IGNORECASE)


def lines_of_contents(lines: Sequence[TextLine]) -> frozenset[int]:
    """Return the starts of the lines of tables of contents.

    They end in leaders and page numbers that ascend, or they follow a line "Contents" and stand again below.
    """
    starts: set[int] = set()
    times = Counter(_bare(line.shown) for line in lines)
    pages: list[int] = []
    leading: list[int] = []
    listed: set[str] | None = None
    for line in lines:
        leaders = _LEADERS.fullmatch(line.shown) if len(line.shown) <= LONGEST_LINE_OF_CONTENTS else None
        if leaders:
            page = int(leaders["page"]) if leaders["page"].isdigit() else 0
            if listed is not None or _SECTION.match(line.shown):
                starts.add(line.start)
            elif page or leading:
                pages.append(page)
                leading.append(line.start)
            if listed is not None:
                listed.add(_bare(line.shown))
        if CONTENTS.fullmatch(line.shown):
            listed = set()
        elif listed is not None and not leaders:
            bare = _bare(line.shown)
            if times[bare] > 1 and bare not in listed:
                listed.add(bare)
                starts.add(line.start)
            else:
                listed = None
    if len(leading) > 2 and pages == sorted(pages):
        starts.update(leading)
    return frozenset(starts)


def lines_of_terms(lines: Sequence[TextLine]) -> frozenset[int]:
    """Return the starts of lines `term: definition` that stand next to another one with the same mark."""
    marks = [_mark_of_term(line) for line in lines]
    return frozenset(
        line.start
        for number, (line, found) in enumerate(zip(lines, marks, strict=True))
        if found and found in (marks[number - 1] if number else "", *marks[number + 1 : number + 2])
    )


def _mark_of_term(line: TextLine) -> str:
    match = None if line.mark else TERM.match(line.shown)
    if match is None or len(match["term"].split()) > MOST_WORDS_OF_TERM or ". " in match["term"]:
        return ""
    return match["mark"].strip().replace("—", "–")


class PlainTextTable(NamedTuple):
    """A table of a plain text: its rows and the lines between them, and how many lines it takes."""

    blocks: list[Block]
    lines: int


def table_at(run: Sequence[TextLine], place: int, lead: str = "") -> PlainTextTable | None:
    """Return the table that begins with the line at `place` of a paragraph, if there is one.

    Up to two lines that are no rows may stand between rows that are parted by tabs: a note, or what the rows
    below it are. `lead` introduces the rows.
    """
    columns = _Columns(run[place])
    rows: list[tuple[TextLine, list[tuple[int, Span]]]] = []
    end = place
    for number in range(place, len(run)):
        if columns.hold(run[number]):
            rows += [(line, []) for line in run[end:number]]
            rows.append((run[number], columns.cells(run[number])))
            end = number + 1
        elif not columns.tabbed or number - end >= MOST_LINES_BETWEEN_ROWS or len(cells(run[number])) > 1:
            break
    texts = [
        {column: line.shown[start - line.start : stop - line.start] for column, (start, stop) in spans}
        for line, spans in rows
        if spans
    ]
    if len(texts) < 2:
        return None
    named = run[place].rule or _names_columns([list(row.values()) for row in texts])
    names = texts[0] if named else {}
    blocks = []
    for number, (line, spans) in enumerate(rows):
        if spans:
            named_cells = tuple(
                Cell(names.get(column, "") if number else "", start, stop) for column, (start, stop) in spans
            )
            start, stop = spans[0][1][0], spans[-1][1][1]
            blocks.append(
                Block(BlockKind.TABLE_ROW, start, stop, cells=named_cells, lead=lead, page=line.page)
            )
        elif line.shown.endswith((".", "!", "?")):
            blocks.append(Block(BlockKind.PARAGRAPH, line.start, line.end, page=line.page))
        else:
            lead = line.shown.rstrip(":")[:LONGEST_LEAD]
            blocks.append(Block(BlockKind.CAPTION, line.start, line.end, page=line.page))
    return PlainTextTable(blocks, len(rows))


class _Columns:
    """The columns of a table by its first row."""

    def __init__(self, first: TextLine) -> None:
        self._width = len(cells(first))
        self._tabs = first.shown.count("\t") if "\t\t" not in first.shown else 0
        self.tabbed = self._width > 1 and "\t" in first.shown

    def hold(self, line: TextLine) -> bool:
        """Tell whether a line may be a row: as many cells, or with single tabs, as many columns at most."""
        width = len(cells(line))
        return width > 1 and (width == self._width or self._is_by_tabs(line))

    def cells(self, line: TextLine) -> list[tuple[int, Span]]:
        """Return the cells of a row, each with the number of its column."""
        spans = cells(line)
        if not self._is_by_tabs(line):
            return list(enumerate(spans))
        return [(line.shown.count("\t", 0, start - line.start), (start, end)) for start, end in spans]

    def _is_by_tabs(self, line: TextLine) -> bool:
        return 0 < line.shown.count("\t") <= self._tabs


def _names_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: numbers stand below it but not in it, or it has three."""
    if _has_digit(rows[0]):
        return False
    numbered = sum(map(_has_digit, rows[1:]))
    return 2 * numbered >= len(rows) - 1 or (len(rows[0]) > 2 and len(rows) > 2)


def _has_digit(row: Sequence[str]) -> bool:
    return any(character.isdigit() for cell in row for character in cell)


def _bare(shown: str) -> str:
    """Return a line without its number, leaders and page number, to find it again as a heading."""
    found = mark(shown)
    content = shown[found.length :] if found else shown
    return re.sub(r"\W+", " ", content.rstrip("0123456789")).strip().casefold()
