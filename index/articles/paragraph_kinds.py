"""Kinds of paragraphs: what the lines of a paragraph are, by how people write them without other marks.

A bold line alone is a heading, "Q:" and a bold question are questions, "Parking: free" is a value with its
name, and short lines below each other are items.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from index.articles.document import Run
from index.records import BlockKind

SOFT_BREAK = "\r"
"""Line break of the file in an `InlinePiece`, which nobody sees; a line feed is a break that is seen."""

_LONGEST_KEY = 60
_LONGEST_BOLD_HEADING = 100
_LONGEST_ITEM = 70
_BREAK = re.compile(r"[\n\r]+")
# "Parking: free", "Plant stall: Sue", not "https://example.org" or "At 12:30".
_KEY = re.compile(r"([^\W_][^:.!?|]{0,38}):\s+(?=\S)")
# "Q:", "Q1.", "Question:"
_ASKS = re.compile(r"(?:Q\s?\d{0,3}|Question(?: \d{1,3})?)\s?[:.]", re.IGNORECASE)
# "A:", "Answer 3:"
_REPLIES = re.compile(r"(?:A\s?\d{0,3}|Answer(?: \d{1,3})?)\s?[:.]", re.IGNORECASE)
# ": ", " – " between a bold term and what is said about it
_AFTER_KEY = re.compile(r"\s*:|\s+[-–—]\s")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)]*\s+\S")
_ENDS = (".", "!", "?", "…", "。", "！", "？")
_RULE = re.compile(r"[\s|:]*-[\s|:-]*")  # "|---|:-:|"


class InlinePiece(NamedTuple):
    """A piece of a paragraph's text.

    `to_heading` tells that it is in a link to a place of the same page.
    """

    text: str
    address: str | None = None
    bold: bool = False
    to_heading: bool = False


@dataclass(slots=True)
class DraftBlock:
    """A block to be added to a document; a table row and the names of columns have `cells`.

    `key` is the bold name that begins it.
    """

    kind: BlockKind
    pieces: list[InlinePiece] = field(default_factory=list)
    level: int = 0
    lead: str = ""
    key: str = ""
    cells: list[list[InlinePiece]] | None = None
    columns: Sequence[str] = ()


def paragraph_entries(pieces: Sequence[InlinePiece], kind: BlockKind, level: int = 0) -> list[DraftBlock]:
    """Return the blocks in a paragraph; those that are nothing else are of `kind`."""
    lines, hard = _lines(pieces)
    if not lines:
        return []
    shown = [text_of(line) for line in lines]
    if _links_to_headings(pieces):
        return [DraftBlock(BlockKind.CONTENTS, line, level) for line in lines]
    if len(lines) > 1 and all(line.startswith("|") and line.endswith("|") for line in shown):
        ruled = any(map(_RULE.fullmatch, "".join(piece.text for piece in pieces).split(SOFT_BREAK)[1:2]))
        return list(_rows(shown, ruled=ruled))
    if _ASKS.match(shown[0]):
        return _questions_and_answers(lines, hard, kind, level)
    bold = [number for number, line in enumerate(lines) if _is_bold(line)]
    if bold[:1] != [0] or len(bold) == len(lines):
        return _plain_lines(lines, hard, kind, level)
    return [
        entry
        for start, end in zip(bold, [*bold[1:], len(lines)], strict=True)
        for entry in _below_bold_line(lines[start:end], hard[start:end], kind, level)
    ]


def _below_bold_line(
    lines: list[list[InlinePiece]], hard: list[bool], kind: BlockKind, level: int
) -> list[DraftBlock]:
    """Return the blocks of lines of which the first is bold: a question, or what the others are about."""
    shown = text_of(lines[0])
    if shown.endswith("?"):
        return [
            DraftBlock(BlockKind.QUESTION, lines[0], level),
            *_plain_lines(lines[1:], hard[1:], kind, level),
        ]
    if shown.endswith(_ENDS):
        return _plain_lines(lines, hard, kind, level)
    below = _plain_lines(lines[1:], hard[1:], kind, level)
    for entry in below:
        entry.lead = entry.lead or shown.rstrip(":")
    return [DraftBlock(kind, lines[0], level), *below]


def _plain_lines(
    lines: Sequence[list[InlinePiece]], hard: Sequence[bool], kind: BlockKind, level: int
) -> list[DraftBlock]:
    if not lines:
        return []
    items = _items(lines, hard, level) if len(lines) > 1 else []
    return items or _one_line(_joined(lines, hard), kind, level)


def item_entries(pieces: Sequence[InlinePiece], level: int) -> list[DraftBlock]:
    """Return the blocks in the first paragraph of a list item."""
    lines, hard = _lines(pieces)
    if not lines:
        return []
    joined = _joined(lines, hard)
    if _links_to_headings(pieces):
        return [DraftBlock(BlockKind.CONTENTS, joined, level)]
    if question := _bold_question(joined):
        asked, answer = question
        return [DraftBlock(BlockKind.QUESTION, asked, level), DraftBlock(BlockKind.PARAGRAPH, answer, level)]
    key = bold_key(joined, sentence=True)
    # In "Train: second class. First only with a note." the second sentence is about trains, too.
    lead = key if key and _SENTENCE_END.search(text_of(joined)) else ""
    return [DraftBlock(BlockKind.LIST_ITEM, joined, level, lead)]


def with_messages(entries: Iterable[DraftBlock]) -> list[DraftBlock]:
    """Return the entries; runs of "**Name:** …" in which a name comes back are messages of these speakers."""
    refined: list[DraftBlock] = []
    run: list[DraftBlock] = []
    for entry in entries:
        if not entry.key:
            _name_speakers(run)
            run = []
        else:
            run.append(entry)
        refined.append(entry)
    _name_speakers(run)
    return refined


def text_of(pieces: Iterable[InlinePiece]) -> str:
    """Return the text of pieces in one line."""
    return " ".join("".join(piece.text for piece in pieces).split())


def runs_of(pieces: Iterable[InlinePiece]) -> list[Run]:
    """Return the pieces as runs of a block's text."""
    return [Run(piece.text.replace(SOFT_BREAK, " "), piece.address) for piece in pieces]


