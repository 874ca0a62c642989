"""Plain text: the text of the file as it is, with its blocks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.articles.chat_logs import chat_blocks
from index.articles.document import Document
from index.articles.front_matter import split_front_matter
from index.articles.line_groups import CONTENTS, TERM, lines_of_contents, lines_of_terms, table_at
from index.articles.mail_text import read_mail
from index.articles.text_lines import ListMark, TextLine, are_amounts, is_code, paragraphs
from index.records import Block, BlockKind
from index.segmentation.blocks import RAGGED, WIDEST, without_closing_hashes

LONGEST_HEADING = 80
"""Characters of the longest line that is taken for a heading, if no mark says that it is one."""
LONGEST_TITLE = 140
"""The same of the first line of a text."""
LONGEST_QUESTION = 160
"""Characters of the longest line that is taken for a question with its answer below."""
SHORTEST_WRAPPED = 40
"""Characters of the shortest line that is taken for a part of a wrapped sentence."""
LONGEST_SHORT_LINE = 80
"""Characters of the longest of lines that stand for themselves without a mark."""

_HASHES = re.compile(r"(#{1,6})\s+(?=\S)")
_QUOTE = re.compile(r"(?:>\s?)+")
# "Chapter 3. The flood", "PART II"
_PART = re.compile(
    r"(?:chapter|part|section|appendix|article|book)\s+(?:\d{1,3}|[ivxlc]{1,6}|[a-z])\b[.:]?", re.I
)
# "Figure 3: …", "Photo: …"
_CAPTION = re.compile(
    r"(?:(?:fig(?:ure|\.)|table|chart|map|plate|exhibit)\s*\d[\w.]*\s?[:.–—]|(?:photo|picture|image)\w*:)\s+\S",
    re.I,
)
_LEVELS_OF_RULES = {"=": 1, "#": 1, "-": 2, "*": 2, "~": 3}  # of headings, by what underlines them
_ASKS = re.compile(r"(?:q|question)(?:\s?\d{1,3})?\s?[:.)]\s+(?=\S)", re.I)
_ANSWERS = re.compile(r"(?:a|answer)(?:\s?\d{1,3})?\s?[:.)]\s+(?=\S)", re.I)
_ENDS_SENTENCE = re.compile(r"[.!?…][\"'”’)\]]*$")
_SENTENCE_INSIDE = re.compile(r"[.!?…]\s+[\"'“‘(]?[^\W\d_]")
_ENDS_NO_LINE_OF_ITS_OWN = re.compile(r"[.!?…,;:–—-]$")
_NO_HEADING = re.compile(
    r"by\s|\W*\d{1,2}[./ ]|https?://|[\w.+-]+@|(?:version|updated|published|last)\b", re.I
)
_KEEP_THEIR_LINES = frozenset((BlockKind.LIST_ITEM, BlockKind.DEFINITION, BlockKind.QUESTION))


@dataclass(slots=True)
class _Unit:
    """Lines that become one block, which begins at `start`.

    `kept` tells that the text begins with what would introduce it, which only further sentences need.
    """

    kind: BlockKind
    start: int
    lines: list[TextLine]
    level: int = 0
    lead: str = ""
    kept: bool = False

    def block(self, text: str) -> Block:
        last = self.lines[-1]
        end = last.end
        if self.kind is BlockKind.HEADING:
            end = self.start + len(without_closing_hashes(text[self.start : end]).rstrip(":"))
        lead = "" if self.kept and not _SENTENCE_INSIDE.search(text, self.start, end) else self.lead
        return Block(self.kind, self.start, end, (), lead, (), (), self.level, self.lines[0].page)


def read_plain_text(content: str) -> Document:
    """Return the document in the content of a text file."""
    description, text = split_front_matter(content)
    if messages := chat_blocks(text):
        return Document(description, text, messages)
    return read_mail(description, text, plain_text_blocks)


def plain_text_blocks(text: str) -> tuple[Block, ...]:
    """Return the blocks of a plain text, without the marks of headings, list items and quotations."""
    return tuple(
        block for block in _BlockRecogniser(text).blocks() if _has_words(text[block.start : block.end])
    )


class _BlockRecogniser:
    """Recognises the blocks of a text, paragraph by paragraph."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._runs = paragraphs(text)
        lines = [line for run in self._runs for line in run]
        self._contents = lines_of_contents(lines)
        self._terms = lines_of_terms(lines)
        self._looked_at = 0  # end of the last lines that `_short_lines` looked at
        self._width = 0  # of the paragraph
        self._list: list[tuple[int, ListMark]] = []  # the indentation and the mark of an item on each level

    def blocks(self) -> list[Block]:
        blocks: list[Block] = []
        for number in range(len(self._runs)):
            blocks += self._paragraph(number)
        return blocks

    def _paragraph(self, number: int) -> list[Block]:
        run = self._runs[number]
        if run[0].is_code or is_code(run):
            return [_Unit(BlockKind.CODE, run[0].start, run).block(self._text)]
        if all(line.shown.startswith(">") for line in run):
            quote = _QUOTE.match(run[0].shown)
            start = run[0].start + (quote.end() if quote else 0)
            return [_Unit(BlockKind.QUOTATION, start, run).block(self._text)]
        if len(run) == 1 and (alone := self._alone(number)):
            return [alone.block(self._text)]
        self._width = min(max(len(line.shown) for line in run), WIDEST)
        blocks: list[Block] = []
        units: list[_Unit] = []
        place = 0
        while place < len(run):
            caption = _caption(units) if place == 1 else None
            lead = caption.lines[0].shown.rstrip(":") if caption else ""
            table = None if self._begins_unit(run[place]) else table_at(run, place, lead)
            if table:
                if caption:
                    caption.kind = BlockKind.CAPTION
                blocks += [unit.block(self._text) for unit in units] + table.blocks
                units = []
                place += table.lines
            else:
                place += self._add(run, place, units)
        if units and units[0].lines[0] is run[0] and (number == 0 or len(units) > 1):
            _name_heading(units, is_first=number == 0)
        _name_numbered_headings(units)
        return blocks + [unit.block(self._text) for unit in units]

    def _begins_unit(self, line: TextLine) -> bool:
        return line.start in self._contents or line.start in self._terms or line.mark is not None

    def _add(self, run: list[TextLine], place: int, units: list[_Unit]) -> int:
        """Add the line at `place`, and those that are like it, to the units; return how many they are."""
        line = run[place]
        before = units[-1] if units else None
        if unit := self._marked(line, before, run):
            units.append(unit)
        elif before and before.kind in _KEEP_THEIR_LINES and _continues(before, line, self._width):
            before.lines.append(line)
        elif run is self._runs[0] and place == 0 and len(run) > 1 and _looks_like_heading(line.shown):
            units.append(_Unit(BlockKind.PARAGRAPH, line.start, [line]))  # `_name_heading` looks at it again
        elif count := self._short_lines(run, place):
            lines = run[place : place + count]
            units += [_Unit(BlockKind.LIST_ITEM, short.start, [short], level=1) for short in lines]
            return count
        elif (
            before
            and before.kind is BlockKind.PARAGRAPH
            and not _separate(before.lines[-1], line, self._width)
        ):
            before.lines.append(line)
        else:
            units.append(_Unit(BlockKind.PARAGRAPH, line.start, [line]))
        return 1

    def _marked(self, line: TextLine, before: _Unit | None, run: list[TextLine]) -> _Unit | None:
        """Return the unit that a line begins by what it looks like, or None."""
        shown = line.shown
        if line.start in self._contents:
            return _Unit(BlockKind.CONTENTS, line.start, [line])
        if CONTENTS.fullmatch(shown):
            return _Unit(BlockKind.HEADING, line.start, [line], level=2)
        if heading := _marked_heading(line, wrapped=before is not None and _is_open(before)):
            return heading
        if before is None and _CAPTION.match(shown):
            return _Unit(BlockKind.CAPTION, line.start, [line])
        if asks := _ASKS.match(shown):
            return _Unit(BlockKind.QUESTION, line.start + asks.end(), [line])
        if (answers := _ANSWERS.match(shown)) and before and before.kind is BlockKind.QUESTION:
            return _Unit(BlockKind.PARAGRAPH, line.start + answers.end(), [line])
        if line.start in self._terms:
            term = TERM.match(shown)
            lead = term["term"] if term and ". " in shown else ""  # for the sentences without the term
            return _Unit(BlockKind.DEFINITION, line.start, [line], lead=lead)
        return self._item(line, before)

    def _item(self, line: TextLine, before: _Unit | None) -> _Unit | None:
        """Return the list item that a line begins, unless its number is part of a wrapped sentence."""
        found = line.mark
        if found is None:
            if before is None and not line.indent:
                self._list = []
            return None
        level = next(
            (
                level
                for level, (indent, other) in reversed(list(enumerate(self._list)))
                if other.kind == found.kind
                and (indent == line.indent or (found.label and found.number == other.number + 1))
            ),
            None,
        )
        if found.label and before and _is_open(before):
            if found.depth > 1 and level is None and line.shown[found.length].islower():
                return None  # "costs about\n1.5 million"
            goes_on = level is not None and found.number == self._list[level][1].number + 1
            if found.depth == 1 and found.number > 1 and not goes_on:
                return None
        if level is not None:
            del self._list[level:]
        while self._list and self._list[-1][0] > line.indent:
            self._list.pop()
        self._list.append((line.indent, found))
        start = line.start + found.left_out
        level = len(self._list)
        return _Unit(BlockKind.LIST_ITEM, start, [line], level, found.label, kept=found.kept)

    def _short_lines(self, run: list[TextLine], place: int) -> int:
        """Count the lines from `place` on that stand for themselves: alike, or without a full stop."""
        if run[place].start < self._looked_at:
            return 0
        lines = []
        for number in range(place, len(run)):
            if self._begins_unit(run[number]) or table_at(run, number):
                break
            lines.append(run[number])
        if are_amounts(lines):
            return len(lines)
        amounts_below = place == 0 and are_amounts(lines[1:])
        self._looked_at = lines[0 if amounts_below else -1].end if lines else 0
        if len(lines) < 2 or any(line.shown[0].islower() for line in lines):
            return 0
        alike = len(lines) > 2 and len({line.shown.split(maxsplit=1)[0] for line in lines}) == 1
        longest = LONGEST_SHORT_LINE if len(lines) > 2 else LONGEST_SHORT_LINE // 2
        short = all(
            len(line.shown) <= longest and not _ENDS_NO_LINE_OF_ITS_OWN.search(line.shown) for line in lines
        )
        return len(lines) if alike or short else 0

    def _alone(self, number: int) -> _Unit | None:
        """Return the heading or the question that a line between empty lines is, or None."""
        line = self._runs[number][0]
        before = self._runs[number - 1] if number else None
        following = self._runs[number + 1] if number + 1 < len(self._runs) else None
        if line.start in self._contents:
            return None
        found = line.mark
        if found and found.label:
            return _numbered(line, found, before, following)
        if heading := _marked_heading(line):
            return heading
        if found or line.start in self._terms or following is None:
            return None
        if line.shown.endswith("?") and len(line.shown) <= LONGEST_QUESTION:
            return _Unit(BlockKind.QUESTION, line.start, [line])
        if before is None and _looks_like_heading(line.shown, LONGEST_TITLE):
            return _Unit(BlockKind.HEADING, line.start, [line], level=1)
        if _looks_like_heading(line.shown) and _is_body(following):
            return _Unit(BlockKind.HEADING, line.start, [line], level=4)
        return None


