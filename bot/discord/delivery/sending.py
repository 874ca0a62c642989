"""Puts replies on the wire, and sees to it that each interaction gets one, whatever is lost on the way."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, TypeVar

import discord

from bot.discord.delivery.error_meanings import ACKNOWLEDGED, LOST
from bot.discord.replies.reply import Reply

PATIENCE = 30.0
"""Seconds for a request about an interaction: discord.py would wait for as long as Discord asks it to."""

T = TypeVar("T")

_GOT_THROUGH = "acknowledged"  # noted where Discord has it and discord.py does not know


def view_of(reply: Reply) -> discord.ui.View | None:
    """Return the buttons of a reply, or None; what they do stands in `bot.discord.events.buttons`."""
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
    view.stop()  # else discord.py would keep it, and every other one, until the bot ends
    return view


def parts(reply: Reply) -> dict[str, Any]:
    """Return what discord.py sends a reply by; what it does not have is left out."""
    found: dict[str, Any] = {}
    if reply.content is not None:
        found["content"] = reply.content
    if reply.embed is not None:
        found["embed"] = reply.embed
    if (view := view_of(reply)) is not None:
        found["view"] = view
    return found


def replacement(reply: Reply) -> dict[str, Any]:
    """Return what discord.py puts a reply in another's place by; what it does not have goes."""
    return {"content": reply.content, "embed": reply.embed, "view": view_of(reply)}


async def acknowledge(
    interaction: discord.Interaction[Any], *, private: bool, in_place: bool = False
) -> None:
    """Say at once that an answer will come, once more where the connection was lost over it.

    Where Discord has one already, that is good too: it carried out what it then reported as failed, or
    another process of the bot was quicker; both put the same reply in the same place.

    With `in_place` the message of the button that was pressed is going to change. Raises DiscordException and
    what is in `LOST`.
    """

    async def defer() -> None:
        if in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=private, thinking=True)

    try:
        await _soon(defer)
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED:
            raise
        interaction.extras[_GOT_THROUGH] = True


async def persistently(send: Callable[[], Awaitable[T]]) -> T:
    """Do what does no harm if it is done twice, once more where the connection was lost over it."""
    try:
        return await send()
    except LOST:
        return await send()


async def _soon(send: Callable[[], Awaitable[T]]) -> T:
    """Do something `persistently`, in `PATIENCE` seconds or not at all."""
    async with asyncio.timeout(PATIENCE):
        return await persistently(send)


async def fulfil(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show what was promised, or change the message of the pressed button. Raises as `acknowledge`."""
    put = replacement(reply)
    await _soon(lambda: interaction.edit_original_response(**put))


async def tell(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply to the asker alone, whatever was shown or promised before. Raises as `acknowledge`."""
    if interaction.response.is_done() or _GOT_THROUGH in interaction.extras:
        await follow(interaction, reply)
    else:
        async with asyncio.timeout(PATIENCE):
            await interaction.response.send_message(**parts(reply), ephemeral=True)


async def follow(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply to the asker alone, after an acknowledgement; a public promise is taken back first.

    Raises as `acknowledge`.
    """
    response = await _response(interaction)
    if response is not None and response.flags.loading:
        if response.flags.ephemeral:
            await fulfil(interaction, reply)
            return
        with suppress(discord.NotFound):  # it is gone already
            await _soon(interaction.delete_original_response)
    async with asyncio.timeout(PATIENCE):
        await interaction.followup.send(**parts(reply), ephemeral=True)


async def is_kept(interaction: discord.Interaction[Any]) -> bool:
    """Ask Discord whether what was promised ("thinking …") is shown. Raises as `acknowledge`."""
    promised = discord.InteractionResponseType.deferred_channel_message
    if interaction.response.type is not promised and _GOT_THROUGH not in interaction.extras:
        return False
    response = await _response(interaction)
    if response is None or response.flags.loading:
        return False
    return interaction.message is None or interaction.message.id != response.id


async def _response(interaction: discord.Interaction[Any]) -> discord.InteractionMessage | None:
    """Return the response as Discord has it; None where there is none, or none any more."""
    interaction._original_response = None  # what discord.py keeps may be older than what was done since
    try:
        return await _soon(interaction.original_response)
    except (discord.NotFound, discord.ClientException):
        return None