def has_words(text: str) -> bool:
    """Tell whether a text has a letter or digit."""
    return any(map(str.isalnum, text))


def bold_key(line: Sequence[InlinePiece], *, sentence: bool = False) -> str:
    """Return the bold term that begins a line, as in "**Price:** 5 €" or "**Lash** – reaches far", else "".

    With `sentence`, a bold sentence is one, too: "**Burning her.** Fire dries her cloak."
    """
    key = ""
    for number, piece in enumerate(line):
        if piece.text.strip() and not piece.bold:
            rest = "".join(piece.text for piece in line[number:])
            name = key.strip()
            closed = name.endswith(":") or _AFTER_KEY.match(rest) or (sentence and name.endswith("."))
            return name.rstrip(":. ") if closed and 0 < len(name) <= _LONGEST_KEY else ""
        key += piece.text
    return ""


def _lines(pieces: Iterable[InlinePiece]) -> tuple[list[list[InlinePiece]], list[bool]]:
    """Split pieces into the lines with words, and tell of each whether a visible break ends it."""
    lines: list[list[InlinePiece]] = [[]]
    hard = [False]
    for piece in pieces:
        position = 0
        for match in _BREAK.finditer(piece.text):
            lines[-1].append(piece._replace(text=piece.text[position : match.start()]))
            position = match.end()
            hard[-1] |= "\n" in match[0]
            lines.append([])
            hard.append(False)
        lines[-1].append(piece._replace(text=piece.text[position:]))
    kept = [number for number, line in enumerate(lines) if has_words(text_of(line))]
    return [lines[number] for number in kept], [hard[number] for number in kept]


def _joined(lines: Sequence[Sequence[InlinePiece]], hard: Sequence[bool]) -> list[InlinePiece]:
    joined: list[InlinePiece] = []
    for number, line in enumerate(lines):
        if number:
            joined.append(InlinePiece("\n" if hard[number - 1] else " ", bold=joined[-1].bold))
        joined += line
    return joined


def _links_to_headings(pieces: Iterable[InlinePiece]) -> bool:
    words = [piece.to_heading for piece in pieces if has_words(piece.text)]
    return bool(words) and all(words)


def _is_bold(line: Iterable[InlinePiece]) -> bool:
    return all(piece.bold for piece in line if has_words(piece.text))


def _one_line(line: list[InlinePiece], kind: BlockKind, level: int) -> list[DraftBlock]:
    shown = text_of(line)
    if _is_bold(line) and len(shown) <= _LONGEST_BOLD_HEADING and kind is BlockKind.PARAGRAPH and not level:
        if shown.endswith("?"):
            return [DraftBlock(BlockKind.QUESTION, line)]
        sentence = shown.endswith(".") or (shown.endswith(_ENDS) and shown.count(" ") > 3)
        return [DraftBlock(BlockKind.PARAGRAPH if sentence else BlockKind.HEADING, line)]
    if question := _bold_question(line):
        asked, answer = question
        return [DraftBlock(BlockKind.QUESTION, asked, level), DraftBlock(kind, answer, level)]
    if key := bold_key(line):
        return [_value(line, key, level)]
    if shown.endswith("?") and kind is BlockKind.PARAGRAPH and not _SENTENCE_END.search(shown):
        return [DraftBlock(BlockKind.QUESTION, line, level)]
    return [DraftBlock(kind, line, level)]


def _value(line: list[InlinePiece], key: str, level: int) -> DraftBlock:
    """Return the block of a line "**key:** value"."""
    if _ASKS.fullmatch(f"{key}:"):
        return DraftBlock(BlockKind.QUESTION, line, level)
    if _REPLIES.fullmatch(f"{key}:"):
        return DraftBlock(BlockKind.PARAGRAPH, line, level)
    return DraftBlock(BlockKind.DEFINITION, line, level, lead=key, key=key)


