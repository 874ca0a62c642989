"""Permissions that the bot needs in a server, and the link that invites it with just these."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import discord

SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class RequiredPermission:
    """A permission: its name in discord.py and in Discord's settings, and what the bot needs it for."""

    flag: str
    name: str
    why: str


NEEDS = (
    RequiredPermission("view_channel", "View Channels", "to see the messages that mention it"),
    RequiredPermission("send_messages", "Send Messages", "to answer them"),
    RequiredPermission("send_messages_in_threads", "Send Messages in Threads", "to answer in threads"),
    RequiredPermission("embed_links", "Embed Links", "to show the sources below an answer"),
    RequiredPermission(
        "read_message_history", "Read Message History", "to reply, and to see what it is replying to"
    ),
)


def permissions() -> discord.Permissions:
    """Return everything that is needed; the bot never asks for more."""
    return discord.Permissions(**{need.flag: True for need in NEEDS})


def missing_permissions(have: discord.Permissions) -> list[RequiredPermission]:
    """List what is needed and not in `have`; administrators and owners have everything."""
    return [] if have.administrator else [need for need in NEEDS if not getattr(have, need.flag)]


def granted_permissions(message: discord.Message) -> discord.Permissions | None:
    """Return the bot's permissions in a message's channel; None if Discord has not sent them yet."""
    if message.guild is None:
        return discord.Permissions.all()
    try:
        return message.channel.permissions_for(message.guild.me)
    except (AttributeError, discord.ClientException):
        return None


def is_member(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a command or a click comes from a server that the bot is a member of.

    It is none where a person uses it whose server has not added it, nor where the server added its commands
    alone: of such a server Discord says neither that it is there nor that it has removed them.
    """
    server = interaction.guild_id
    return (
        server is not None
        and interaction.is_guild_integration()
        and interaction.client.get_guild(server) is not None
    )


def may_change_library(interaction: discord.Interaction[Any], library_role: str) -> bool:
    """Tell whether the person may change the library of the server in which they use a command.

    Those may who have Manage Server or the role whose name or id is `library_role`; "" is none. Nobody may in
    direct messages, nor in a server that the bot is no member of.
    """
    member = interaction.user
    if not isinstance(member, discord.Member) or not is_member(interaction):
        return False
    if interaction.permissions.manage_guild or interaction.permissions.administrator:
        return True
    if not library_role:
        return False
    return any(library_role in (role.name, str(role.id)) for role in member.roles if not role.is_default())


def name_of(flag: str) -> str:
    """Return the name in Discord's settings of the permission that discord.py calls `flag`."""
    names = {need.flag: need.name for need in NEEDS}
    return names.get(flag, flag.replace("_", " ").title())


def permission_names(needs: Iterable[RequiredPermission]) -> str:
    """Return the names of permissions in one line."""
    return ", ".join(need.name for need in needs)


def invite_link(application: int) -> str:
    """Return the link that adds an application's bot to a server with the permissions that it needs."""
    return discord.utils.oauth_url(application, permissions=permissions(), scopes=SCOPES)
