"""Turns errors into one short sentence for a person and one event in the log, under the same number.

Nothing here raises, and no exception's text is ever sent.
"""

import logging
import secrets
from typing import Any

import discord

from bot.discord.account.permissions import granted
from bot.discord.delivery.error_meanings import (
    ACKNOWLEDGED,
    UNREACHABLE,
    ErrorMeaning,
    cause,
    lacking,
    lacks_permission,
    meaning_of,
)
from bot.discord.delivery.repeat_guards import Warned
from bot.discord.delivery.sending import follow, is_kept, tell
from bot.discord.replies.reply import Reply, notice
from bot.discord.telemetry.log_format import fields
from bot.discord.telemetry.meter import Meter
from bot.feedback.store import FeedbackError

NAMED_AGAIN_AFTER = 24 * 3600.0
"""Seconds until a missing permission is named again, to a person and in the log: it may have been given."""

log = logging.getLogger(__name__)


class ErrorReports:
    """The errors of one bot, wherever they are raised."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._told = Warned()  # who of what channel
        self._logged = Warned()  # of what channel

    async def interaction(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell whoever used a command, a button or a form, alone, unless Discord hears no more of it."""
        error = cause(error)
        trouble = meaning_of(error)
        names = ""
        if lacks_permission(error):
            in_thread = isinstance(interaction.channel, discord.Thread)
            names = lacking(error, interaction.app_permissions, in_thread=in_thread)
        reference = self._log(trouble, error, interaction.type.name, interaction.channel_id, names=names)
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                if trouble.words and not interaction.response.is_done():
                    await interaction.response.autocomplete([])
            elif names:
                await tell(interaction, notice(_please_allow(names)))
            elif trouble.kind == UNREACHABLE:
                await _tell_after_all(interaction, notice(_in_words(trouble, reference)))
            elif trouble.words:
                await tell(interaction, notice(_in_words(trouble, reference)))
        except Exception as second:
            self._log(meaning_of(second), second, "failure", interaction.channel_id, reference)

    async def message(self, message: discord.Message, error: Exception) -> None:
        """Tell whoever wrote a message, by a line below it; of a missing permission once a day."""
        if lacks_permission(error):
            await self._name_missing(message, error)
            return
        trouble = meaning_of(error)
        reference = self._log(trouble, error, "message", message.channel.id)
        try:
            if trouble.words and trouble.kind != "message deleted":
                await message.channel.send(
                    _in_words(trouble, reference),
                    reference=message.to_reference(fail_if_not_exists=False),
                    nonce=message.id,  # the answer's too: if that got through after all, this adds nothing
                )
        except Exception as second:
            if lacks_permission(second):
                await self._name_missing(message, second, reference)
            else:
                self._log(meaning_of(second), second, "failure", message.channel.id, reference)

    def event(self, name: str, error: Exception) -> str:
        """Log an error that no person waits for, and return its number."""
        return self._log(meaning_of(error), error, name, None)

    async def _name_missing(self, message: discord.Message, error: Exception, reference: str = "") -> None:
        """Name what is missing in the channel, or, where nothing can be said there, to the person."""
        channel = message.channel
        in_thread = isinstance(channel, discord.Thread)
        have = granted(message) or discord.Permissions.none()
        names = lacking(error, have, in_thread=in_thread)
        reference = self._log(meaning_of(error), error, "message", channel.id, reference, names)
        person = (channel.id, message.author.id)
        if not self._told.due(person, NAMED_AGAIN_AFTER):
            return
        try:
            if have.view_channel and (have.send_messages_in_threads if in_thread else have.send_messages):
                await channel.send(_please_allow(names))
            else:
                await message.author.send(_please_allow(names, f"<#{channel.id}>"))
        except Exception as second:
            self._told.forget(person)  # perhaps it works the next time
            self._log(meaning_of(second), second, "failure", channel.id, reference)

    def _log(
        self,
        trouble: ErrorMeaning,
        error: Exception,
        source: str,
        channel: int | None,
        reference: str = "",
        names: str = "",
    ) -> str:
        """Count an error and log it; a missing permission, whose `names` are known, loudly once a day."""
        reference = reference or secrets.token_hex(4)
        self._meter.errors.labels(trouble.kind).inc()
        more: dict[str, Any] = {"permission": names} if names else {}
        if isinstance(error, discord.HTTPException):
            more["code"] = error.code
        elif isinstance(error, FeedbackError):
            more["reason"] = error.message
        said_before = lacks_permission(error) and not self._logged.due(channel, NAMED_AGAIN_AFTER)
        log.log(
            logging.DEBUG if said_before else trouble.level,
            "%s",
            trouble.event,
            extra=fields(kind=trouble.kind, reference=reference, source=source, channel=channel, **more),
            exc_info=error if trouble.traced else None,
        )
        return reference


async def _tell_after_all(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Tell of a request whose answer was lost, unless what it asked for was done."""
    if await is_kept(interaction):
        return
    try:
        await tell(interaction, reply)
    except discord.HTTPException as error:
        if error.code != ACKNOWLEDGED:
            raise
        await follow(interaction, reply)  # it was the acknowledgement that got through


def _in_words(trouble: ErrorMeaning, reference: str) -> str:
    return f"{trouble.words} (Reference: `{reference}`)" if trouble.numbered else str(trouble.words)


def _please_allow(names: str, where: str = "here") -> str:
    return f"I can't answer {where}, because I lack: **{names}**. Whoever manages the server can allow it."
