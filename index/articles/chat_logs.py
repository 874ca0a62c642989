"""Chat logs and minutes: each message is a block, which begins with the name of its speaker."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from index.articles.document import Document
from index.records import Block, BlockKind

FEWEST_MESSAGES = 3
"""Messages that a text needs to be a transcript."""

LONGEST_QUESTION = 160
"""Characters of a question, its end, that is seen with its answer."""

_CLOCK = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:[\s\u202f]?[AaPp]\.?[Mm]\.?)?"
_DATE = r"(?:\d{1,4}[/.-](?:\d{1,2}|[A-Z][a-z]{2})[/.-]\d{1,4}|(?:Today|Yesterday)(?: at)?)"
_TIME = rf"(?:{_DATE},?\s(?:at\s)?)?{_CLOCK}"
# "08 Feb", "8. Februar", "Feb 8th", "8-Feb", "8 de febrero", in any language
_DAY_AND_MONTH = (
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?[\s/.-]{1,2}(?:de\s)?[^\W\d_]{3,10}\.?"
    r"|[^\W\d_]{3,10}\.?[\s/.-]{1,2}\d{1,2}(?:st|nd|rd|th)?)"
)
_YEAR = r"(?:(?:,?\s|[/.-])(?:de\s)?(?:\d{4}|'?\d\d)(?![\d:]|\.\d))"
# "Thu 8 Feb", "08/02", "08.02.", "Mon", "Today at"
_ANY_DATE = (
    rf"(?:(?:[^\W\d_]{{2,10}}\.?,?\s)?(?:{_DAY_AND_MONTH}{_YEAR}?|\d{{1,4}}(?:[/.-]\d{{1,4}}){{1,2}}\.?)"
    r"|[^\W\d_]{2,10}\.?)"
)
_EXACT_CLOCK = rf"{_CLOCK}(?:[.,]\d{{1,6}})?(?:\s?(?:Z|[A-Z]{{3,4}}|[+-]\d\d:?\d\d))?"
# "08 Feb 18:02", "Feb 8, 2024 at 6:02 PM", "2024-02-08T18:02:11Z", "18:02, 8 Feb"
_ANY_TIME = rf"(?:(?:{_ANY_DATE}(?:,?\s(?:at\s|[-–—]\s)?|,|T))?{_EXACT_CLOCK}|{_EXACT_CLOCK},?\s{_ANY_DATE})"
# A date whose month is a name stands in brackets, or has its year and a dash behind it: programmes have such,
# "8 Feb 18:00 Training: in the hall".
_STAMP = (
    rf"(?P<time>(?<=[\[(]){_ANY_TIME}(?=[\])])"
    rf"|{_DAY_AND_MONTH}{_YEAR},?\s{_CLOCK}(?=\s[-–—]\s)|{_TIME})"
)
_NAME = r"[^\s<>\[\]:](?:[^<>\[\]:\n]{0,38}?[^\s<>\[\]:])?"
# "[14:02] <mara> …", "14:02 <mara> …", "<mara> …"
_IRC = re.compile(rf"(?:\[?(?P<time>{_ANY_TIME})\]?\s+)?<[\s@+%~&]?(?P<name>[^>\s]{{1,32}})>\s+(?P<said>\S)")
# "2024-03-12 14:02:11\t@mara\t…", as WeeChat writes them
_TABBED = re.compile(
    r"(?P<time>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)\t[@+%~&]?(?P<name>[^\W_][^\s<>]{0,31})\t(?P<said>\S)"
)
# "12/03/2024, 14:02 - Mara: …", "[08 Feb 18:02] Mara: …", "[14:02] Mara: …", "(14:02) Mara: …"
_TIMED = re.compile(rf"\u200e?[\[(]?{_STAMP}[\])]?\s?(?:[-–—]\s)?[~@]?\s?(?P<name>{_NAME}):\s+(?P<said>\S)")
# "[12-Mar-24 02:02 PM] mara" before lines of what she says
_HEADER = re.compile(rf"\[(?P<time>{_ANY_TIME})\]\s(?P<name>{_NAME})(?:\s\(pinned\))?$")
# "mara — Today at 14:02" before lines of what she says
_HEADER_TIME_LAST = re.compile(rf"(?P<name>{_NAME})\s+[—–]\s+(?P<time>(?:{_DATE},?\s)?{_CLOCK})$")
# "[14:02] * mara is away", "2024-03-12 14:02:11\t *\tmara is away": what is said of somebody who speaks
_DOES = re.compile(
    rf"\[?(?P<time>{_ANY_TIME})\]?\s+\*\s+(?P<name>[^\s:]{{1,32}})\s+"
    r"(?!(?:has\s|is\snow\s)?(?:joined|left|parted|quit|known|changed|set|kicked|been)\b"
    r"|(?:joins|leaves|parts|quits|sets|kicks|gives|removes|changes)\b)(?P<said>\S)"
)
# "[14:02] * mara joined", "14:02 -!- mara has quit", "--- Day changed", "12/03/2024, 14:02 - Mara added Tom"
_SYSTEM = re.compile(
    rf"\u200e?(?:\[?{_ANY_TIME}\]?\s+(?:-\s)?)?(?:\*{{1,4}}\s|-!-\s|-->|<--|={{2,}}|=!=)"
    rf"|{_ANY_TIME}\t(?:--|\s\*)\t|-{{3}}\s(?:Log|Day)\s"
    rf"|\u200e?(?:\[{_ANY_TIME}\]|{_TIME}|{_DAY_AND_MONTH}{_YEAR},?\s{_CLOCK})\s[-–—]\s\S"
)
_OF_PROGRAM = re.compile(r"\*|-!-|--")  # what stands in place of a name
# What a program says in place of a message.
_NOTICE = re.compile(
    r"\W*(?:<?(?:media|image|video|audio|sticker|gif|document|attachment)s? omitted>?|null|"
    r"(?:this message was|you) deleted(?: this message| by .*)?|waiting for this message.*|"
    r"messages and calls are end-to-end encrypted.*|missed (?:group )?(?:voice|video) call.*|"
    r"\S+\.\w{2,4} \(file attached\)|joined the server|pinned a message.*|started a call.*|"
    r"\{\w+\}|https?://\S+)\W*$",
    re.IGNORECASE,
)
# What WhatsApp says itself, in any language: "<Medien ausgeschlossen>", and on iPhones behind U+200E, but for
# the lines of a poll, "\u200ePOLL:"
_SAID_BY_PROGRAM = re.compile(r"<[^<>\n]{1,80}>$|\u200e(?!OPTION\b)[^\n]*[^:\n]$")
# "<This message was edited>" behind a message
_EDITED = re.compile(r"(?:\u200e<[^<>\n]{1,80}>|<This message was edited>)$")
_EXPORTED = re.compile(r"Exported \d+ message\(s\)|(?:Guild|Channel|Topic|After|Before): ")
# "MARA: …", "Chair (Tom Reed): …", "mira: …", at the beginning of a block
_SPEAKER = re.compile(
    r"(?P<name>[a-z_][\w.-]{1,24}|[A-Z][\w.'’-]*(?:\s(?:[A-Z][\w.'’-]*|of|the|de|van|von|and|\d{1,2})){0,4})"
    r"(?P<role>\s\([^()\n]{1,48}\)|\s\[[^\[\]\n]{1,48}\])?:\s+(?=\S)"
)
# "who renews it", "how many do we need", "does anyone know", not "do not forget" or "when i come"
_ASKS = re.compile(
    r"(?:and |so |but )?(?:(?:who|whom|whose|which|why)\b"
    r"|(?:what|when|where|how)\s(?!(?:i|we|you|he|she|it|they)\b)"
    r"|(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have)\s"
    r"(?:i|we|you|he|she|it|they|there|any\w+|some(?:one|body)|the|this|that)\b|any(?:one|body)\b)",
    re.IGNORECASE,
)
_MESSAGE_KINDS = frozenset(
    (BlockKind.PARAGRAPH, BlockKind.DEFINITION, BlockKind.QUESTION, BlockKind.LIST_ITEM)
)


def chat_blocks(text: str) -> tuple[Block, ...] | None:
    """Return the blocks of a chat log whose lines say who speaks, or None if `text` is none.

    What a program says (who joined, what is left out) and the head of an export become contents lines.
    """
    lines = [
        (match.start() + match[0].index(shown), shown)
        for match in re.finditer(r"[^\n\f]+", text)
        if any(map(str.isalnum, shown := match[0].strip()))
    ]
    messages = [_message(shown) for _, shown in lines]
    headers = [
        None if message else (_HEADER.match(shown) or _HEADER_TIME_LAST.match(shown))
        for message, (_, shown) in zip(messages, lines, strict=True)
    ]
    by_header = _is_log(headers, len(lines) / 8)
    if not by_header and not _is_log(messages, len(lines) / 3):
        return None
    names = {message["name"] for message in messages if message}
    blocks: list[Block] = []
    speaker: Block | None = None
    for (start, shown), said, header in zip(lines, messages, headers, strict=True):
        message = said or _deed(shown, names)
        found = message or (header if by_header else None)
        if found:
            end = start + (_end_of_message(shown, message) if message else found.end("name"))
            lead = message_lead(found["name"], found["time"])
            speaker = Block(BlockKind.MESSAGE, start + found.start("name"), end, lead=lead)
            notice = message and _is_notice(shown, message.start("said"))
            blocks.append(replace(speaker, kind=BlockKind.CONTENTS) if notice else speaker)
        elif _EXPORTED.match(shown) or _is_notice(shown) or _SYSTEM.match(shown):
            blocks.append(Block(BlockKind.CONTENTS, start, start + len(shown)))
        elif speaker is None:
            blocks.append(Block(BlockKind.PARAGRAPH, start, start + len(shown)))
        elif blocks[-1] is speaker:
            blocks[-1] = speaker = replace(speaker, end=start + len(shown))
        else:
            speaker = replace(speaker, start=start, end=start + len(shown))
            blocks.append(speaker)
    return tuple(with_questions(text, blocks))


def with_speakers(document: Document) -> Document:
    """Return a document whose blocks are messages if they say who speaks: minutes, interviews, scripts.

    At least three blocks do, one speaker speaks twice, and they say sentences: else "Name: …" is a form.
    """
    if any(block.kind is BlockKind.MESSAGE for block in document.blocks):
        return document  # a chat log
    said = {
        number: match
        for number, block in enumerate(document.blocks)
        if block.kind in _MESSAGE_KINDS and (match := _SPEAKER.match(document.text, block.start, block.end))
    }
    names = [match["name"] for match in said.values()]
    words = sum(
        len(document.text[match.end() : document.blocks[number].end].split())
        for number, match in said.items()
    )
    if (
        len(names) < max(FEWEST_MESSAGES, len(document.blocks) / 3)
        or words < 4 * len(names)
        or _is_form(names)
    ):
        return document
    blocks = list(document.blocks)
    for number, match in said.items():
        lead = match["name"] + (match["role"] or "")
        blocks[number] = replace(blocks[number], kind=BlockKind.MESSAGE, lead=lead, level=0)
    return replace(document, blocks=tuple(with_questions(document.text, blocks)))


def _message(shown: str) -> re.Match[str] | None:
    """Match a line that begins with its speaker, unlike 'Mara changed the subject to "Fair: May"'."""
    match = _IRC.match(shown) or _TABBED.match(shown) or _TIMED.match(shown)
    if match is None or _OF_PROGRAM.match(match["name"]):
        return None
    name = match["name"]
    is_cut = name.count('"') % 2 or any(name.count(a) != name.count(b) for a, b in ("“”", "«»"))
    return None if is_cut else match


def _deed(shown: str, names: Collection[str]) -> re.Match[str] | None:
    """Match a line that says what one of `names` does: "14:02 * mara is away"."""
    match = _DOES.match(shown)
    return match if match and match["name"] in names else None


def _end_of_message(shown: str, message: re.Match[str]) -> int:
    """Return the end of what is said, before a note that it was edited."""
    edited = _EDITED.search(shown, message.start("said") + 1)
    return len(shown[: edited.start()].rstrip()) if edited else len(shown)


def _is_notice(shown: str, start: int = 0) -> bool:
    """Tell whether a line, from `start` on, is what a program says in place of a message."""
    return _NOTICE.match(shown, start) is not None or _SAID_BY_PROGRAM.match(shown, start) is not None


def _is_log(messages: Sequence[re.Match[str] | None], fewest: float) -> bool:
    """Tell whether lines are messages: enough of them, and somebody speaks twice or has `<name>`."""
    names = [message["name"] for message in messages if message]
    if len(names) < max(FEWEST_MESSAGES, fewest):
        return False
    return len(set(names)) < len(names) or any(message and message.re is _IRC for message in messages)


def _is_form(names: Sequence[str]) -> bool:
    """Tell whether names are keys: none comes twice, only one does, or they come in the same order again."""
    distinct = list(dict.fromkeys(names))
    if len(distinct) in (1, len(names)):
        return True
    again = [distinct[number % len(distinct)] for number in range(len(names))]
    return len(distinct) > 2 and again == list(names)


def message_lead(name: str, time: str | None) -> str:
    """Return what introduces a message: who wrote it, and when."""
    return f"{name}, {time}" if time else name


def with_questions(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Make questions of the messages that only ask, and put what is asked before the speaker who answers."""
    asked = ""
    led: list[Block] = []
    for block in blocks:
        if block.kind is BlockKind.MESSAGE:
            if asked and led[-1].kind is not BlockKind.QUESTION:  # else the outline does
                block = replace(block, lead=f"{asked} › {block.lead}")
            said = re.split(r"[>:]\s+|[\t\n]", text[block.start : block.end], maxsplit=1)[-1]
            *before, last = re.split(r"(?<=[.!?])\s+", said.strip())
            asked = ""
            shown = " ".join(text[block.start : block.end].split())
            if last.endswith("?") or (not before and _ASKS.match(last) and not last.endswith(".")):
                asked = shown[-LONGEST_QUESTION:]
                if all(sentence.endswith("?") for sentence in before):
                    block = replace(block, kind=BlockKind.QUESTION)
        led.append(block)
    return led
