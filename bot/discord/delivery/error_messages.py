"""Messages for errors: what to tell the person who waits, and what to log for whoever runs the bot."""

import logging
from dataclasses import dataclass
from math import ceil
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.discord.account.permissions import missing_permissions, name_of, permission_names
from bot.discord.replies.reply import busy_reply, late_reply
from bot.feedback.store import FeedbackError, NoRoomError
from bot.live.question_queue import DeadlineError, QueueFullError
from index.errors import FootnoteError, Reason, StoreBusyError, StoreUnavailableError

# Discord's codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10003, 10008, 10015, 10062
ALREADY_ACKNOWLEDGED = 40060
MISSING_ACCESS, NO_DIRECT_MESSAGES, MISSING_PERMISSIONS = 50001, 50007, 50013
INVALID_WEBHOOK_TOKEN, INVALID_FORM, NO_HISTORY = 50027, 50035, 160002

CONNECTION_ERRORS = (aiohttp.ClientError, ConnectionError, TimeoutError)
"""Raised if a connection was lost: nobody knows whether Discord got what was sent."""
TAKEN = "taken"
"""Kind of an error that says that a question was answered already; also the outcome of that question."""
UNREACHABLE = "unreachable"
"""Kind of an error that leaves open what Discord did: an error of its server, or a lost connection."""


@dataclass(frozen=True, slots=True)
class ErrorMeaning:
    """The kind of an error, its line and level in the log, and what a person is told.

    `text` is None if there is nobody to tell. `with_reference`: the number under which the error is logged is
    told too. `with_traceback`: the log shows where the error came from.
    """

    kind: str
    event: str
    level: int
    text: str | None = None
    with_reference: bool = True
    with_traceback: bool = False


_UNEXPECTED = ErrorMeaning(
    "unexpected", "unexpected error", logging.ERROR, "Something went wrong on my side.", with_traceback=True
)
_UNREACHABLE = ErrorMeaning(
    UNREACHABLE,
    "Discord failed, or the connection to it was lost",
    logging.WARNING,
    "Discord has trouble at the moment. Please try again in a minute.",
)
# Nobody to tell: Discord has shown the person that nothing came in time.
_TOO_OLD = ErrorMeaning("too old", "too late: Discord no longer accepts an answer", logging.WARNING)
_CODES = {
    UNKNOWN_MESSAGE: ErrorMeaning(
        "message deleted",
        "message deleted before it was answered",
        logging.INFO,
        "The message was deleted before I was done.",
        with_reference=False,
    ),
    UNKNOWN_CHANNEL: ErrorMeaning("channel deleted", "channel deleted before an answer came", logging.INFO),
    UNKNOWN_WEBHOOK: _TOO_OLD,
    UNKNOWN_INTERACTION: _TOO_OLD,
    INVALID_WEBHOOK_TOKEN: _TOO_OLD,
    # Another process of the bot was quicker, perhaps one that is about to stop; that one answers.
    ALREADY_ACKNOWLEDGED: ErrorMeaning(
        TAKEN, "answered already, perhaps by another process", logging.WARNING
    ),
    NO_DIRECT_MESSAGES: ErrorMeaning(
        "direct messages closed", "nobody told: direct messages are closed", logging.INFO
    ),
    INVALID_FORM: ErrorMeaning(
        "refused",
        "answer refused by Discord as malformed",
        logging.ERROR,
        "Discord did not accept my answer.",
        with_traceback=True,
    ),
}
_REASONS = {
    Reason.UNKNOWN_ARTICLE: ErrorMeaning(
        "article gone",
        "article not in the library",
        logging.INFO,
        "This article is not in the library.",
        with_reference=False,
    ),
    Reason.INDEX_BUSY: ErrorMeaning(
        "preparing",
        "a server's articles were asked for before their index was ready",
        logging.INFO,
        "The articles of this server are being prepared. Please try again in a minute.",
        with_reference=False,
    ),
    Reason.EMPTY_QUESTION: ErrorMeaning(
        "empty", "question empty", logging.INFO, "There is no question in that.", with_reference=False
    ),
}
STORE_LATE = 10.0
"""Seconds after which a question may be asked again that the database had no time for."""
_STORE_BUSY = ErrorMeaning(
    "busy", "database busy or away", logging.WARNING, busy_reply(STORE_LATE).content, with_reference=False
)
_LIBRARY_FAILED = ErrorMeaning(
    "library",
    "library failed",
    logging.ERROR,
    "I can't look things up at the moment.",
    with_traceback=True,
)
_PERMISSIONS = {
    MISSING_ACCESS: "view_channel",
    MISSING_PERMISSIONS: "send_messages",
    NO_HISTORY: "read_message_history",
}