def _bold_question(line: Sequence[InlinePiece]) -> tuple[list[InlinePiece], list[InlinePiece]] | None:
    """Return a bold question and the answer after it on the same line."""
    for number, piece in enumerate(line):
        if has_words(piece.text) and not piece.bold:
            asked = list(line[:number])
            return (asked, list(line[number:])) if text_of(asked).endswith("?") else None
    return None


def _questions_and_answers(
    lines: list[list[InlinePiece]], hard: list[bool], kind: BlockKind, level: int
) -> list[DraftBlock]:
    """Return the blocks of a paragraph that begins with "Q:"; an answer begins with "A:", or after "?"."""
    entries: list[DraftBlock] = []
    start = 0
    asking = True
    for number, line in enumerate(lines):
        shown = text_of(line)
        ends = number + 1 == len(lines) or _ASKS.match(text_of(lines[number + 1]))
        replies = not ends and _REPLIES.match(text_of(lines[number + 1]))
        if ends or (asking and (replies or shown.endswith("?"))):
            block = _joined(lines[start : number + 1], hard[start : number + 1])
            entries.append(DraftBlock(BlockKind.QUESTION if asking else kind, block, level))
            start = number + 1
            asking = bool(ends)
    return entries


def _items(lines: Sequence[list[InlinePiece]], hard: Sequence[bool], level: int) -> list[DraftBlock]:
    """Return the lines of a paragraph as blocks of their own if they are items, else nothing."""
    shown = [text_of(line) for line in lines]
    keys = [bold_key(line) for line in lines]
    if sum(map(bool, keys)) > 1 and keys[0]:  # a line without a key goes on with the value before it
        groups: list[tuple[str, list[InlinePiece]]] = []
        for number, (key, line) in enumerate(zip(keys, lines, strict=True)):
            if key:
                groups.append((key, list(line)))
            else:
                groups[-1][1].extend([InlinePiece("\n" if hard[number - 1] else " "), *line])
        return [_value(line, key, level) for key, line in groups]
    first = 0
    if shown[0].endswith(":") and len(lines) > 2:
        first = 1
    rest = shown[first:]
    matches = [_KEY.match(line) for line in rest]
    if all(matches):
        values = [
            DraftBlock(BlockKind.DEFINITION, line, level, lead=match[1] if match else "")
            for line, match in zip(lines[first:], matches, strict=True)
        ]
        return [*(DraftBlock(BlockKind.PARAGRAPH, line, level) for line in lines[:first]), *values]
    if not (_begin_alike(rest) or _are_short(rest, least=2 if first or all(hard[:-1]) else 3)):
        return []
    return [
        DraftBlock(BlockKind.PARAGRAPH if number < first else BlockKind.LIST_ITEM, line, max(level, 1))
        if number >= first
        else DraftBlock(BlockKind.PARAGRAPH, line, level)
        for number, line in enumerate(lines)
    ]


def _begin_alike(shown: Sequence[str]) -> bool:
    """Tell whether lines begin with the same mark, "✓" or "·", or with numbers of one form: "Step 1:"."""
    shapes = {_shape(line) for line in shown}
    return len(shapes) == 1 and "" not in shapes


def _shape(line: str) -> str:
    first, _, rest = line.partition(" ")
    if not has_words(first) or len(first) == 1:
        return first if rest and not has_words(first) else ""
    second = rest.partition(" ")[0]
    if first.isalpha() and second.rstrip(".:)").isdigit():
        return f"{first.casefold()} 0{second[len(second.rstrip('.:)')) :]}"
    bare = first.strip("().:")
    if bare != first and (len(bare) == 1 or bare.replace(".", "").isdigit()):
        return first.replace(bare, "0" if bare[0].isdigit() else "a")
    return ""


def _are_short(shown: Sequence[str], least: int) -> bool:
    """Tell whether lines are short and none ends as a sentence does or goes on from the line before."""
    return len(shown) >= least and all(
        len(line) <= _LONGEST_ITEM and not line.endswith((*_ENDS, ",", ";", ":")) and not line[0].islower()
        for line in shown
    )


def _rows(shown: Sequence[str], *, ruled: bool) -> Iterable[DraftBlock]:
    """Yield the rows of a table whose line below the header does not fit, so that no parser takes it."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in shown]
    if ruled:
        yield DraftBlock(BlockKind.CAPTION, cells=[[InlinePiece(cell)] for cell in rows[0]])
    for row in rows[1:] if ruled else rows:
        if has_words("".join(row)):
            columns = rows[0] if ruled else ()
            yield DraftBlock(
                BlockKind.TABLE_ROW, cells=[[InlinePiece(cell)] for cell in row], columns=columns
            )


def _name_speakers(run: Sequence[DraftBlock]) -> None:
    """Make messages of a run of entries with keys if one of at least three comes back."""
    names = [entry.key.casefold() for entry in run]
    if len(names) > 2 and len(set(names)) < len(names):
        for entry in run:
            asks = text_of(entry.pieces).endswith("?")
            entry.kind = BlockKind.QUESTION if asks else BlockKind.MESSAGE
