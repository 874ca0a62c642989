"""Sending replies so that each interaction gets exactly one, whatever gets lost on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

import discord

from bot.discord.delivery.error_messages import ALREADY_ACKNOWLEDGED, CONNECTION_ERRORS, NO_HISTORY
from bot.discord.replies.reply import Reply

REQUEST_TIMEOUT = 30.0
"""Seconds for a request about an interaction: discord.py would wait for as long as Discord asks it to."""

TYPING_INTERVAL = 9.0
"""Seconds until the typing indicator has to be renewed; Discord shows it for ten."""

T = TypeVar("T")

_ACKNOWLEDGED = "acknowledged"
"""Key of `interaction.extras`: Discord has a response, even though discord.py was told that it failed."""


def view_of(reply: Reply) -> discord.ui.View | None:
    """Return the buttons of a reply, or None; what they do is in `bot.discord.events.buttons`."""
    if not reply.buttons:
        return None
    view = discord.ui.View(timeout=None)
    for button in reply.buttons:
        view.add_item(
            discord.ui.Button(
                label=button.label,
                custom_id=button.custom_id,
                style=button.style,
                row=button.row,
                emoji=button.emoji,
            )
        )
    view.stop()  # else discord.py would keep every view until the bot ends
    return view


def message_arguments(reply: Reply) -> dict[str, Any]:
    """Return the arguments with which discord.py sends a reply, without those that it has nothing for."""
    return {name: value for name, value in _edit_arguments(reply).items() if value is not None}


def _edit_arguments(reply: Reply) -> dict[str, Any]:
    """Return discord.py's arguments for replacing a message with a reply; None removes what was there."""
    return {"content": reply.content, "embed": reply.embed, "view": view_of(reply)}


async def defer_response(
    interaction: discord.Interaction[Any], *, private: bool, in_place: bool = False
) -> None:
    """Promise a response at once, with a second try if the connection was lost.

    An interaction that was acknowledged before is no error: either Discord carried out what it then reported
    as failed, or another process of the bot was quicker; both put the same reply in the same place.

    With `in_place` the message of the button that was pressed is going to change. Raises DiscordException and
    CONNECTION_ERRORS.
    """

    async def defer() -> None:
        if in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=private, thinking=True)

    try:
        await _retry_in_time(defer)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
        interaction.extras[_ACKNOWLEDGED] = True


async def edit_response(
    interaction: discord.Interaction[Any], reply: Reply, *, timeout: float = REQUEST_TIMEOUT
) -> discord.InteractionMessage:
    """Show the reply in place of a deferred response, or of the message whose button was pressed.

    Returns the message. Raises as `defer_response`.
    """
    arguments = _edit_arguments(reply)
    return await _retry_in_time(lambda: interaction.edit_original_response(**arguments), timeout)


async def reply_to(message: discord.Message, reply: Reply) -> discord.Message:
    """Send a reply to a message, and return it; a plain message if that one is gone or may not be read.

    Raises DiscordException and what is in `CONNECTION_ERRORS`.
    """
    # Of messages with one nonce Discord keeps the first: none is doubled, whatever was lost or sent again.
    send = partial(message.channel.send, **message_arguments(reply), nonce=message.id)
    try:
        return await retry_once(partial(send, reference=message.to_reference(fail_if_not_exists=False)))
    except discord.HTTPException as error:
        if error.code != NO_HISTORY:
            raise
        return await retry_once(send)


async def edit_message(message: discord.Message, reply: Reply) -> None:
    """Show another reply in place of a message of the bot's. Raises as `defer_response`."""
    await _retry_in_time(lambda: message.edit(**_edit_arguments(reply)))


async def show_typing(channel: discord.abc.Messageable, delay: float) -> None:
    """Show that the bot is typing until cancelled."""
    with suppress(Exception):  # a courtesy: what prevents it prevents the answer too, and is reported there
        await asyncio.sleep(delay)
        while True:
            await channel.typing()
            await asyncio.sleep(TYPING_INTERVAL)


async def send_privately(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply privately, whether or not there is a response. Raises as `defer_response`."""
    if interaction.response.is_done() or _ACKNOWLEDGED in interaction.extras:
        await follow_up_privately(interaction, reply)
    else:
        async with asyncio.timeout(REQUEST_TIMEOUT):
            await interaction.response.send_message(**message_arguments(reply), ephemeral=True)


async def follow_up_privately(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply privately, after a response; a public deferred one is deleted first.

    Raises as `defer_response`.
    """
    response = await _fetch_response(interaction)
    if response is not None and response.flags.loading:
        if response.flags.ephemeral:
            await edit_response(interaction, reply)
            return
        with suppress(discord.NotFound):  # it is gone already
            await _retry_in_time(interaction.delete_original_response)
    async with asyncio.timeout(REQUEST_TIMEOUT):
        await interaction.followup.send(**message_arguments(reply), ephemeral=True)


async def is_response_shown(interaction: discord.Interaction[Any]) -> bool:
    """Ask Discord whether a deferred response ("thinking …") has been filled. Raises as `defer_response`."""
    deferred = discord.InteractionResponseType.deferred_channel_message
    if interaction.response.type is not deferred and _ACKNOWLEDGED not in interaction.extras:
        return False
    response = await _fetch_response(interaction)
    if response is None or response.flags.loading:
        return False
    return interaction.message is None or interaction.message.id != response.id


async def retry_once(send: Callable[[], Awaitable[T]]) -> T:
    """Send something that does no harm if it arrives twice, once more if the connection was lost."""
    try:
        return await send()
    except CONNECTION_ERRORS:
        return await send()


async def _retry_in_time(send: Callable[[], Awaitable[T]], timeout: float = REQUEST_TIMEOUT) -> T:
    async with asyncio.timeout(timeout):
        return await retry_once(send)


async def _fetch_response(interaction: discord.Interaction[Any]) -> discord.InteractionMessage | None:
    """Fetch the response from Discord; None if there is none, or none any more."""
    # `original_response` returns what it once fetched, and there is no public way to have it ask again.
    interaction._original_response = None
    try:
        return await _retry_in_time(interaction.original_response)
    except (discord.NotFound, discord.ClientException):
        return None
