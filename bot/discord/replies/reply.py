"""TODO."""

from dataclasses import dataclass
from math import ceil

import discord

from bot.discord.replies.tickets import MoreTicket, NoteTicket

ADD_NOTE = "Add a note"


GREEN, AMBER, BLUE = discord.Colour(0x2F9E6E), discord.Colour(0xD9A441), discord.Colour(0x5865F2)


QUOTE, BOLD = "> ", "**"


EMPTY_LINE = (
    "\n\u200b\n"  # one that Discord draws below small print, too: it swallows those without a character
)


@dataclass(frozen=True, slots=True)
class Button:
    """One button; `custom_id` is a ticket's, `row` is counted from 0."""

    label: str
    custom_id: str
    style: discord.ButtonStyle = discord.ButtonStyle.secondary
    row: int = 0
    emoji: str | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A message; nothing in it is more than Discord takes (`limits`).

    `rest` is where an answer's citations go on, whether there are more or not: for who shows fewer.
    """

    content: str | None = None
    embed: discord.Embed | None = None
    buttons: tuple[Button, ...] = ()
    rest: MoreTicket | None = None


def notice(text: str) -> Reply:
    """Return a line of the bot's own words; what comes from elsewhere has to be escaped before."""
    return Reply(text)


def busy_reply(retry_after: float) -> Reply:
    """Say that too many questions wait."""
    return notice(f"I'm busy right now. Please try again in {ceil(retry_after)} s.")


def late_reply(retry_after: float) -> Reply:
    """Say that an answer took too long and was given up."""
    return notice(f"That took too long, so I gave up. I'm busy: please try again in {ceil(retry_after)} s.")


def cooldown_reply(seconds: float, *, of_server: bool = False) -> Reply:
    """Say that somebody, or a server as a whole, asks faster than they may."""
    if of_server:
        return notice(f"This server has asked a lot. The next question can come in {ceil(seconds)} s.")
    return notice(f"That's a lot of questions. You can ask the next one in {ceil(seconds)} s.")


def gone_reply() -> Reply:
    """Say that what a button showed is no longer there."""
    return notice("That article has changed, or is no longer in the library. Ask again to see what is.")


def forged_reply() -> Reply:
    """Say that a button is none of this bot's."""
    return notice("I don't know that button. Please ask again.")


def noted_reply(row: int, *, changed_to: bool | None = None) -> Reply:
    """Say that a verdict was kept, and offer to add a note to it.

    `changed_to` says whether the answer is right now, where the same person said the opposite before.
    """
    said = {None: "noted", True: "changed to right", False: "changed to wrong"}[changed_to]
    return Reply(f"Thanks, {said}.", buttons=(Button(ADD_NOTE, NoteTicket(row).custom_id),))
