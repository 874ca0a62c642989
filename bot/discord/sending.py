"""Puts a reply on the wire."""

from typing import Any

import discord

from bot.discord.replies import Reply


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


async def tell(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply to the asker alone, whatever was shown or promised before.

    Raises DiscordException and aiohttp's errors.
    """
    if interaction.response.is_done():
        await follow(interaction, reply)
    else:
        await interaction.response.send_message(**parts(reply), ephemeral=True)


async def follow(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Show a reply to the asker alone, after an acknowledgement; a public promise is taken back first.

    Raises as `tell`.
    """
    response = await _response(interaction)
    if response is not None and response.flags.loading:
        if response.flags.ephemeral:
            await interaction.edit_original_response(**replacement(reply))
            return
        await interaction.delete_original_response()
    await interaction.followup.send(**parts(reply), ephemeral=True)


async def is_kept(interaction: discord.Interaction[Any]) -> bool:
    """Ask Discord whether what was promised ("thinking …") is shown. Raises as `tell`."""
    if interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        return False
    response = await _response(interaction)
    return response is not None and not response.flags.loading


async def _response(interaction: discord.Interaction[Any]) -> discord.InteractionMessage | None:
    """Return the response as Discord has it; None where there is none, or none any more."""
    try:
        return await interaction.original_response()
    except (discord.NotFound, discord.ClientException):
        return None
