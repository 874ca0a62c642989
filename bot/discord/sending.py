"""Puts replies on the wire, and sees to it that each interaction gets one, whatever is lost on the way."""

from collections.abc import Awaitable, Callable
from typing import Any

import discord

from bot.discord.replies import Reply
from bot.discord.troubles import ACKNOWLEDGED, LOST

_GOT_THROUGH = "acknowledged"  # noted where Discord has it and discord.py does not know


def view_of(reply: Reply) -> discord.ui.View | None:
    """Return the buttons of a reply, or None; what they do stands in `bot.discord.buttons`."""
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

    With `in_place` the message of the button that was pressed is going to change. Raises DiscordException and
    what is in `LOST`.
    """

    async def defer() -> None:
        if in_place:
            await interaction.response.defer()
        else:
            await interaction.response.defer(ephemeral=private, thinking=True)

    try:
        await defer()
    except LOST:
        try:
            await defer()
        except discord.HTTPException as error:
            if error.code != ACKNOWLEDGED:
                raise
            interaction.extras[_GOT_THROUGH] = True  # the first one got through


async def persistently(send: Callable[[], Awaitable[object]]) -> None:
    """Do what does no harm if it is done twice, once more where the connection was lost over it."""
    try:
        await send()
    except LOST:
        await send()


async def fulfil(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show what was promised, or change the message of the pressed button. Raises as `acknowledge`."""
    put = replacement(reply)
    await persistently(lambda: interaction.edit_original_response(**put))


async def tell(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply to the asker alone, whatever was shown or promised before. Raises as `acknowledge`."""
    if interaction.response.is_done() or _GOT_THROUGH in interaction.extras:
        await follow(interaction, reply)
    else:
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
        await interaction.delete_original_response()
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
    try:
        return await interaction.original_response()
    except (discord.NotFound, discord.ClientException):
        return None