def _numbered(
    line: TextLine, found: ListMark, before: list[TextLine] | None, following: list[TextLine] | None
) -> _Unit | None:
    """Return a numbered line alone as a heading or a question, unless it is an item between others."""
    content = line.shown[found.length :]
    start = line.start + found.left_out
    if following is None:
        return None
    if content.endswith("?") and len(content) <= LONGEST_QUESTION:
        return _Unit(BlockKind.QUESTION, start, [line])
    for run, step in ((before, -1), (following, 1)):
        other = run[0].mark if run and len(run) == 1 else None
        if other and other.kind == found.kind and other.number == found.number + step:
            return None
    if not _looks_like_heading(content):
        return None
    return _Unit(BlockKind.HEADING, start, [line], level=min(1 + found.depth, 6))


def _marked_heading(line: TextLine, *, wrapped: bool = False) -> _Unit | None:
    """Return the heading that a line is by its looks; `wrapped` if it may go on with a sentence above it."""
    shown = line.shown
    if hashes := _HASHES.match(shown):
        return _Unit(BlockKind.HEADING, line.start + hashes.end(), [line], level=len(hashes[1]))
    if wrapped or len(shown) > LONGEST_HEADING or _ENDS_SENTENCE.search(shown):
        return None
    found = line.mark
    start = line.start + (found.left_out if found and found.label else 0)
    if line.rule in _LEVELS_OF_RULES and not (found and not found.label):
        return _Unit(BlockKind.HEADING, start, [line], level=_LEVELS_OF_RULES[line.rule])
    if _PART.match(shown) and len(shown.split()) <= 10 and shown[0].isupper():
        return _Unit(BlockKind.HEADING, line.start, [line], level=1)
    content = shown[found.length :] if found else shown
    letters = [character for character in content if character.isalpha()]
    if (
        (found is None or found.label)
        and len(letters) > 3
        and content.isupper()
        and len(content.split()) <= 10
    ):
        level = min(1 + found.depth, 6) if found else 1
        return _Unit(BlockKind.HEADING, start, [line], level=level)
    return None


