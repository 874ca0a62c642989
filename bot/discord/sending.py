"""Puts a reply on the wire."""

from typing import Any

import discord

from bot.discord.replies import Reply

_PROMISED = discord.InteractionResponseType.deferred_channel_message


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

    A public promise ("thinking …") is taken back first. Raises DiscordException.
    """
    if not interaction.response.is_done():
        await interaction.response.send_message(**parts(reply), ephemeral=True)
        return
    if interaction.response.type is _PROMISED:
        promise = await _promise(interaction)
        if promise is not None and promise.flags.ephemeral:
            await interaction.edit_original_response(**replacement(reply))
            return
        if promise is not None:
            await interaction.delete_original_response()
    await interaction.followup.send(**parts(reply), ephemeral=True)


async def _promise(interaction: discord.Interaction[Any]) -> discord.InteractionMessage | None:
    """Return the message that still says that the bot is thinking; None where it was answered or deleted."""
    try:
        message = await interaction.original_response()
    except discord.NotFound:
        return None
    return message if message.flags.loading else None