def original_error(error: Exception) -> Exception:
    """Return the error that a command raised, which discord.py wraps in one of its own."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def meaning_of(error: Exception) -> ErrorMeaning:
    """Return the meaning of an error (`original_error`)."""
    match error:
        case QueueFullError():
            return ErrorMeaning(
                "busy",
                "too many questions wait",
                logging.DEBUG,
                busy_reply(error.retry_after).content,
                with_reference=False,
            )
        case DeadlineError():
            return ErrorMeaning(
                "late",
                "answer took too long",
                logging.DEBUG,
                late_reply(error.retry_after).content,
                with_reference=False,
            )
        case discord.DiscordException():
            return _discord_meaning(error)
        case _ if isinstance(error, CONNECTION_ERRORS):
            return _UNREACHABLE
        case NoRoomError():
            return _feedback_meaning("Thanks, but I have no room left to keep that.")
        case FeedbackError():
            return _feedback_meaning("Thanks, but I can't keep that at the moment.")
        case StoreBusyError() | StoreUnavailableError():
            return _STORE_BUSY
        case FootnoteError(reason=reason):
            return _REASONS.get(reason, _LIBRARY_FAILED)
        case _:
            return _UNEXPECTED


def is_missing_permission(error: Exception) -> bool:
    """Tell whether Discord refused something that a permission would allow."""
    return isinstance(error, discord.HTTPException) and error.code in _PERMISSIONS


def missing_permission_names(error: Exception, have: discord.Permissions, *, in_thread: bool) -> str:
    """Name the permissions, as Discord's settings do, that would have allowed what was refused."""
    sending, other = "send_messages", "send_messages_in_threads"
    if in_thread:
        sending, other = other, sending
    needs = {need.flag: need for need in missing_permissions(have) if need.flag != other}
    # Permissions that depend on another missing one count as missing too, so only that other one is named.
    if "view_channel" in needs:
        needs = {"view_channel": needs["view_channel"]}
    elif sending in needs:
        needs.pop("embed_links", None)
    code = error.code if isinstance(error, discord.HTTPException) else 0
    return permission_names(needs.values()) or name_of(_PERMISSIONS.get(code, sending))


def _discord_meaning(error: discord.DiscordException) -> ErrorMeaning:
    match error:
        case discord.RateLimited():
            return _rate_limited(error.retry_after)
        case discord.HTTPException(status=429):
            return _rate_limited(_retry_after(error))
        case discord.HTTPException(code=code) if code in _CODES:
            return _CODES[code]
        case discord.HTTPException(code=code) if code in _PERMISSIONS:
            text = "I'm missing a permission here."
            return ErrorMeaning(
                "permission", "permission missing", logging.WARNING, text, with_reference=False
            )
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            text = "This command has changed. Please reload Discord and try again."
            event = "command used that Discord knows in another version"
            return ErrorMeaning("command changed", event, logging.WARNING, text, with_reference=False)
        case app_commands.CheckFailure():
            text = "You cannot use this here."
            return ErrorMeaning(
                "not allowed", "command not allowed there", logging.INFO, text, with_reference=False
            )
        case discord.DiscordServerError():
            return _UNREACHABLE
        case _:
            return _UNEXPECTED


def _feedback_meaning(text: str) -> ErrorMeaning:
    return ErrorMeaning("feedback", "feedback not kept", logging.ERROR, text)


def _rate_limited(retry_after: float) -> ErrorMeaning:
    text = f"Discord asks me to slow down. Please try again in {ceil(retry_after)} s."
    return ErrorMeaning("slowed down", "slowed down", logging.WARNING, text)


def _retry_after(error: discord.HTTPException) -> float:
    headers: Any = error.response.headers
    try:
        return max(1.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return 5.0