def _name_heading(units: list[_Unit], *, is_first: bool) -> None:
    """Make a heading of the line at the top of a paragraph if it looks like one and prose is below."""
    first = units[0]
    if len(units) < 2 or len(first.lines) > 1:
        return
    (line,), below = first.lines, units[1]
    shown, found = line.shown, line.mark
    is_numbered = first.kind is BlockKind.LIST_ITEM and found is not None and found.label != ""
    if first.kind is not BlockKind.PARAGRAPH and not (is_numbered and below.kind is BlockKind.PARAGRAPH):
        return
    content = shown[found.length :] if found else shown
    is_prose = below.kind is BlockKind.PARAGRAPH and _ENDS_SENTENCE.search(below.lines[-1].shown) is not None
    if _looks_like_heading(content) and not shown.endswith(":") and (is_prose or is_first):
        first.kind = BlockKind.HEADING
        first.lead = ""
        first.level = min(1 + found.depth, 6) if is_numbered and found else 1 if is_first else 4


def _name_numbered_headings(units: Sequence[_Unit]) -> None:
    """Make headings of lines "II. Noise" without empty lines around them, if each has prose below."""
    numbered = [
        (unit, found, below)
        for unit, below in zip(units, [*units[1:], None], strict=False)
        if unit.kind is BlockKind.LIST_ITEM and (found := unit.lines[0].mark) and found.label
    ]
    if len(numbered) < 2 or len({found.kind for _, found, _ in numbered}) > 1:
        return
    for unit, found, below in numbered:
        content = unit.lines[0].shown[found.length :]
        if len(unit.lines) > 1 or not _looks_like_heading(content) or content.endswith(":"):
            return
        if below is None or below.kind is not BlockKind.PARAGRAPH:
            return
        if not _ENDS_SENTENCE.search(below.lines[-1].shown):
            return
    for unit, found, _ in numbered:
        unit.kind, unit.lead, unit.level = BlockKind.HEADING, "", min(1 + found.depth, 6)


