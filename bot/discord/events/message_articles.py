"""The entry in the menu of a message that makes an article of what somebody wrote, and that message later.

The interaction brings the text, so the bot needs no right to read messages. Later it has to ask for it.
"""

from datetime import datetime
from functools import partial

import discord
from discord import app_commands

from bot.discord.delivery.error_messages import CONNECTION_ERRORS, UNKNOWN_CHANNEL, UNKNOWN_MESSAGE
from bot.discord.delivery.sending import defer_response, edit_response, send_privately
from bot.discord.events.conversation import readable_text
from bot.discord.events.library_changes import (
    NOT_ALLOWED,
    author_name,
    may_change,
    store,
    why_not_stored,
)
from bot.discord.events.services import Interaction, ServicesClient, is_too_fast
from bot.discord.library.message_refresh import CurrentMessage, MessageAddress
from bot.discord.replies.reply import notice
from bot.discord.replies.written_replies import stored_reply
from index.errors import IngestionError
from index.ingestion.messages import add_message, has_words

NO_WORDS = "There are no words in that message that I could store: pictures, files and embeds are not read."
NOT_READABLE = "can't be checked: I may not read its channel"
TROUBLE = "can't be checked: Discord does not answer"
OWN_ANSWER = "That is what I said, from articles that are in the library already."


@app_commands.context_menu(name="Add to library")
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
async def add_to_library(interaction: Interaction, message: discord.Message) -> None:
    """Make an article of a message, or bring it up to date."""
    services = interaction.client.services
    if await is_too_fast(interaction, services.cooldowns.questions):
        return
    me = interaction.client.user
    text = "" if me is None else _text(message, me)
    if not may_change(interaction):
        await send_privately(interaction, notice(NOT_ALLOWED))
    elif me is not None and message.author.id == me.id:
        await send_privately(interaction, notice(OWN_ANSWER))
    elif not has_words(text):
        await send_privately(interaction, notice(NO_WORDS))
    else:
        await defer_response(interaction, private=True)
        add = partial(
            add_message,
            id_=message.id,
            text=text,
            published=f"{message.created_at:%Y-%m-%d}",
            url=message.jump_url,
            updated=_time(message.edited_at),
            author=author_name(interaction, message.author),
        )
        try:
            stored = await store(interaction, add)
        except Exception as error:
            await edit_response(interaction, notice(why_not_stored(interaction, error)))
        else:
            await edit_response(interaction, stored_reply(stored.ingested, found=stored.found))


async def fetch_message(client: ServicesClient, address: MessageAddress) -> CurrentMessage | None:
    """Ask Discord for a message; None if it, or its channel, was deleted.

    Raises IngestionError if that cannot be told.
    """
    channel = client.get_partial_messageable(address.channel, guild_id=address.server)
    try:
        message = await channel.fetch_message(address.message)
    except discord.NotFound as error:
        if error.code not in (UNKNOWN_MESSAGE, UNKNOWN_CHANNEL):  # of something between here and Discord
            raise IngestionError(TROUBLE) from error
        return None
    except discord.Forbidden as error:
        raise IngestionError(NOT_READABLE) from error
    except (discord.HTTPException, discord.RateLimited, *CONNECTION_ERRORS) as error:
        raise IngestionError(TROUBLE) from error
    text = "" if client.user is None else _text(message, client.user)
    return CurrentMessage(text, _time(message.edited_at))


def _time(time: datetime | None) -> str:
    return f"{time:%Y-%m-%dT%H:%M:%SZ}" if time else ""


def _text(message: discord.Message, me: discord.ClientUser) -> str:
    """Return what a message says, or what it forwards, with names in place of mentions."""
    forwarded = (snapshot.content for snapshot in message.message_snapshots)
    return readable_text(message, me) or next(forwarded, "")
