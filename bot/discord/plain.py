"""Replies for channels where the bot may not embed links: Discord drops their embed without a word."""

from typing import Any

import discord

from bot.discord import limits
from bot.discord.markdown import cut, escape, units
from bot.discord.permissions import name_of
from bot.discord.replies import Reply
from bot.discord.tickets import ContextTicket, parse

LACKING = f"-# I could show this better here with the permission **{name_of('embed_links')}**."


def may_embed(message: discord.Message) -> bool:
    """Say whether an embed is shown where a message was written, as far as the bot knows."""
    if message.guild is None:
        return True
    channel: Any = message.channel
    try:
        permissions: discord.Permissions = channel.permissions_for(message.guild.me)
    except (AttributeError, discord.ClientException):  # a channel that Discord has not told of yet
        return True
    return permissions.embed_links


def without_embed(reply: Reply, *, name_permission: bool) -> Reply:
    """Return a reply as text alone, shortened to what a message holds, with the buttons that still work.

    With `name_permission` it says what the bot lacks.
    """
    if reply.embed is None:
        return reply
    footer = reply.embed.footer.text
    lines = [reply.content, reply.embed.description, f"-# {escape(footer)}" if footer else None]
    end = f"\n{LACKING}" if name_permission else ""
    text = cut("\n".join(filter(None, lines)), limits.CONTENT - units(end)) + end
    # Other buttons read the answer from the embed.
    buttons = tuple(button for button in reply.buttons if isinstance(parse(button.custom_id), ContextTicket))
    return Reply(text, None, buttons)
