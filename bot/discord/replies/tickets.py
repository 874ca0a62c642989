"""What a click needs, in the button's own custom_id: buttons work after a restart, and nothing is stored.

A ticket is text that comes back from outside: `parse` reads exactly what `custom_id` writes, nothing else.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass

from bot.discord.replies.markdown import cut, units
from bot.discord.replies.message_limits import CUSTOM_ID
from bot.wording import safe

PREFIX = "fn1:"  # the format's version: a button of an older one is refused, never misread
QUERY_LIMIT = 80

_KEY = r"[\w-]{12}"
_DIGEST = r"[\w-]{8}"
_COUNT = r"0|[1-9]\d{0,8}"


def sentence_digest(sentence: str) -> str:
    """Return 8 characters that tell a sentence from what stands in its place after its article changed."""
    digest = hashlib.blake2b(sentence.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return urlsafe_b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class ContextTicket:
    """Show the sentence `text[start:end]` of an article in its passage.

    `key` is the article's, `digest` the sentence's (`sentence_digest`).
    """

    key: str
    start: int
    end: int
    digest: str

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}c:{self.key}:{self.start}:{self.end}:{self.digest}"


@dataclass(frozen=True, slots=True)
class Mark:
    """The sentence that stays marked while a person pages: its number in the article from 0, its digest."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class PageTicket:
    """Show a page of an article: from the sentence `number` on, or with `earlier` what stands before it.

    Sentences are numbered from 0.
    """

    key: str
    number: int
    earlier: bool = False
    mark: Mark | None = None

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        mark = f":{self.mark.number}:{self.mark.digest}" if self.mark else ""
        return f"{PREFIX}p:{self.key}:{'-' if self.earlier else '+'}{self.number}{mark}"


@dataclass(frozen=True, slots=True)
class MoreTicket:
    """Show the citations after the first `first` ones; `asked_in` is the key of the article asked in."""

    asked_in: str | None
    first: int

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}m:{self.asked_in or ''}:{self.first}"


@dataclass(frozen=True, slots=True)
class VerdictTicket:
    """Say whether an answer was right; `fingerprint` is that of the index that gave it.

    `asked_in` is the key of the article asked in.
    """

    right: bool
    fingerprint: str
    asked_in: str | None = None

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        asked_in = f":{self.asked_in}" if self.asked_in else ""
        return f"{PREFIX}v:{'yes' if self.right else 'no'}:{self.fingerprint}{asked_in}"


@dataclass(frozen=True, slots=True)
class NoteTicket:
    """Add a note to the feedback in `row`; the custom_id of the button and of the form that it opens."""

    row: int

    @property
    def custom_id(self) -> str:
        """The button's and the form's custom_id."""
        return f"{PREFIX}n:{self.row}"


@dataclass(frozen=True, slots=True)
class ArticlesTicket:
    """Show a page of the list of articles, from 0, among those that a query finds; "" finds all."""

    page: int
    query: str

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}l:{self.page}:{self.query}"


Ticket = ContextTicket | PageTicket | MoreTicket | VerdictTicket | NoteTicket | ArticlesTicket


def clean_query(query: str) -> str:
    """Return the query on one line, safe to show, and short enough for a ticket."""
    return cut(safe(query).strip(), QUERY_LIMIT, end="").strip()


def _context(match: re.Match[str]) -> ContextTicket | None:
    start, end = int(match["start"]), int(match["end"])
    return ContextTicket(match["key"], start, end, match["digest"]) if start < end else None


def _page(match: re.Match[str]) -> PageTicket | None:
    mark = Mark(int(match["mark"]), match["digest"]) if match["mark"] else None
    return PageTicket(match["key"], int(match["number"]), match["way"] == "-", mark)


def _articles(match: re.Match[str]) -> ArticlesTicket | None:
    query = match["query"]
    return ArticlesTicket(int(match["page"]), query) if clean_query(query) == query else None


_KINDS = (
    (rf"c:(?P<key>{_KEY}):(?P<start>{_COUNT}):(?P<end>{_COUNT}):(?P<digest>{_DIGEST})", _context),
    (
        rf"p:(?P<key>{_KEY}):(?P<way>[+-])(?P<number>{_COUNT})(:(?P<mark>{_COUNT}):(?P<digest>{_DIGEST}))?",
        _page,
    ),
    (rf"m:(?P<key>{_KEY})?:(?P<first>{_COUNT})", lambda m: MoreTicket(m["key"], int(m["first"]))),
    (
        rf"v:(?P<right>yes|no):(?P<index>[\w.-]{{1,64}})(:(?P<key>{_KEY}))?",
        lambda m: VerdictTicket(m["right"] == "yes", m["index"], m["key"]),
    ),
    (rf"n:(?P<row>{_COUNT})", lambda m: NoteTicket(int(m["row"]))),
    (rf"l:(?P<page>{_COUNT}):(?P<query>.*)", _articles),
)
_PATTERNS = tuple((re.compile(pattern, re.ASCII), make) for pattern, make in _KINDS)


def parse(custom_id: str) -> Ticket | None:
    """Read a custom_id; None where it is not, character for character, one that a ticket has."""
    if not custom_id.startswith(PREFIX) or units(custom_id) > CUSTOM_ID:
        return None
    for pattern, make in _PATTERNS:
        if match := pattern.fullmatch(custom_id, len(PREFIX)):
            return make(match)
    return None
