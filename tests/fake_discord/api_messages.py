"""Channels, messages, reactions and threads over HTTP, and what the bot may do there."""

from typing import Any

from tests.fake_discord import limits
from tests.fake_discord.api import Answer, Call, Router
from tests.fake_discord.messages import DEFAULT, EPHEMERAL, REPLY, SUPPRESS_NOTIFICATIONS, Message
from tests.fake_discord.problems import DiscordError, Problem
from tests.fake_discord.world import DM, PERMISSIONS, TEXT, Channel

router = Router()
MESSAGES = "/channels/{channel_id}/messages"
ONE = MESSAGES + "/{message_id}"
REACTION = ONE + "/reactions/{emoji_name}/@me"


def _channel(call: Call) -> Channel:
    channel = call.world.channels.get(int(call.ids["channel_id"]))
    if channel is None:
        raise DiscordError(10003)
    if channel.foreign or (channel.guild is not None and not channel.lets_bot("view_channel")):
        raise DiscordError(50001)
    return channel


def _needs(channel: Channel, *permissions: str) -> None:
    if not all(channel.lets_bot(permission) for permission in permissions):
        raise DiscordError(50013)


def _message(call: Call) -> Message:
    channel = _channel(call)
    message = channel.messages.get(int(call.ids["message_id"]))
    if message is None:
        raise DiscordError(10008)
    return message


def _sending(channel: Channel) -> str:
    return "send_messages_in_threads" if channel.parent is not None else "send_messages"


@router.on("GET", "/channels/{channel_id}")
async def get_channel(call: Call) -> Answer:
    """Return a channel."""
    return 200, _channel(call).payload()


@router.on("GET", MESSAGES)
async def list_messages(call: Call) -> Answer:
    """Return messages, newest first."""
    channel = _channel(call)
    before, after = int(call.query.get("before", 1 << 63)), int(call.query.get("after", 0))
    if not channel.lets_bot("read_message_history"):
        return 200, []
    found = [message for id_, message in sorted(channel.messages.items()) if after < id_ < before]
    limit = int(call.query.get("limit", 50))
    found = found[:limit] if "after" in call.query else found[-limit:]
    return 200, [message.payload() for message in reversed(found)]


@router.on("GET", ONE)
async def get_message(call: Call) -> Answer:
    """Return a message."""
    message = _message(call)
    if not message.channel.lets_bot("read_message_history"):
        raise DiscordError(50001)
    return 200, message.payload()


@router.on("POST", MESSAGES)
async def create_message(call: Call) -> Answer:
    """Send a message."""
    body: dict[str, Any] = call.body
    call.check(limits.message(body, "", limits.CREATE_KEYS, silent=call.discord.silent))
    channel = _channel(call)
    if channel.kind == DM and any(user.closed for user in channel.recipients):
        raise DiscordError(50007)
    _needs(channel, _sending(channel), *(["embed_links"] if body.get("embeds") else []))
    _has_text(body)
    if (body.get("flags") or 0) & EPHEMERAL:
        problem = Problem("flags", "INVALID_FLAGS", "Only an interaction's answer can be ephemeral.")
        raise DiscordError(50035, problems=(problem,))
    if twin := _said_already(channel, body):
        return 200, twin.payload()
    reference = _reference(channel, body)
    message = Message(
        call.world,
        channel,
        call.world.bot,
        body,
        kind=REPLY if reference else DEFAULT,
        flags=(body.get("flags") or 0) & SUPPRESS_NOTIFICATIONS,
        reference=reference,
    )
    message.announce("MESSAGE_CREATE")
    return 200, message.payload()


def _has_text(body: dict[str, Any]) -> None:
    if not ((body.get("content") or "").strip() or body.get("embeds") or body.get("sticker_ids")):
        raise DiscordError(50006)


def _said_already(channel: Channel, body: dict[str, Any]) -> Message | None:
    """Return the message that has the nonce already, where the body wants it to be the only one."""
    if not body.get("enforce_nonce") or body.get("nonce") is None:
        return None
    return next((old for old in channel.messages.values() if old.nonce == body["nonce"]), None)


