"""Messages as the bot composes them, before discord.py sends them, and the lines in its own words."""

from dataclasses import dataclass
from math import ceil

import discord

from bot.discord.replies.tickets import MoreTicket, NoteTicket
from bot.small_talk import SmallTalk

GREEN, AMBER, BLUE = discord.Colour(0x2F9E6E), discord.Colour(0xD9A441), discord.Colour(0x5865F2)
QUOTE, BOLD = "> ", "**"
EMPTY_LINE = "\n\u200b\n"
"""Drawn below small print too, where Discord swallows an empty line without a character."""
TITLE_LIMIT = 160
"""Units of an article's title in a list or below a sentence."""
ADD_NOTE = "Add a note"

_WHAT_I_DO = "I answer questions over a library of articles and show the exact sentences that say so."
_SMALL_TALK = {
    SmallTalk.GREETING: f"Hello! {_WHAT_I_DO} Just ask me one.",
    SmallTalk.THANKS: "You're welcome! Just ask if there is more.",
    SmallTalk.GOODBYE: "Goodbye!",
    SmallTalk.HELP: f"{_WHAT_I_DO} Ask with `/ask`, mention me, or write to me directly; reply to an answer "
    "to ask on. `/articles` lists what I know, `/about` says more about me.",
}


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
    """A message within Discord's limits (`message_limits`).

    `rest` says after which citation an answer goes on, even if this was the last: whatever shortens the reply
    counts back from there. `cited` is the number of citations that it shows; one that the end of the message
    cuts off is none.
    """

    content: str | None = None
    embed: discord.Embed | None = None
    buttons: tuple[Button, ...] = ()
    rest: MoreTicket | None = None
    cited: int = 0


def notice(text: str) -> Reply:
    """Return a line of the bot's own words; text from elsewhere has to be escaped first."""
    return Reply(text)


def busy_reply(retry_after: float) -> Reply:
    """Say that too many questions are waiting."""
    return notice(f"I'm busy right now. Please try again in {ceil(retry_after)} s.")


def late_reply(retry_after: float) -> Reply:
    """Say that an answer took too long and was given up."""
    return notice(f"That took too long, so I gave up. I'm busy: please try again in {ceil(retry_after)} s.")


def cooldown_reply(seconds: float, *, for_server: bool = False) -> Reply:
    """Say that a person, or a server as a whole, asks faster than allowed."""
    if for_server:
        return notice(f"This server has asked a lot. The next question can come in {ceil(seconds)} s.")
    return notice(f"That's a lot of questions. You can ask the next one in {ceil(seconds)} s.")


def pause_reply(seconds: float) -> Reply:
    """Say that a person, or a server as a whole, uses commands or buttons faster than allowed."""
    return notice(f"That's a lot at once. You can go on in {ceil(seconds)} s.")


def small_talk_reply(talk: SmallTalk) -> Reply:
    """Answer what asks the articles nothing."""
    return notice(_SMALL_TALK[talk])


def article_gone_reply() -> Reply:
    """Say that what a button showed is no longer there."""
    return notice("That article has changed, or is no longer in the library. Ask again to see what is.")


def unknown_button_reply() -> Reply:
    """Say that a button is not one of this bot's."""
    return notice("I don't know that button. Please ask again.")


def verdict_reply(row: int, *, changed_to: bool | None = None) -> Reply:
    """Say that a verdict was stored, and offer to add a note to it.

    If the same person had said the opposite before, `changed_to` is the new verdict.
    """
    said = {None: "noted", True: "changed to right", False: "changed to wrong"}[changed_to]
    return Reply(f"Thanks, {said}.", buttons=(Button(ADD_NOTE, NoteTicket(row).custom_id),))
