"""Paragraphs of a PDF: lines that go on with each other, within a column and over columns and pages."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from statistics import quantiles

from index.articles.document import Run
from index.articles.pdf_columns import Column
from index.articles.pdf_glyphs import Rule
from index.articles.pdf_grids import Grid
from index.articles.pdf_hyphens import HyphenatedWords
from index.articles.pdf_lines import LinePart, Row, joined_row
from index.articles.pdf_tables import LINE_BREAK, PdfTable, split_tables

# What begins an item of a list, and a space: a bullet of any form; Word's bullets are in the private area.
BULLET = re.compile(r"(?:[•‣◦⁃∙·●○◉■□▪▫◆◇❖▶►▸▹➢➤➔→✓✔✗✘☐☑☒★☆♦*–—-]|o|[\ue000-\uf8ff])\s+(?=\S)")
# "1.", "2)", "(a)", "iv.", "7.2", "Step 3:" and a space.
NUMBER = re.compile(
    r"(?:\d{1,3}[.)]|\(\d{1,3}\)|[A-Za-z][.)]|\([a-z]{1,4}\)|[ivx]{1,5}[.)]|\d{1,3}(?:\.\d{1,3})+\.?"
    r"|(?:Step|Rule|Article|§) ?\d{1,3}[.:]?)\s+(?=\S)"
)
# "3" and a space, before a word.
BARE_NUMBER = re.compile(r"(\d{1,2})\s+(?=[^\W\d_])")
# Dots that lead to a page number at the end of a line: "Introduction . . . . . 3".
LEADERS = re.compile(r"\s*(?:[.·…_]\s?){4,}\s*(?=\S{1,8}$)")
# "Figure 3: …", "Table 2.1. …", "Abb. 4 – …": not "Table 3 shows that …".
CAPTION = re.compile(
    r"(?:figure|fig\.|table|tab\.|abbildung|abb\.|tabelle|tableau|listing|plate|chart|box)"
    r" [\dA-Z]+(?:[.-]\d+)*(?:[.:]| [–—-])(?:\s|$)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’»)\]]*$")
_BROKEN_WORD = re.compile(r"\w-$")
_NEXT_LINE = 1.25  # distance of lines, as a multiple of the usual one, above which a paragraph ends
_INDENT = 0.8  # in text sizes
_BETWEEN = 8  # parts that may stand between two halves of a paragraph: notes, figures, tables


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, on pages from `page` on.

    `column` is where the column of the last line begins and ends; `page_breaks` has the offsets in the text
    at which further pages begin, with their numbers.
    """

    page: int
    lines: list[LinePart]
    column: tuple[float, float]
    starts_column: bool
    runs: list[Run] = field(default_factory=list)
    page_breaks: list[tuple[int, int]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The text of the lines."""
        return "".join(run.text for run in self.runs)

    @property
    def size(self) -> float:
        """The text size."""
        return self.lines[0].size

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)

    @property
    def fixed_pitch(self) -> bool:
        """Whether all of it is in a typewriter's font."""
        return all(line.fixed_pitch for line in self.lines)


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table of a page."""

    page: int
    table: PdfTable


@dataclass(frozen=True, slots=True)
class UsualLook:
    """Usual look of a document: its text size, the distance of its lines in text sizes, its font."""

    size: float
    distance: float
    fixed_pitch: bool
    bold: bool


Part = Paragraph | PageTable


@dataclass(frozen=True, slots=True)
class PageColumns:
    """A page, numbered from 1: its columns in reading order, its horizontal lines and its grids."""

    number: int
    columns: Sequence[Column]
    rules: Sequence[Rule] = ()
    grids: Sequence[Grid] = ()


def read_paragraphs(pages: Sequence[PageColumns]) -> tuple[list[Part], UsualLook]:
    """Return the paragraphs and tables of pages, in reading order, and what is usual in them."""
    rows_of_columns = [column.rows for page in pages for column in page.columns]
    lines = [list(map(joined_row, rows)) for rows in rows_of_columns]
    usual = _usual(lines, rows_of_columns)
    parts: list[Part] = []
    for page in pages:
        for column in page.columns:
            rows = split_tables(column.rows, page.rules, page.grids, typed=usual.fixed_pitch)
            parts += _paragraphs(page.number, column, rows, usual)
    words = HyphenatedWords(line.text for column_lines in lines for line in column_lines)
    for part in parts:
        if isinstance(part, Paragraph):
            part.runs = _reflowed(part, words, usual)
        else:
            for row in part.table.rows:
                row[:] = [_without_line_breaks(cell, words) for cell in row]
    return _continued(parts, words, usual), usual


def _usual(columns: Sequence[Sequence[LinePart]], rows: Sequence[Sequence[Row]]) -> UsualLook:
    """Return what is usual in the lines of columns; the rows of tables do not tell their distance."""
    sizes: Counter[float] = Counter()
    fixed = bold = 0
    distances: list[float] = []
    for lines in columns:
        for line in lines:
            sizes[round(line.size * 2) / 2] += len(line.text)
            fixed += len(line.text) * line.fixed_pitch
            bold += len(line.text) * line.bold
    for above, below in (pair for column_rows in rows for pair in pairwise(column_rows)):
        distance = (above[0].baseline - below[0].baseline) / below[0].size
        if len(above) == len(below) == 1 and above[0].size == below[0].size and 0.9 < distance < 2.5:
            distances.append(distance)
    size = max(sizes, key=lambda size: sizes[size], default=10.0)
    distance = quantiles(distances, n=4)[0] if len(distances) > 1 else 1.2
    half = sum(sizes.values()) / 2
    return UsualLook(size, distance, fixed > half, bold > half)


def _paragraphs(page: int, column: Column, rows: Iterable[Row | PdfTable], usual: UsualLook) -> list[Part]:
    parts: list[Part] = []
    bounds = (column.left, column.right)
    for row in rows:
        before = parts[-1] if parts else None
        if isinstance(row, PdfTable):
            parts.append(PageTable(page, row))
            continue
        line = joined_row(row)
        if isinstance(before, Paragraph) and _goes_on(before, line, usual):
            before.lines.append(line)
        else:
            parts.append(Paragraph(page, [line], bounds, not parts))
    return parts


def _goes_on(paragraph: Paragraph, line: LinePart, usual: UsualLook) -> bool:
    """Tell whether a line goes on with the paragraph above it in its column."""
    last = paragraph.lines[-1]
    size = max(last.size, line.size)
    distance = (last.baseline - line.baseline) / size
    if not 0 < distance <= _NEXT_LINE * max(usual.distance, 1.0):
        return False
    if min(last.size, line.size) < 0.92 * size or last.fixed_pitch != line.fixed_pitch:
        return False
    if LEADERS.search(last.text) or LEADERS.search(line.text):
        return False
    if line.fixed_pitch and not usual.fixed_pitch:
        return True  # code
    lower = line.text[:1].islower()
    if last.bold != line.bold and not lower and (paragraph.bold or line.bold):
        return False
    if mark := BULLET.match(line.text):
        certain = mark[0][0] not in "-–—*o"  # which may begin a line in the middle of a sentence, too
        if certain or _ends(paragraph, line) or BULLET.match(paragraph.lines[0].text):
            return False
    if NUMBER.match(line.text) and (_ends(paragraph, line) or NUMBER.match(paragraph.lines[0].text)):
        return False
    if _counts_on(paragraph.lines[0], line):
        return False
    if lower:
        return True
    if _ends(paragraph, line):
        return False
    indented = (line.left - last.left) / size
    if len(paragraph.lines) == 1:  # the first line may be indented, or the others
        return indented <= 4 * _INDENT or bool(BULLET.match(last.text) or NUMBER.match(last.text))
    return indented <= _INDENT or not _SENTENCE_END.search(last.text)


def _counts_on(first: LinePart, line: LinePart) -> bool:
    """Tell whether a line begins with the number that comes after a paragraph's, at the same place."""
    number, next_number = BARE_NUMBER.match(first.text), BARE_NUMBER.match(line.text)
    if number is None or next_number is None or abs(line.left - first.left) > 0.5 * line.size:
        return False
    return int(next_number[1]) == int(number[1]) + 1


def _ends(paragraph: Paragraph, line: LinePart) -> bool:
    """Tell whether a paragraph ends before a line, whose first word would have fitted on its last line."""
    last = paragraph.lines[-1]
    if _BROKEN_WORD.search(last.text):
        return False
    left, right = paragraph.column
    first_word = len(line.text.split(maxsplit=1)[0]) + 2
    width = first_word * (line.right - line.left) / max(len(line.text), 1)
    if _SENTENCE_END.search(last.text):
        return right - last.right > width
    return right - last.right > max(width, 0.4 * (right - left)) and not line.text[:1].islower()


def _reflowed(paragraph: Paragraph, words: HyphenatedWords, usual: UsualLook) -> list[Run]:
    """Return the lines of a paragraph as one text, those of code as lines."""
    if paragraph.fixed_pitch and not usual.fixed_pitch:
        left = min(line.left for line in paragraph.lines)
        runs: list[Run] = []
        for line in paragraph.lines:
            indent = round((line.left - left) / (0.6 * line.size))
            runs += [Run("\n" * bool(runs) + " " * indent), *line.runs]
        return runs
    runs = list(paragraph.lines[0].runs)
    for line in paragraph.lines[1:]:
        runs = _joined(runs, line.runs, words)
    return runs


def _without_line_breaks(cell: Sequence[Run], words: HyphenatedWords) -> list[Run]:
    runs: list[Run] = []
    for is_break, group in groupby(cell, LINE_BREAK.__eq__):
        line = list(group)
        if not is_break:
            runs = _joined(runs, line, words) if runs else line
    return runs


def _joined(runs: Sequence[Run], more: Sequence[Run], words: HyphenatedWords) -> list[Run]:
    """Join two lines, or two parts of a paragraph."""
    last, following = runs[-1], "".join(run.text for run in more)
    if last.address and last.address == more[0].address and last.text + more[0].text in last.address:
        return [*runs, *more]  # an address that is shown in full
    kept, between = words.join(last.text, following)
    return [*runs[:-1], Run(kept, last.address), *([Run(between)] if between else []), *more]


def _continued(parts: Sequence[Part], words: HyphenatedWords, usual: UsualLook) -> list[Part]:
    """Return the parts, those paragraphs joined that go on in the next column or on the next page."""
    result: list[Part] = []
    for part in parts:
        first = _first_half(result, part, usual) if isinstance(part, Paragraph) else None
        if first is None or not isinstance(part, Paragraph):
            result.append(part)
        else:
            if part.page > first.page:
                first.page_breaks.append((len(first.text), part.page))
            first.runs = _joined(first.runs, part.runs, words)
            first.lines += part.lines
            first.column = part.column
    return result


def _first_half(parts: Sequence[Part], second: Paragraph, usual: UsualLook) -> Paragraph | None:
    """Return the paragraph with which another one goes on, at the beginning of a column or after a figure."""
    begins_lower = second.text[:1].islower()
    if BULLET.match(second.text) or NUMBER.match(second.text) or LEADERS.search(second.text):
        return None
    if not begins_lower and not (second.starts_column and second.text[:1].isalnum()):
        return None
    for distance, part in enumerate(reversed(parts[-_BETWEEN:])):
        if not isinstance(part, Paragraph) or _stands_apart(part, second):
            if begins_lower:
                continue
            return None
        unfinished = not _SENTENCE_END.search(part.text) and part.text[-1:] not in "…|"
        same = part.bold == second.bold and part.fixed_pitch == second.fixed_pitch
        if not (unfinished and same) or LEADERS.search(part.text):
            return None
        if abs(part.size - usual.size) > 0.12 * usual.size or not (second.starts_column or distance):
            return None
        reaches_end = part.lines[-1].right > part.column[1] - 0.25 * (part.column[1] - part.column[0])
        return part if begins_lower or (reaches_end and len(part.lines) > 1) else None
    return None


def _stands_apart(part: Paragraph, second: Paragraph) -> bool:
    """Tell whether a paragraph is a note or a caption, which may stand in the middle of another one."""
    return abs(part.size - second.size) > 0.08 * second.size or CAPTION.match(part.text) is not None