def _reference(channel: Channel, body: dict[str, Any]) -> Message | None:
    wanted = body.get("message_reference")
    if not wanted:
        return None
    if channel.guild is not None and not channel.lets_bot("read_message_history"):
        raise DiscordError(160002)
    there = channel.messages.get(int(wanted["message_id"]))
    if there is None and wanted.get("fail_if_not_exists", True):
        problem = Problem("message_reference", "MESSAGE_REFERENCE_UNKNOWN_MESSAGE", "Unknown message")
        raise DiscordError(50035, problems=(problem,))
    return there


@router.on("PATCH", ONE)
async def edit_message(call: Call) -> Answer:
    """Change a message of the bot's."""
    call.check(limits.message(call.body, "", limits.MESSAGE_KEYS, silent=call.discord.silent))
    message = _message(call)
    if message.author is not call.world.bot:
        raise DiscordError(50005)
    message.edit(call.body)
    if message.empty:
        raise DiscordError(50006)
    return 200, message.payload()


@router.on("DELETE", ONE)
async def delete_message(call: Call) -> Answer:
    """Delete a message."""
    message = _message(call)
    if message.author is not call.world.bot:
        _needs(message.channel, "manage_messages")
    message.delete()
    return 204, None


@router.on("POST", "/channels/{channel_id}/typing")
async def trigger_typing(call: Call) -> Answer:
    """Show that the bot is typing."""
    channel = _channel(call)
    _needs(channel, _sending(channel))
    call.discord.typing.append(channel)
    return 204, None


@router.on("PUT", REACTION)
async def add_reaction(call: Call) -> Answer:
    """React to a message."""
    message = _message(call)
    emoji = call.ids["emoji_name"]
    if emoji.isascii() and ":" not in emoji:
        raise DiscordError(10014)
    _needs(
        message.channel, "read_message_history", *([] if emoji in message.reactions else ["add_reactions"])
    )
    message.reactions.setdefault(emoji, set()).add(call.world.bot.id)
    return 204, None


@router.on("DELETE", REACTION)
async def remove_reaction(call: Call) -> Answer:
    """Take the bot's reaction back."""
    message = _message(call)
    users = message.reactions.get(call.ids["emoji_name"], set())
    users.discard(call.world.bot.id)
    if not users:
        message.reactions.pop(call.ids["emoji_name"], None)
    return 204, None


def _thread_name(call: Call) -> str:
    call.check(limits.text(call.body.get("name"), "name", 100, 1))
    return str(call.body["name"])


@router.on("POST", ONE + "/threads")
async def start_thread_on_message(call: Call) -> Answer:
    """Open a thread on a message."""
    name, message = _thread_name(call), _message(call)
    _needs(message.channel, "create_public_threads", "read_message_history")
    if message.thread is not None:
        raise DiscordError(160004)
    return 201, message.channel.add_thread(name, message, call.world.bot).payload()


@router.on("POST", "/channels/{channel_id}/threads")
async def start_thread(call: Call) -> Answer:
    """Open a thread of its own."""
    name, channel = _thread_name(call), _channel(call)
    _needs(channel, "create_public_threads")
    if channel.kind != TEXT:
        raise DiscordError(50013)
    return 201, channel.add_thread(name, None, call.world.bot).payload()


@router.on("PUT", "/channels/{channel_id}/thread-members/@me")
async def join_thread(call: Call) -> Answer:
    """Join a thread."""
    _channel(call)
    return 204, None


@router.on("POST", "/users/@me/channels")
async def create_dm(call: Call) -> Answer:
    """Return the conversation with a person."""
    user = call.world.users.get(int(call.body["recipient_id"]))
    if user is None:
        raise DiscordError(10013)
    return 200, call.world.dm(user).payload()


@router.on("GET", "/users/@me/guilds")
async def list_guilds(call: Call) -> Answer:
    """Return the servers that the bot is in."""
    after, limit = int(call.query.get("after", 0)), int(call.query.get("limit", 200))
    guilds = [guild for id_, guild in sorted(call.world.guilds.items()) if id_ > after][:limit]
    return 200, [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": False,
            "permissions": str((guild.everyone | guild.bot_role) & sum(PERMISSIONS.values())),
            "features": [],
        }
        for guild in guilds
    ]
