"""Text of articles, titles and questions, escaped so that Discord shows each character as itself.

A backslash before punctuation makes Discord show that character and nothing else of it. Unlike
`discord.utils.escape_markdown`, this must be invertible: questions are read back from messages. Lengths are
UTF-16 units (`message_limits`).
"""

import re
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from urllib.parse import quote, urlsplit

from bot.wording import safe, safe_link
from index.segmentation.characters import grapheme_clusters

ELLIPSIS = "…"
UNTITLED = "untitled"
URL_LIMIT = 500  # a longer link would crowd out what people read

_BREAK = "\u200b"  # between @ and everyone: no escape keeps Discord's server from seeing that mention
_MARKUP = re.compile(
    r"[\\*_~|`<\[\]]"  # emphasis, spoilers, code, mentions, timestamps, custom emoji, masked links
    r"|(?<=<)[@#/:]"  # so that not even the raw text holds a mention
    r"|:(?=//)"  # bare links of any scheme
    r"|(?<=discord)\.(?=\w+/)|(?<=discordapp)\.(?=\w+/)",  # invitations are found without a scheme
    re.IGNORECASE,
)
_EMOJI = re.compile(r":\S*:")  # by their names
_LINE = re.compile(r"\s*(?:[>#+-]|\d+[.)])")  # quotes, headers, small print and lists, at a line's start
_MENTION = re.compile(r"@(?=everyone|here)", re.IGNORECASE)
_ESCAPED = re.compile(rf"\\([^0-9A-Za-z\s])|(?<=@){_BREAK}")
# an escape such as \*, the broken @ of a mention, or any other character
_PIECE = re.compile(rf"\\[^0-9A-Za-z\s]|@{_BREAK}|[\s\S]")
_UNLINKABLE = re.compile(r"[\[\]]|://")  # Discord takes a link with such a title for text
_WORD_REACH = 16  # characters that a cut goes back to the last space, at most


def units(text: str) -> int:
    """Count the UTF-16 units of `text`."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def escape(text: str) -> str:
    """Return `text` on one line (`bot.wording.safe`), escaped so that Discord shows it as it is."""
    return "".join(_escaped(safe(text)))


def unescape(text: str) -> str:
    """Return the text that was escaped, as `bot.wording.safe` leaves it."""
    return _ESCAPED.sub(lambda match: match[1] or "", text)


def escape_to_fit(text: str, limit: int) -> str:
    """Return `text` escaped, without space around it, and shortened to `limit` units."""
    return cut(escape(text).strip(), limit)


def cut(text: str, limit: int, end: str = ELLIPSIS) -> str:
    """Return `text` shortened to `limit` units, with `end` in place of the missing rest.

    Never cuts inside an escape, a letter with its accents or an emoji; cuts between words if a space is near.
    """
    if units(text) <= limit:
        return text
    room = limit - units(end)
    return "".join(_fitting(_atoms(_PIECE.findall(text)), room)).rstrip() + end if room >= 0 else ""


def emphasize(text: str, span: tuple[int, int] | None, limit: int) -> str:
    """Escape a sentence with `text[start:stop]` in bold, shortened to `limit` units around the bold words.

    `limit` is at least 16. Space at the ends of the bold words stays outside the marks, because some of
    Discord's clients would show the marks instead.
    """
    start, stop = span or (0, 0)
    longest = limit + 1  # one more character than fits: whatever lies beyond it cannot matter
    before, words = safe(text[:start])[-longest:], safe(text[start:stop])[:longest]
    after = safe(text[stop:])[:longest]
    bare = words.strip()
    if not bare:
        return cut("".join(_escaped(safe(text)[:longest])), limit)
    first = len(before) + len(words) - len(words.lstrip())
    last = first + len(bare)
    pieces = _escaped(before + words + after)
    head, body, tail = pieces[:first], pieces[first:last], pieces[last:]
    room = limit - len("****") - _length(body)
    if room >= _length(head) + _length(tail):
        return f"{''.join(head)}**{''.join(body)}**{''.join(tail)}"
    room -= 2 * units(ELLIPSIS)
    if room < 0:
        shown = cut("".join(body), limit - len("****") - 2 * units(ELLIPSIS))
        return f"{ELLIPSIS if head else ''}**{shown}**{ELLIPSIS if tail else ''}"
    ahead = min(_length(head), max(room // 2, room - _length(tail)))
    near = "".join(reversed(_fitting(_atoms(head)[::-1], ahead)))
    following = "".join(_fitting(_atoms(tail), room - units(near)))
    opening = near if units(near) == _length(head) else ELLIPSIS + near.lstrip()
    closing = following if units(following) == _length(tail) else following.rstrip() + ELLIPSIS
    return f"{opening}**{''.join(body)}**{closing}"


def link(title: str, url: str | None, limit: int) -> str:
    """Return the escaped `title`, shortened to `limit` units, linked to `url` if that is a web address."""
    shown = escape_to_fit(title, limit) or UNTITLED
    address = web_address(url)
    if not address:
        return shown
    if _UNLINKABLE.search(title) or not any(map(str.isalnum, title)):
        return f"{shown} ([link](<{address}>))"
    return f"[{shown}](<{address}>)"


def web_address(url: str | None) -> str | None:
    """Return `url` in plain ASCII, without what would end a masked link; None if it must not be linked.

    Not linked are addresses other than http(s), very long ones, and those whose user name hides the host.
    """
    if not (url := safe_link(url)):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return None
    if not re.fullmatch(r"[a-z0-9.-]+", host) or "@" in parts.netloc:
        return None
    rest = quote(url[url.index("//") + 2 + len(parts.netloc) :], safe="%/?#!$&'+,;=:@~_.-")
    address = f"{parts.scheme}://{host}{port}{_MENTION.sub('%40', rest)}"
    return address if len(address) <= URL_LIMIT else None


def _escaped(text: str) -> list[str]:
    """Return what Discord needs for each character of a safe text, in order."""
    pieces = list(text)
    for name in _EMOJI.finditer(text):
        pieces[slice(*name.span())] = ["\\:" if character == ":" else character for character in name[0]]
    if line := _LINE.match(text):
        pieces[line.end() - 1] = f"\\{pieces[line.end() - 1]}"
    for match in _MARKUP.finditer(text):
        pieces[match.start()] = f"\\{match[0]}"
    for match in _MENTION.finditer(text):
        at = match.start()
        pieces[at] += _BREAK
    return pieces


def _length(pieces: Iterable[str]) -> int:
    return sum(map(units, pieces))


def _atoms(pieces: Iterable[str]) -> list[str]:
    """Join pieces of escaped text that are parts of what a person sees as one character."""
    pieces = list(pieces)
    ends = set(accumulate(map(len, grapheme_clusters("".join(pieces)))))
    atoms, atom, end = [], "", 0
    for piece in pieces:
        atom += piece
        end += len(piece)
        if end in ends:
            atoms.append(atom)
            atom = ""
    return atoms


def _fitting(atoms: list[str], room: int) -> list[str]:
    """Return the first atoms that fit into `room`; if that would cut a word, up to a space nearby."""
    count = bisect_right(list(accumulate(map(units, atoms))), room)
    if count < len(atoms) and not atoms[count].isspace():
        nearby = range(count - 1, max(count - _WORD_REACH, count // 2), -1)
        count = next((at for at in nearby if atoms[at].isspace()), count)
    return atoms[:count]
