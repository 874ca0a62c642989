"""E-mails and threads of mailing lists in plain text: who writes what, and who is quoted."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from index.articles.document import Document
from index.articles.front_matter import Description, make_description
from index.records import Block, BlockKind, Cell

# "Subject: Bus", "Message-ID: <1@choir.example>", at the beginning of a line, with the lines that continue it
_FIELD = re.compile(
    r"(?P<name>[A-Za-zÀ-ÿ]+(?:-[A-Za-z]+){0,3})\s?:[ \t]+(?P<value>\S[^\n]*(?:\n[ \t]+\S[^\n]*)*)"
)
_FROM = frozenset(("from", "von", "de", "van", "da"))
_SUBJECT = frozenset(("subject", "betreff", "objet", "asunto", "onderwerp", "oggetto"))
_DATE = frozenset(("date", "sent", "datum", "gesendet", "envoyé", "fecha", "verzonden", "data"))
_SEEN = (
    _FROM | _SUBJECT | _DATE | frozenset(("to", "cc", "an", "kopie", "à", "para", "aan", "copie", "reply-to"))
)
_LINE = re.compile(r"[^\n\f]+")
# "From agathe at choir.example  Tue Mar 12 14:02:11 2024", "-----Original Message-----"
_ABOVE = re.compile(r"From \S.*\s\d\d:\d\d:\d\d\s.*\d{4}|-{3,}[^\n]{3,60}-{3,}|_{8,}")
# "On Mon, 11 Mar 2024 at 09:10, Bram Ode <bram@choir.example> wrote:", above a quotation
_ATTRIBUTION = re.compile(
    r"^(?P<said>[^\s>][^\n]{3,160}(?:\n[^\s>][^\n]{0,80})?):[ \t]*\n(?:[ \t]*\n)?(?=[ \t]*>)", re.MULTILINE
)
_SAYS = re.compile(r"\b(?:wrote|writes|schrieb|a écrit|escribió|schreef|ha scritto)\b")
# "agathe at choir.example (Agathe Lorne)", "Agathe Lorne <agathe@choir.example>"
_NAME = re.compile(r"\S+(?: at |@)\S+ \((?P<behind>[^()\n]+)\)|\"?(?P<before>[^\"<>\n]+?)\"?\s*<[^<>\n]*>")
_QUOTE_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_LONGEST_LEAD = 160


@dataclass(frozen=True, slots=True)
class MailThread:
    """What a text says about its messages: blocks for that, and `body`, the text with spaces in its place.

    `senders` are the offsets from which on somebody writes, with the name and the date.
    """

    subject: str
    blocks: Sequence[Block]
    body: str
    senders: Sequence[tuple[int, str]]


def read_mail(description: Description, text: str, blocks_of: Callable[[str], Sequence[Block]]) -> Document:
    """Return the document of a plain text, which may hold e-mails, and whose other blocks `blocks_of` finds.

    The marks before the lines of a quotation are no part of the text, but that of its first line.
    """
    if thread := find_mail(text):
        return _without_quote_marks(with_mail(description, text, thread, blocks_of(thread.body)))
    return _without_quote_marks(Document(description, text, tuple(blocks_of(text))))


def find_mail(text: str) -> MailThread | None:
    """Return the messages of a text with e-mails: fields with a sender and a subject, or who is quoted."""
    blocks: list[Block] = []
    senders = []
    subject = ""
    for lines, fields in _heads(text):
        values = {field["name"].lower(): " ".join(field["value"].split()) for field in fields}
        shown = [next((values[name] for name in values if name in names), "") for names in (_FROM, _DATE)]
        senders.append((fields[-1].end(), ", ".join(filter(None, (_name(shown[0]), shown[1])))))
        blocks += [Block(BlockKind.CONTENTS, line.start(), line.end()) for line in lines]
        blocks += map(_field_block, fields)
        if len(senders) == 1 and not text[: (lines or fields)[0].start()].strip():
            subject = next(values[name] for name in values if name in _SUBJECT)
    for quoted in _ATTRIBUTION.finditer(text):
        if _SAYS.search(quoted["said"]):
            lead = quoted["said"][-_LONGEST_LEAD:]
            blocks.append(Block(BlockKind.CONTENTS, quoted.start(), quoted.end("said"), lead=lead))
    if not blocks:
        return None
    blocks.sort(key=lambda block: block.start)
    body = list(text)
    for block in blocks:
        place = text.rfind("\n", 0, block.start) + 1  # the name of a field is none of the block's text
        body[place : block.end + 1] = (
            " " if character != "\n" else "\n" for character in text[place : block.end + 1]
        )
    return MailThread(subject, blocks, "".join(body), senders)


def with_mail(description: Description, text: str, thread: MailThread, body: Sequence[Block]) -> Document:
    """Return the document of a text with the messages of `thread`, whose other blocks are `body`."""
    quoted = [block for block in thread.blocks if block.lead]
    blocks = [replace(block, lead="") for block in thread.blocks]
    asked = ""
    for number, block in enumerate(body):
        if not number and block.kind is BlockKind.HEADING and block.level == 1:  # of a message
            block = replace(block, kind=BlockKind.PARAGRAPH, level=0)
        block = _led(block, thread.senders, quoted)
        blocks.append(replace(block, lead=f"{asked} › {block.lead}") if asked else block)
        asked = _question(text[block.start : block.end]) if block.kind is BlockKind.QUOTATION else ""
    blocks.sort(key=lambda block: block.start)
    ends = {
        number: 1
        for number, (before, block) in enumerate(zip([None, *blocks], blocks, strict=False))
        if block.kind is BlockKind.CAPTION and (before is None or before.kind is not BlockKind.CAPTION)
    }
    if thread.subject and description.title is None:
        description = replace(description, title=make_description({"title": thread.subject}).title)
    return Document(description, text, tuple(blocks), ends)


def _question(quotation: str) -> str:
    """Return what a quotation asks at its end, "" if nothing."""
    shown = " ".join(_QUOTE_MARK.sub("", quotation).split())
    return re.split(r"(?<=[.!?])\s+", shown)[-1][-_LONGEST_LEAD:] if shown.endswith("?") else ""


def _heads(text: str) -> Iterator[tuple[list[re.Match[str]], list[re.Match[str]]]]:
    """Yield the lines above each run of fields that has a sender and a subject, and the fields."""
    place = 0
    above: list[re.Match[str]] = []
    while line := _LINE.search(text, place):
        fields: list[re.Match[str]] = []
        end = line.start()
        while field := _FIELD.match(text, end):
            fields.append(field)
            end = field.end() + 1
        names = {field["name"].lower() for field in fields}
        if names & _FROM and names & _SUBJECT:
            yield above, fields
        if line[0].strip():
            above = [line] if _ABOVE.fullmatch(line[0].strip()) else []
        place = fields[-1].end() if fields else line.end()


def _field_block(field: re.Match[str]) -> Block:
    name = field["name"].lower()
    if name in _SUBJECT:
        return Block(BlockKind.HEADING, field.start("value"), field.end(), level=1)
    return Block(BlockKind.CAPTION if name in _SEEN else BlockKind.CONTENTS, field.start(), field.end())


def _name(sender: str) -> str:
    """Return the name of a sender without the address, if there is one."""
    found = _NAME.fullmatch(sender)
    return (found["behind"] or found["before"]) if found else sender


def _led(block: Block, senders: Sequence[tuple[int, str]], quoted: Sequence[Block]) -> Block:
    """Return a block of a message with who writes it as its lead; a quotation with who is quoted."""
    if block.kind in (BlockKind.HEADING, BlockKind.CODE, BlockKind.CONTENTS):
        return block
    number = bisect_right(senders, block.start, key=lambda sender: sender[0]) - 1
    who = senders[number][1] if number >= 0 else ""
    if block.kind is BlockKind.QUOTATION:
        begins = senders[number][0] if number >= 0 else 0
        place = bisect_right(quoted, block.start, key=lambda quote: quote.start) - 1
        who = quoted[place].lead if place >= 0 and quoted[place].start >= begins else ""
        who = " ".join(who.split())
    return replace(block, lead=" › ".join(filter(None, (who, block.lead))))


def _without_quote_marks(document: Document) -> Document:
    text = document.text
    quotations = [block for block in document.blocks if block.kind is BlockKind.QUOTATION]
    cuts = [
        (block.start + mark.start(), block.start + mark.end())
        for block in quotations
        for mark in _QUOTE_MARK.finditer(text[block.start : block.end])
        if mark.start()
    ]
    if not cuts:
        return document
    starts = [start for start, _ in cuts]
    sizes = [0, *accumulate(end - start for start, end in cuts)]

    def moved(offset: int) -> int:
        return offset - sizes[bisect_right(starts, offset - 1)]

    kept = zip([0, *(end for _, end in cuts)], [*starts, len(text)], strict=True)
    blocks = [
        replace(
            block,
            start=moved(block.start),
            end=moved(block.end),
            cells=tuple(Cell(cell.column, moved(cell.start), moved(cell.end)) for cell in block.cells),
        )
        for block in document.blocks
    ]
    return replace(document, text="".join(text[start:end] for start, end in kept), blocks=tuple(blocks))
