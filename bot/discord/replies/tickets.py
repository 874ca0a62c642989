"""Tickets: what a click needs, written into the button's custom_id, so buttons work after a restart.

Tickets come back from outside: `parse_ticket` reads exactly what `custom_id` writes, and nothing else.
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import ClassVar, Self

from bot.discord.replies.markdown import cut, units
from bot.discord.replies.message_limits import CUSTOM_ID
from bot.wording import safe

PREFIX = "fn1:"  # the format's version: buttons of an older one are refused, never misread
QUERY_LIMIT = 80

_KEY = r"[\w-]{12}"
_DIGEST = r"[\w-]{8}"
_COUNT = r"0|[1-9]\d{0,8}"


def _template(pattern: str) -> re.Pattern[str]:
    return re.compile(PREFIX + pattern, re.ASCII)


def sentence_digest(sentence: str) -> str:
    """Return 8 characters that tell a sentence from what stands in its place once its article has changed."""
    digest = hashlib.blake2b(sentence.encode("utf-8", "surrogatepass"), digest_size=6).digest()
    return urlsafe_b64encode(digest).decode()


@dataclass(frozen=True, slots=True)
class ContextTicket:
    """Show the sentence `text[start:end]` of an article in context: `fn1:c:kAntsyJ4LhQf:364:543:ET4w3rZY`.

    `key` is the article's, `digest` the sentence's (`sentence_digest`).
    """

    TEMPLATE: ClassVar = _template(
        rf"c:(?P<key>{_KEY}):(?P<start>{_COUNT}):(?P<end>{_COUNT}):(?P<digest>{_DIGEST})"
    )

    key: str
    start: int
    end: int
    digest: str

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self | None:
        """Read a custom_id that matches the template; None if its sentence would be empty."""
        start, end = int(match["start"]), int(match["end"])
        return cls(match["key"], start, end, match["digest"]) if start < end else None

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}c:{self.key}:{self.start}:{self.end}:{self.digest}"


@dataclass(frozen=True, slots=True)
class SentenceMark:
    """The sentence that stays marked while a person pages: its number in the article from 0, its digest."""

    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class PageTicket:
    """Show a page of an article: `fn1:p:kAntsyJ4LhQf:+8:3:ET4w3rZY`.

    The page begins with the sentence `number`, from 0; with `earlier` it ends before that.
    """

    TEMPLATE: ClassVar = _template(
        rf"p:(?P<key>{_KEY}):(?P<direction>[+-])(?P<number>{_COUNT})(:(?P<mark>{_COUNT}):(?P<digest>{_DIGEST}))?"
    )

    key: str
    number: int
    earlier: bool = False
    mark: SentenceMark | None = None

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Read a custom_id that matches the template."""
        mark = SentenceMark(int(match["mark"]), match["digest"]) if match["mark"] else None
        return cls(match["key"], int(match["number"]), match["direction"] == "-", mark)

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        mark = f":{self.mark.number}:{self.mark.digest}" if self.mark else ""
        return f"{PREFIX}p:{self.key}:{'-' if self.earlier else '+'}{self.number}{mark}"


@dataclass(frozen=True, slots=True)
class MoreTicket:
    """Show the citations after the first `offset`: `fn1:m::3`, or `fn1:m:kAntsyJ4LhQf:3` for one article.

    `asked_in` is the key of the article that was asked in.
    """

    TEMPLATE: ClassVar = _template(rf"m:(?P<key>{_KEY})?:(?P<offset>{_COUNT})")

    asked_in: str | None
    offset: int

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Read a custom_id that matches the template."""
        return cls(match["key"], int(match["offset"]))

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}m:{self.asked_in or ''}:{self.offset}"


@dataclass(frozen=True, slots=True)
class VerdictTicket:
    """Say whether an answer was right: `fn1:v:yes:5d41402abc4b`, `fn1:v:no:5d41402abc4b:kAntsyJ4LhQf:@42`.

    `fingerprint` is that of the index that answered, `asked_in` the key of the article that was asked in,
    `asker` the id of who wrote the question, 0 if that is not known.
    """

    TEMPLATE: ClassVar = _template(
        rf"v:(?P<right>yes|no):(?P<index>[\w.-]{{1,48}})(:(?P<key>{_KEY}))?(:@(?P<asker>[1-9]\d{{0,19}}))?"
    )

    right: bool
    fingerprint: str
    asked_in: str | None = None
    asker: int = 0

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Read a custom_id that matches the template."""
        return cls(match["right"] == "yes", match["index"], match["key"], int(match["asker"] or 0))

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        asked_in = f":{self.asked_in}" if self.asked_in else ""
        asker = f":@{self.asker}" if self.asker else ""
        return f"{PREFIX}v:{'yes' if self.right else 'no'}:{self.fingerprint}{asked_in}{asker}"


@dataclass(frozen=True, slots=True)
class NoteTicket:
    """Add a note to the feedback in `row`: `fn1:n:7`, the custom_id of the button and of its form."""

    TEMPLATE: ClassVar = _template(rf"n:(?P<row>{_COUNT})")

    row: int

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self:
        """Read a custom_id that matches the template."""
        return cls(int(match["row"]))

    @property
    def custom_id(self) -> str:
        """The button's and the form's custom_id."""
        return f"{PREFIX}n:{self.row}"


@dataclass(frozen=True, slots=True)
class AnswerTicket:
    """Answer what the articles do not: `fn1:a`, the custom_id of the button and of its form."""

    TEMPLATE: ClassVar = _template("a")

    @classmethod
    def from_match(cls, _: re.Match[str]) -> Self:
        """Read a custom_id that matches the template."""
        return cls()

    @property
    def custom_id(self) -> str:
        """The button's and the form's custom_id."""
        return f"{PREFIX}a"


@dataclass(frozen=True, slots=True)
class ArticlesTicket:
    """Show a page, from 0, of the list of articles that match a query: `fn1:l:2:syria`; "" matches all.

    `fn1:o:2:syria` lists those that the server can change, which are its own; the other those that it sees.
    """

    TEMPLATE: ClassVar = _template(rf"(?P<kind>[lo]):(?P<page>{_COUNT}):(?P<query>.*)")

    page: int
    query: str
    changeable: bool = False

    @classmethod
    def from_match(cls, match: re.Match[str]) -> Self | None:
        """Read a custom_id that matches the template; None if its query is not clean."""
        query = match["query"]
        if clean_query(query) != query:
            return None
        return cls(int(match["page"]), query, match["kind"] == "o")

    @property
    def custom_id(self) -> str:
        """The button's custom_id."""
        return f"{PREFIX}{'o' if self.changeable else 'l'}:{self.page}:{self.query}"


Ticket = ContextTicket | PageTicket | MoreTicket | VerdictTicket | NoteTicket | AnswerTicket | ArticlesTicket
_KINDS: tuple[type[Ticket], ...] = (
    ContextTicket,
    PageTicket,
    MoreTicket,
    VerdictTicket,
    NoteTicket,
    AnswerTicket,
    ArticlesTicket,
)


def parse_ticket(custom_id: str) -> Ticket | None:
    """Read a custom_id; None unless it is, character for character, one that a ticket has."""
    if units(custom_id) > CUSTOM_ID:
        return None
    for kind in _KINDS:
        if match := kind.TEMPLATE.fullmatch(custom_id):
            return kind.from_match(match)
    return None


def clean_query(query: str) -> str:
    """Return the query on one line, safe to show, and short enough for a ticket."""
    return cut(safe(query).strip(), QUERY_LIMIT, end="").strip()
