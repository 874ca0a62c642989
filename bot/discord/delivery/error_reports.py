"""Reports of errors: one short sentence for a person and one event in the log, under the same number.

Nothing here raises, and no exception's text is ever sent.
"""

import logging
import secrets
from typing import Any

import discord

from bot.discord.account.permissions import granted_permissions
from bot.discord.delivery.error_messages import (
    ALREADY_ACKNOWLEDGED,
    UNREACHABLE,
    ErrorMeaning,
    is_missing_permission,
    meaning_of,
    missing_permission_names,
    original_error,
)
from bot.discord.delivery.repeat_guards import SentWarnings
from bot.discord.delivery.sending import follow_up_privately, is_response_shown, send_privately
from bot.discord.replies.reply import Reply, notice
from bot.feedback.store import FeedbackError
from bot.remedies import remedy_for
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter

REPEAT_AFTER = 24 * 3600.0
"""Seconds until a missing permission is named again, to a person and in the log."""

log = logging.getLogger(__name__)


class ErrorReports:
    """Receives all errors of a bot, wherever they are raised.

    A missing permission is named again, to a person and in the log, after `repeat_after` seconds.
    """

    def __init__(self, meter: Meter, *, repeat_after: float = REPEAT_AFTER) -> None:
        self._meter = meter
        self._repeat_after = repeat_after
        self._told = SentWarnings()  # to a channel and a person
        self._logged = SentWarnings()  # about a channel

    async def interaction_failed(self, interaction: discord.Interaction[Any], error: Exception) -> None:
        """Tell the person who used a command, a button or a form privately, unless it is too late."""
        error = original_error(error)
        meaning = meaning_of(error)
        names = ""
        if is_missing_permission(error):
            in_thread = isinstance(interaction.channel, discord.Thread)
            names = missing_permission_names(error, interaction.app_permissions, in_thread=in_thread)
        reference = self._log(meaning, error, interaction.type.name, interaction.channel_id, names=names)
        try:
            if interaction.type is discord.InteractionType.autocomplete:
                if meaning.text and not interaction.response.is_done():
                    await interaction.response.autocomplete([])
            elif names:
                await send_privately(interaction, notice(_please_allow(names)))
            elif meaning.kind == UNREACHABLE:
                await _tell_unless_shown(interaction, notice(_text(meaning, reference)))
            elif meaning.text:
                await send_privately(interaction, notice(_text(meaning, reference)))
        except Exception as second:
            self._log(meaning_of(second), second, "failure", interaction.channel_id, reference)

    async def message_failed(self, message: discord.Message, error: Exception) -> None:
        """Tell the author of a message, by a line below it; of a missing permission once a day."""
        if is_missing_permission(error):
            await self._name_missing(message, error)
            return
        meaning = meaning_of(error)
        reference = self._log(meaning, error, "message", message.channel.id)
        try:
            if meaning.text and meaning.kind != "message deleted":
                await message.channel.send(
                    _text(meaning, reference),
                    reference=message.to_reference(fail_if_not_exists=False),
                    nonce=message.id,  # the answer's too: if that got through after all, this adds nothing
                )
        except Exception as second:
            if is_missing_permission(second):
                await self._name_missing(message, second, reference)
            else:
                self._log(meaning_of(second), second, "failure", message.channel.id, reference)

    def event_failed(self, name: str, error: Exception) -> str:
        """Log an error that no person waits for, and return its number."""
        return self._log(meaning_of(error), error, name, None)

    async def _name_missing(self, message: discord.Message, error: Exception, reference: str = "") -> None:
        """Name what is missing, in the channel or, if the bot cannot write there, to the person."""
        channel = message.channel
        in_thread = isinstance(channel, discord.Thread)
        have = granted_permissions(message) or discord.Permissions.none()
        names = missing_permission_names(error, have, in_thread=in_thread)
        reference = self._log(meaning_of(error), error, "message", channel.id, reference, names)
        person = (channel.id, message.author.id)
        if not self._told.claim(person, self._repeat_after):
            return
        try:
            if have.view_channel and (have.send_messages_in_threads if in_thread else have.send_messages):
                await channel.send(_please_allow(names))
            else:
                await message.author.send(_please_allow(names, f"<#{channel.id}>"))
        except Exception as second:
            self._told.release(person)  # perhaps it works the next time
            self._log(meaning_of(second), second, "failure", channel.id, reference)

    def _log(
        self,
        meaning: ErrorMeaning,
        error: Exception,
        source: str,
        channel: int | None,
        reference: str = "",
        names: str = "",
    ) -> str:
        """Count an error and log it; a missing permission, given by `names`, is a warning once a day."""
        reference = reference or secrets.token_hex(4)
        self._meter.errors.labels(meaning.kind).inc()
        details: dict[str, Any] = {"permission": names} if names else {}
        if isinstance(error, discord.HTTPException):
            details["code"] = error.code
        elif isinstance(error, FeedbackError):
            details |= {"reason": error.message, "remedy": remedy_for(error)}
        logged_before = is_missing_permission(error) and not self._logged.claim(channel, self._repeat_after)
        log.log(
            logging.DEBUG if logged_before else meaning.level,
            "%s",
            meaning.event,
            extra=fields(kind=meaning.kind, reference=reference, source=source, channel=channel, **details),
            exc_info=error if meaning.with_traceback else None,
        )
        return reference


async def _tell_unless_shown(interaction: discord.Interaction[Any], reply: Reply) -> None:
    """Tell that Discord failed, unless it did what it was asked and the response is there."""
    if await is_response_shown(interaction):
        return
    try:
        await send_privately(interaction, reply)
    except discord.HTTPException as error:
        if error.code != ALREADY_ACKNOWLEDGED:
            raise
        await follow_up_privately(interaction, reply)  # it was the deferral that got through


def _text(meaning: ErrorMeaning, reference: str) -> str:
    return f"{meaning.text} (Reference: `{reference}`)" if meaning.with_reference else str(meaning.text)


def _please_allow(names: str, where: str = "here") -> str:
    return f"I can't answer {where} because I'm missing: **{names}**. A server manager can grant it."
