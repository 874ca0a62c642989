"""Blocks of a PDF: what its paragraphs and tables are, by their size, weight, marks and place."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.articles.document import DocumentBuilder, Run
from index.articles.pdf_paragraphs import (
    BARE_NUMBER,
    BULLET,
    CAPTION,
    LEADERS,
    NUMBER,
    PageTable,
    Paragraph,
    Part,
    UsualLook,
)
from index.articles.pdf_tables import PdfTable
from index.records import BlockKind
from index.segmentation.sentences import split_sentences

_LARGE = 1.12  # size of a heading, as a multiple of the usual one
_LONGEST_HEADING = 200  # code points
_LONGEST_PLAIN_HEADING = 90  # of a heading that is not larger than the text
_DEEPEST = 6
_FEW_STYLES = 4  # of headings, each of which is a level though it may be used once
_Style = tuple[float, bool, int]
_CONTENTS = re.compile(r"(?:table of )?contents|inhalt(?:sverzeichnis)?|sommaire|[ií]ndice", re.IGNORECASE)
_PAGE_AT_END = re.compile(r"\s(?:\d{1,4}|[ivxlc]{1,6})$")
# "3 Fees", "3.2. Fees", "Chapter 3: Fees", "§ 3 Fees".
_SECTION_NUMBER = re.compile(
    r"(?:chapter |part |appendix |§ ?)?(\d{1,3}(?:\.\d{1,3})*)[.:)]?\s", re.IGNORECASE
)


def add_blocks(builder: DocumentBuilder, parts: Sequence[Part], usual: UsualLook) -> None:
    """Append the blocks of a document to `builder`."""
    kinds = _kinds(parts, usual)
    levels = _levels(
        [part for part, kind in zip(parts, kinds, strict=True)
         if isinstance(part, Paragraph) and kind is BlockKind.HEADING]
    )  # fmt: skip
    indents: list[float] = []
    columns: Sequence[str] = ()
    for part, kind in zip(parts, kinds, strict=True):
        if isinstance(part, PageTable):
            columns = _add_table(builder, part.table, kind, part.page, columns)
            continue
        columns = columns if part.starts_column and kind is not BlockKind.HEADING else ()
        runs: Sequence[Run] = part.runs
        level = 0
        if kind is BlockKind.LIST_ITEM:
            runs = _without_bullet(runs)
            left = part.lines[0].left
            indents = [*(indent for indent in indents if indent < left - 0.5 * part.size), left]
            level = len(indents)
        else:
            indents = []
        if kind is BlockKind.HEADING:
            level = levels[_style(part)]
        if kind is BlockKind.CONTENTS:
            runs = [Run(LEADERS.sub(" … ", part.text))]
            builder.add(kind, runs, page=part.page)
            continue
        for page, page_runs in _by_page(part, runs):
            builder.add(kind, page_runs, level=level, page=page)


def _by_page(part: Paragraph, runs: Sequence[Run]) -> Iterator[tuple[int, Sequence[Run]]]:
    """Yield the sentences of a paragraph page by page, each on the page on which it begins."""
    if not part.page_breaks:
        yield part.page, runs
        return
    text = "".join(run.text for run in runs)
    cut_off = len(part.text) - len(text)  # the bullet
    starts = [sentence.start for sentence in split_sentences(text)]
    page, begun = part.page, 0
    for offset, next_page in part.page_breaks:
        start = next((start for start in starts if start >= offset - cut_off), len(text))
        if start > begun:
            yield page, _slice(runs, begun, start)
        page, begun = next_page, start
    if begun < len(text):
        yield page, _slice(runs, begun, len(text))


def _slice(runs: Sequence[Run], start: int, end: int) -> list[Run]:
    """Return what runs have from one offset to another."""
    parts, offset = [], 0
    for run in runs:
        parts.append(Run(run.text[max(start - offset, 0) : max(end - offset, 0)], run.address))
        offset += len(run.text)
    return parts


def _add_table(
    builder: DocumentBuilder, table: PdfTable, kind: BlockKind, page: int, columns: Sequence[str]
) -> Sequence[str]:
    """Append a table; return its column names, those of the table before if it goes on with that one."""
    if kind is BlockKind.CONTENTS:
        for row in table.rows:
            builder.add(kind, " … ".join("".join(run.text for run in cell) for cell in row), page=page)
        return ()
    if table.columns:
        columns = table.columns
        builder.add_header(columns, page=page)
    elif any(len(columns) != len(row) for row in table.rows):
        columns = ()
    for row in table.rows:
        builder.add_row(row, columns, page=page)
    return columns


def _kinds(parts: Sequence[Part], usual: UsualLook) -> list[BlockKind]:
    kinds: list[BlockKind] = []
    around = [None, *parts, None]
    for before, part, after in zip(around, parts, around[2:], strict=False):
        if isinstance(part, PageTable):
            is_contents = isinstance(before, Paragraph) and _is_contents_table(before, part.table)
            kinds.append(BlockKind.CONTENTS if is_contents else BlockKind.TABLE_ROW)
        else:
            kinds.append(_kind(part, before, after, usual))
    for number, part in enumerate(parts):  # "Preface 3" among lines with dots that lead to a page number
        beside = [n for n in (number - 1, number + 1) if 0 <= n < len(parts) and parts[n].page == part.page]
        in_contents = any(kinds[n] is BlockKind.CONTENTS for n in beside)
        if isinstance(part, Paragraph) and in_contents and _PAGE_AT_END.search(part.text):
            kinds[number] = BlockKind.CONTENTS
    return kinds


def _kind(part: Paragraph, before: Part | None, after: Part | None, usual: UsualLook) -> BlockKind:
    text = part.text
    if LEADERS.search(text):
        return BlockKind.CONTENTS
    if part.fixed_pitch and not usual.fixed_pitch:
        return BlockKind.CODE
    if BULLET.match(text):
        return BlockKind.LIST_ITEM
    if CAPTION.match(text):
        return BlockKind.CAPTION
    if _is_heading(part, before, after, usual):
        return BlockKind.HEADING
    question = text.endswith("?") and len(text) <= _LONGEST_PLAIN_HEADING and len(part.lines) <= 2
    if question and isinstance(after, Paragraph) and not after.text.endswith("?"):
        return BlockKind.QUESTION
    if _goes_on_counting(before, part) or _goes_on_counting(part, after):
        return BlockKind.LIST_ITEM
    if NUMBER.match(text) and any(
        isinstance(beside, Paragraph) and NUMBER.match(beside.text) for beside in (before, after)
    ):
        return BlockKind.LIST_ITEM
    return BlockKind.PARAGRAPH


def _goes_on_counting(part: Part | None, following: Part | None) -> bool:
    """Tell whether two paragraphs begin with successive numbers, without a full stop or bracket."""
    if not (isinstance(part, Paragraph) and isinstance(following, Paragraph)):
        return False
    number, next_number = BARE_NUMBER.match(part.text), BARE_NUMBER.match(following.text)
    return number is not None and next_number is not None and int(next_number[1]) == int(number[1]) + 1


def _is_heading(part: Paragraph, before: Part | None, after: Part | None, usual: UsualLook) -> bool:
    text = part.text
    words = text.split()
    ends_open = not text.endswith((".", ",", ";", ":", "…")) or len(words) < 2
    if len(text) > _LONGEST_HEADING or not any(map(str.isalpha, text)):
        return False
    if part.size >= _LARGE * usual.size:
        return ends_open or len(words) <= 12
    plain = after is not None and len(text) <= _LONGEST_PLAIN_HEADING and len(part.lines) <= 2 and ends_open
    if not plain or part.size < 0.92 * usual.size:
        return False
    if part.bold and not usual.bold:
        return True
    if text.isupper() and len(words) <= 12 and sum(map(str.isalpha, text)) >= 3:
        return not (isinstance(after, Paragraph) and after.text.isupper())
    if before is None and len(part.lines) == 1:
        return True  # the title
    number = _SECTION_NUMBER.match(text)
    if number is None or not text[number.end() : number.end() + 1].isupper():
        return False
    in_list = any(isinstance(beside, Paragraph) and NUMBER.match(beside.text) for beside in (before, after))
    return isinstance(after, Paragraph) and not in_list and len(after.text) > len(text)


def _levels(headings: Sequence[Paragraph]) -> dict[_Style, int]:
    """Return the level of each style of headings; of many, those used once, as on a title page, are none."""
    counts = Counter(map(_style, headings))
    many = len(counts) > _FEW_STYLES
    common = sorted(style for style, count in counts.items() if count > 1 or not many)
    return {style: min(bisect_left(common, style) + 1, _DEEPEST) for style in counts}


def _style(heading: Paragraph) -> _Style:
    """Return what a heading's level goes by: its size, its weight and the depth of its number."""
    number = _SECTION_NUMBER.match(heading.text)
    return -round(heading.size * 2) / 2, not heading.bold, number[1].count(".") + 1 if number else 1


def _is_contents_table(before: Paragraph, table: PdfTable) -> bool:
    """Tell whether a table lists headings and their pages."""
    pages = ["".join(run.text for run in row[-1]) for row in table.rows]
    if not (_CONTENTS.fullmatch(before.text.strip()) and all(map(str.isdecimal, pages))):
        return False
    return all(int(page) <= int(following) for page, following in pairwise(pages))


def _without_bullet(runs: Sequence[Run]) -> Sequence[Run]:
    text = "".join(run.text for run in runs)
    mark = BULLET.match(text)
    return _slice(runs, mark.end(), len(text)) if mark else runs
