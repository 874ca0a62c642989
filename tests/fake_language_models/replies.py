"""Replies of the fake server: what it says, how fast, and how it ends."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto


class Ending(Enum):
    """How a reply ends."""

    WHOLE = auto()
    """As it should: the last message says that it is the last."""
    LENGTH = auto()
    """It says that the limit of tokens is reached."""
    CUT = auto()
    """The connection is closed in the middle."""
    UNFINISHED = auto()
    """It ends in good order, but nothing says that it is whole."""
    GARBAGE = auto()
    """What comes last is none of the protocol's messages."""
    HELD = auto()
    """Nothing more comes until the server is stopped."""


@dataclass(frozen=True)
class Reply:
    """One reply: its `pieces`, one message each; or an error, if `status` is not 200.

    `pause` is the time in seconds before each piece; `bytewise` sends each message byte by byte with it.
    """

    pieces: Iterable[str] = ()
    status: int = 200
    ending: Ending = Ending.WHOLE
    pause: float = 0.0
    bytewise: bool = False
    thoughts: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def say(text: str, ending: Ending = Ending.WHOLE, pause: float = 0.0) -> Reply:
    """Return a reply of this text, a few characters a piece, as models send it."""
    return Reply(tuple(text[at : at + 5] for at in range(0, len(text), 5)), ending=ending, pause=pause)


def endless(text: str) -> Reply:
    """Return a reply that says the same again and again, without an end."""
    return Reply(itertools.repeat(text))