def _caption(units: Sequence[_Unit]) -> _Unit | None:
    """Return the one line above a table that says what it shows."""
    if len(units) != 1 or units[0].kind is not BlockKind.PARAGRAPH or len(units[0].lines) > 1:
        return None
    return units[0] if _looks_like_heading(units[0].lines[0].shown) else None


def _looks_like_heading(shown: str, longest: int = LONGEST_HEADING) -> bool:
    """Tell whether a line might be a heading: short, not a sentence, not a date or an author."""
    return (
        len(shown) <= longest
        and _has_words(shown)
        and not shown[0].islower()
        and "\t" not in shown
        and not re.search(r"[.!?,;…][\"'”’)\]]*$", shown)
        and not _NO_HEADING.match(shown)
    )


def _is_body(run: Sequence[TextLine]) -> bool:
    """Tell whether a paragraph may stand below a heading: prose, a list, anything but a short line alone."""
    shown = run[0].shown
    is_line_alone = len(run) == 1 and len(shown) <= LONGEST_HEADING and not shown.endswith(":")
    return not is_line_alone or run[0].mark is not None or _ENDS_SENTENCE.search(shown) is not None


def _is_open(unit: _Unit) -> bool:
    """Tell whether the last line of a unit is a part of a sentence that may go on in the next line."""
    last = unit.lines[-1].shown
    return (
        unit.kind is not BlockKind.HEADING
        and len(last) > SHORTEST_WRAPPED
        and not re.search(r"[.!?:;…]\W*$", last[-8:])
    )


def _continues(unit: _Unit, line: TextLine, width: int) -> bool:
    """Tell whether a line without a mark belongs to the item above it."""
    first = unit.lines[0]
    if line.indent > first.indent or line.shown[0].islower():
        return True
    return line.indent == unit.lines[-1].indent and not _separate(unit.lines[-1], line, width)


def _separate(before: TextLine, line: TextLine, width: int) -> bool:
    """Tell whether a new block starts with `line`: its first word would have fitted on the line before."""
    if line.shown[0].islower():
        return False
    word = line.shown.split(maxsplit=1)[0]
    length = len(before.shown)
    return length > WIDEST or length + 1 + len(word) <= RAGGED * width


def _has_words(text: str) -> bool:
    return any(map(str.isalnum, text))
