"""Asking, and pressing the buttons of a reply by what they are for."""

from collections.abc import Callable
from typing import Any

from bot.discord.replies.reply import article_gone_reply, unknown_button_reply, verdict_reply
from bot.discord.replies.tickets import (
    ContextTicket,
    MoreTicket,
    NoteTicket,
    Ticket,
    VerdictTicket,
    parse_ticket,
)
from tests.fake_discord import FakeDiscord, Interaction, Message
from tests.fake_discord.world import User

RAQQA = "Who predicts the fight for Raqqa will be long and hard?"
ANSWER = "Steve Townsend"
COALITION = "coalition-strikes-near-al-tanf"
NOWHERE = "What is the price of bitcoin in Tuvalu?"
FORGED, GONE = unknown_button_reply().content, article_gone_reply().content
THANKS = str(verdict_reply(1).content)
PRIVATE = 1 << 6
CONTEXT, MORE, RIGHT, WRONG, NOTE = "context", "more", "right", "wrong", "note"
PURPOSES: dict[str, Callable[[Ticket | None], bool]] = {
    CONTEXT: lambda ticket: isinstance(ticket, ContextTicket),
    MORE: lambda ticket: isinstance(ticket, MoreTicket),
    RIGHT: lambda ticket: isinstance(ticket, VerdictTicket) and ticket.right,
    WRONG: lambda ticket: isinstance(ticket, VerdictTicket) and not ticket.right,
    NOTE: lambda ticket: isinstance(ticket, NoteTicket),
}


class BrokenQueue:
    """Stands for a question queue in which all work fails."""

    INNARDS = "/srv/bees/config.toml"

    async def run(self, *_: object) -> Any:
        raise RuntimeError(self.INNARDS)


async def ask(discord: FakeDiscord, question: str = RAQQA, **options: object) -> Message:
    """Ask, and return the reply."""
    world = discord.world
    asked = await discord.slash(world.user, world.channel, "ask", question=question, **options)
    await asked.done()
    assert asked.message is not None
    return asked.message


def button(message: Message | None, what: str) -> str:
    """Return the custom_id of a message's first button for a purpose or with a label."""
    assert message is not None
    for button in message.buttons:
        if PURPOSES.get(what, lambda _: False)(parse_ticket(button["custom_id"])) or button["label"] == what:
            return str(button["custom_id"])
    raise AssertionError(f"no button {what!r} in {message!r}")


async def press(
    discord: FakeDiscord, message: Message | None, what: str, by: User | None = None
) -> Interaction:
    """Press a button, and wait for what comes of it."""
    assert message is not None
    clicked = await discord.click(by or discord.world.user, message, button(message, what))
    return await clicked.done()


async def forge(
    discord: FakeDiscord, message: Message | None, custom_id: str, by: User | None = None
) -> Interaction:
    """Press a button that is not there, and wait for what comes of it."""
    assert message is not None
    return await (await discord.click(by or discord.world.user, message, custom_id, forged=True)).done()


def seen(clicked: Interaction) -> str:
    """Return the one private message that a click brought, besides the message that was clicked."""
    shown = [message for message in (clicked.message, *clicked.followups) if message and not message.deleted]
    shown = [message for message in shown if message is not clicked.source]
    assert len(shown) == 1, shown
    assert shown[0].ephemeral
    return shown[0].text


def labels(message: Message | None) -> list[str]:
    assert message is not None
    return [button["label"] for button in message.buttons]
