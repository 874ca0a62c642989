"""Replies for channels where the bot may not embed links: Discord drops their embed without a word."""

import discord

from bot.discord import limits
from bot.discord.markdown import cut, escape, units
from bot.discord.permissions import granted, name_of
from bot.discord.replies import Reply

LACKING = f"-# I could show this better here with the permission **{name_of('embed_links')}**."


def may_embed(message: discord.Message) -> bool:
    """Say whether an embed is shown where a message was written, as far as the bot knows."""
    permissions = granted(message)
    return permissions is None or permissions.embed_links


def without_embed(reply: Reply, *, name_permission: bool) -> Reply:
    """Return a reply as text alone, shortened to what a message holds; its buttons still work (`read_back`).

    With `name_permission` it says what the bot lacks.
    """
    if reply.embed is None:
        return reply
    footer = reply.embed.footer.text
    lines = [reply.content, reply.embed.description, f"-# {escape(footer)}" if footer else None]
    end = f"\n{LACKING}" if name_permission else ""
    text = cut("\n".join(filter(None, lines)), limits.CONTENT - units(end)) + end
    return Reply(text, None, reply.buttons)
