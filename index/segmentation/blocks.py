"""Blocks of a text, within which sentences are found: paragraphs, headings, list items, table rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.records import Span

WIDEST = 150
"""A line of more characters was not wrapped by hand: a paragraph ends where it ends."""
RAGGED = 0.75
"""Share of a paragraph's width that even ragged wrapped lines fill (proportional type in PDF files)."""

_HEADING = re.compile(r"\s{0,3}#{1,6}\s+")  # "## "
_QUOTE = re.compile(r"\s{0,3}(?:>\s?)+")  # "> > "
# "- ", "• ", "* [x] "
_BULLET = re.compile(r"\s*[-*+•‣◦▪●■□·∙–—\uf000-\uf0ff]\s+(?:\[[ xX]\]\s+)?")
# "1. A", "(2) B", "c) D"
_NUMBER = re.compile(r"\s*\(?(?:(?P<number>\d{1,3})[.)]|(?P<letter>[a-z])\))\s+\S")
_ROW = re.compile(r"\s*\|")  # "| a | b |"


@dataclass(frozen=True, slots=True)
class _TextLine:
    """A line with letters or digits; its text without marks starts at `content`."""

    start: int
    content: int
    end: int
    opens: bool  # never the continuation of the line before it
    alone: bool  # never continued
    number: int = 0  # that of a list item, from 1


def split_blocks(text: str) -> list[Span]:
    """Return the blocks of `text`, ascending; the marks of headings, bullets and quotations are left out.

    Wrapped lines stay one block. Lines without a letter or digit separate blocks and belong to none.
    """
    blocks: list[Span] = []
    for paragraph in _paragraphs(text):
        width = min(max(line.end - line.start for line in paragraph), WIDEST)
        start, before = paragraph[0].content, paragraph[0]
        number = before.number
        for line in paragraph[1:]:
            # A wrapped line may begin with "2.": that of an item follows a "1.".
            is_item = line.number == 1 or line.number == number + 1 != 1
            number = line.number if is_item else number
            if is_item or _separate(text, before, line, width):
                blocks.append((start, before.end))
                start = line.content
            before = line
        blocks.append((start, before.end))
    return blocks


def _separate(text: str, before: _TextLine, line: _TextLine, width: int) -> bool:
    """Tell whether a new block starts with `line`.

    It does if its first word would easily have fitted on the line before: a wrapped line breaks only where it
    must, and a title does not fill its line. A line that starts with a lower-case letter continues the block.
    """
    if before.alone or line.opens:
        return True
    if text[line.content].islower():
        return False
    word = text[line.content : line.end].split(maxsplit=1)[0]
    length = before.end - before.start
    return length > WIDEST or length + 1 + len(word) <= RAGGED * width


def _paragraphs(text: str) -> Iterator[list[_TextLine]]:
    """Yield runs of lines with letters or digits in them."""
    paragraph: list[_TextLine] = []
    start, quoted = 0, False
    for raw in text.splitlines(keepends=True):
        line = _line(text, start, start + len(raw), quoted)
        start += len(raw)
        if line is not None:
            quoted = _QUOTE.match(raw) is not None
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph, quoted = [], False
    if paragraph:
        yield paragraph


def _line(text: str, start: int, end: int, quoted: bool) -> _TextLine | None:
    """Describe the line in `text[start:end]`; `quoted` tells whether the line before is a quotation's."""
    raw = text[start:end]
    if not any(map(str.isalnum, raw)):
        return None
    shown = raw.rstrip()
    content = len(raw) - len(raw.lstrip())
    if heading := _HEADING.match(raw):
        shown = without_closing_hashes(shown)
        return _TextLine(start, start + heading.end(), start + len(shown), opens=True, alone=True)
    opens = False
    if quote := _QUOTE.match(raw):
        content, opens = quote.end(), not quoted
    if bullet := _BULLET.match(raw, content):
        content, opens = bullet.end(), True
    elif _ROW.match(raw, content):
        opens = True
    number = 0
    if numbered := _NUMBER.match(raw, content):
        number = int(numbered["number"] or ord(numbered["letter"]) - ord("a") + 1)
    content += len(raw[content:]) - len(raw[content:].lstrip())
    return _TextLine(start, start + content, start + len(shown), opens, alone=False, number=number)


def without_closing_hashes(heading: str) -> str:
    """Return a heading without white space and hashes at its end: "Title #", but not "About C#"."""
    shown = heading.rstrip()
    bare = shown.rstrip("#")
    return bare.rstrip() if bare[-1:].isspace() else shown
