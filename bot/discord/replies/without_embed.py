"""Replies for channels in which the bot may not embed links: Discord drops their embeds silently."""

from dataclasses import replace

import discord

from bot.discord.account.permissions import granted_permissions, name_of
from bot.discord.replies import message_limits
from bot.discord.replies.answer_reply import MORE_LABEL
from bot.discord.replies.markdown import cut, escape, units
from bot.discord.replies.reply import EMPTY_LINE, Button, Reply
from bot.discord.replies.tickets import MoreTicket, parse_ticket

MISSING_PERMISSION = f"-# I could show this better here with the permission **{name_of('embed_links')}**."


def may_embed(message: discord.Message) -> bool:
    """Tell whether Discord shows embeds in a message's channel, as far as the bot knows."""
    permissions = granted_permissions(message)
    return permissions is None or permissions.embed_links


def without_embed(reply: Reply, *, name_permission: bool) -> Reply:
    """Return a reply as text alone; its buttons still work (`read_back`).

    Citations for which a message has no room are left for "More sources". With `name_permission` the reply
    names the missing permission.
    """
    if reply.embed is None:
        return reply
    footer = reply.embed.footer.text
    below = f"\n-# {escape(footer)}" if footer else ""
    end = f"\n{MISSING_PERMISSION}" if name_permission else ""
    room = message_limits.CONTENT - units(end)
    blocks = (reply.embed.description or "").split(EMPTY_LINE)
    shown = len(blocks)
    while units(text := _text(reply.content, blocks[:shown]) + below) > room and shown > 1:
        shown -= 1
    return Reply(cut(text, room) + end, None, _buttons(reply, len(blocks) - 1, shown - 1))


def _text(content: str | None, blocks: list[str]) -> str:
    return "\n".join(filter(None, (content, EMPTY_LINE.join(blocks))))


def _buttons(reply: Reply, citations: int, shown: int) -> tuple[Button, ...]:
    """Return the buttons for a message that shows only the first `shown` of the reply's `citations`."""
    if reply.rest is None or shown == citations:
        return reply.buttons
    others = [
        button for button in reply.buttons if not isinstance(parse_ticket(button.custom_id), MoreTicket)
    ]
    if not shown:  # "More sources" would show this message again
        return tuple(others)
    rest = replace(reply.rest, offset=reply.rest.offset - citations + shown)
    more = Button(MORE_LABEL, rest.custom_id)
    return tuple(sorted([*others, more], key=lambda button: button.row))
