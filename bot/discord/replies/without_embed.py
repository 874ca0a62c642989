"""Replies for channels in which the bot may not embed links: Discord drops their embeds silently."""

from dataclasses import replace

import discord

from bot.discord.account.permissions import granted_permissions, name_of
from bot.discord.replies import message_limits
from bot.discord.replies.answer_reply import MORE_LABEL
from bot.discord.replies.markdown import cut, escape, units
from bot.discord.replies.reply import BOLD, EMPTY_LINE, Button, Reply
from bot.discord.replies.tickets import MoreTicket, parse_ticket

MISSING_PERMISSION = f"-# I could show this better here with the permission **{name_of('embed_links')}**."

SHORTEST_ANSWER = 200
"""Units that an answer keeps, at least, for the sake of the sentence that supports it."""


def may_embed(message: discord.Message) -> bool:
    """Tell whether Discord shows embeds in a message's channel, as far as the bot knows."""
    permissions = granted_permissions(message)
    return permissions is None or permissions.embed_links


def without_embed(reply: Reply, *, name_permission: bool) -> Reply:
    """Return a reply as text alone; its buttons still work (`read_back`).

    The first citation always stands: if there is no room, the answer is shortened, then the question. Others
    that do not fit are left for "More sources". With `name_permission` the reply names the missing
    permission.
    """
    if reply.embed is None:
        return reply
    footer = reply.embed.footer.text
    below = f"\n-# {escape(footer)}" if footer else ""
    end = f"\n{MISSING_PERMISSION}" if name_permission else ""
    room = message_limits.CONTENT - units(end)
    content, blocks = reply.content, (reply.embed.description or "").split(EMPTY_LINE)
    shown = len(blocks)
    while units(text := _text(content, blocks[:shown]) + below) > room and shown > 2:
        shown -= 1
    if (excess := units(text) - room) > 0 and shown > 1:
        answer = _shorten_bold(blocks[0], excess, SHORTEST_ANSWER)
        excess -= units(blocks[0]) - units(answer)
        if excess > 0 and content:
            content = cut(content, max(units(content) - excess, 0))
        text = _text(content, [answer, *blocks[1:shown]]) + below
    cited = min(reply.cited, shown - 1 if units(text) <= room else 0)
    return Reply(cut(text, room) + end, None, _buttons(reply, len(blocks) - 1, shown - 1), cited=cited)


def _text(content: str | None, blocks: list[str]) -> str:
    return "\n".join(filter(None, (content, EMPTY_LINE.join(blocks))))


def _shorten_bold(opening: str, excess: int, shortest: int) -> str:
    """Shorten the first line of an opening, if it is bold, by `excess` units, but not below `shortest`."""
    line, newline, rest = opening.partition("\n")
    if not (line.startswith(BOLD) and line.endswith(BOLD)):
        return opening
    words = line.removeprefix(BOLD).removesuffix(BOLD)
    words = cut(words, min(units(words), max(units(words) - excess, shortest)))
    return f"{BOLD}{words}{BOLD}{newline}{rest}"


def _buttons(reply: Reply, citations: int, shown: int) -> tuple[Button, ...]:
    """Return the buttons for a message that shows only the first `shown` of the reply's `citations`."""
    if reply.rest is None or shown == citations:
        return reply.buttons
    others = [
        button for button in reply.buttons if not isinstance(parse_ticket(button.custom_id), MoreTicket)
    ]
    rest = replace(reply.rest, offset=reply.rest.offset - citations + shown)
    more = Button(MORE_LABEL, rest.custom_id)
    return tuple(sorted([*others, more], key=lambda button: button.row))
