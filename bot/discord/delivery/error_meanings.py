"""What an error means: to the person who waits, in plain words, and to the one who runs the bot."""

import logging
from dataclasses import dataclass
from math import ceil
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.discord.account.permissions import missing, name_of, names_of
from bot.discord.library.question_queue import DeadlineError, QueueFullError
from bot.discord.replies.reply import busy_reply, late_reply
from bot.feedback.store import FeedbackError, NoRoomError
from index.errors import EmptyQuestionError, FootnoteError, UnknownArticleError

# Discord's numbers: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
UNKNOWN_CHANNEL, UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION = 10003, 10008, 10015, 10062
ACKNOWLEDGED = 40060
MISSING_ACCESS, NO_DIRECT_MESSAGES, MISSING_PERMISSIONS = 50001, 50007, 50013
INVALID_WEBHOOK_TOKEN, INVALID_FORM, NO_HISTORY = 50027, 50035, 160002

LOST = (aiohttp.ClientError, ConnectionError, TimeoutError)
"""What is raised where a connection was lost: nobody knows whether Discord got what was sent."""
TAKEN = "taken"
"""The kind of trouble where somebody was answered already, and the outcome of a question then."""
UNREACHABLE = "unreachable"
"""The kind of trouble where nobody knows what Discord did: a server's error, or a lost connection."""


@dataclass(frozen=True, slots=True)
class ErrorMeaning:
    """An error's kind, what the log says of it and how loudly, and what a person is told.

    `words` is None where nobody is there to be told; `numbered` says that the number in the log goes with
    them, `traced` that the log shows where the error came from.
    """

    kind: str
    event: str
    level: int
    words: str | None = None
    numbered: bool = True
    traced: bool = False


_UNEXPECTED = ErrorMeaning(
    "unexpected", "unexpected error", logging.ERROR, "Something went wrong on my side.", traced=True
)
_UNREACHABLE = ErrorMeaning(
    UNREACHABLE,
    "Discord failed, or the connection to it",
    logging.WARNING,
    "Discord has trouble at the moment. Please try again in a minute.",
)
# Discord has told the person that nothing came in time.
_TOO_OLD = ErrorMeaning("too old", "too late for Discord, which takes no answer any more", logging.WARNING)
_CODES = {
    UNKNOWN_MESSAGE: ErrorMeaning(
        "message deleted",
        "message deleted before it was answered",
        logging.INFO,
        "The message was deleted before I was done.",
        numbered=False,
    ),
    UNKNOWN_CHANNEL: ErrorMeaning("channel deleted", "channel deleted before an answer came", logging.INFO),
    UNKNOWN_WEBHOOK: _TOO_OLD,
    UNKNOWN_INTERACTION: _TOO_OLD,
    INVALID_WEBHOOK_TOKEN: _TOO_OLD,
    # Another process of the bot was quicker, perhaps one that is about to stop; it answers.
    ACKNOWLEDGED: ErrorMeaning(TAKEN, "answered already, perhaps by another process", logging.WARNING),
    NO_DIRECT_MESSAGES: ErrorMeaning(
        "direct messages closed", "nobody told: direct messages are closed", logging.INFO
    ),
    INVALID_FORM: ErrorMeaning(
        "refused",
        "answer refused by Discord as malformed",
        logging.ERROR,
        "Discord did not accept my answer.",
        traced=True,
    ),
}
_PERMISSIONS = {
    MISSING_ACCESS: "view_channel",
    MISSING_PERMISSIONS: "send_messages",
    NO_HISTORY: "read_message_history",
}


def cause(error: Exception) -> Exception:
    """Return the error that a command raised, without what discord.py wraps it in."""
    return error.original if isinstance(error, app_commands.CommandInvokeError) else error


def meaning_of(error: Exception) -> ErrorMeaning:
    """Say what an error, unwrapped, means."""
    match error:
        case QueueFullError():
            return ErrorMeaning(
                "busy",
                "too many questions wait",
                logging.DEBUG,
                busy_reply(error.retry_after).content,
                numbered=False,
            )
        case DeadlineError():
            return ErrorMeaning(
                "late",
                "answer took too long",
                logging.DEBUG,
                late_reply(error.retry_after).content,
                numbered=False,
            )
        case discord.DiscordException():
            return _of_discord(error)
        case _ if isinstance(error, LOST):
            return _UNREACHABLE
        case FootnoteError():
            return _of_library(error)
        case _:
            return _UNEXPECTED


def lacks_permission(error: Exception) -> bool:
    """Say whether Discord refused something that a permission would allow."""
    return isinstance(error, discord.HTTPException) and error.code in _PERMISSIONS


def lacking(error: Exception, have: discord.Permissions, *, in_thread: bool) -> str:
    """Name the permissions, as Discord's settings do, that would have allowed what was refused."""
    sending, other = "send_messages", "send_messages_in_threads"
    if in_thread:
        sending, other = other, sending
    needs = {need.flag: need for need in missing(have) if need.flag != other}
    # What cannot be had without another permission is missing with that, whatever the settings say of it.
    if "view_channel" in needs:
        needs = {"view_channel": needs["view_channel"]}
    elif sending in needs:
        needs.pop("embed_links", None)
    code = error.code if isinstance(error, discord.HTTPException) else 0
    return names_of(needs.values()) or name_of(_PERMISSIONS.get(code, sending))


def _of_discord(error: discord.DiscordException) -> ErrorMeaning:
    match error:
        case discord.RateLimited():
            return _slowed(error.retry_after)
        case discord.HTTPException(status=429):
            return _slowed(_retry_after(error))
        case discord.HTTPException(code=code) if code in _CODES:
            return _CODES[code]
        case discord.HTTPException(code=code) if code in _PERMISSIONS:
            words = "I lack a permission here."
            return ErrorMeaning("permission", "permission missing", logging.WARNING, words, numbered=False)
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            words = "This command has changed. Please reload Discord and try again."
            event = "command used that Discord knows in another version"
            return ErrorMeaning("command changed", event, logging.WARNING, words, numbered=False)
        case app_commands.CheckFailure():
            words = "You cannot use this here."
            return ErrorMeaning(
                "not allowed", "command not allowed there", logging.INFO, words, numbered=False
            )
        case discord.DiscordServerError():
            return _UNREACHABLE
        case _:
            return _UNEXPECTED


def _of_library(error: FootnoteError) -> ErrorMeaning:
    match error:
        case UnknownArticleError():
            words = "This article is not in the library."
            return ErrorMeaning(
                "article gone", "article not in the library", logging.INFO, words, numbered=False
            )
        case EmptyQuestionError():
            words = "There is no question in that."
            return ErrorMeaning("empty", "question empty", logging.INFO, words, numbered=False)
        case NoRoomError():
            words = "Thanks, but I have no room left to keep that."
            return ErrorMeaning("feedback", "feedback not kept", logging.ERROR, words)
        case FeedbackError():
            words = "Thanks, but I can't keep that at the moment."
            return ErrorMeaning("feedback", "feedback not kept", logging.ERROR, words)
        case _:
            words = "I can't look things up at the moment."
            return ErrorMeaning("library", "library failed", logging.ERROR, words, traced=True)


def _slowed(retry_after: float) -> ErrorMeaning:
    words = f"Discord asks me to slow down. Please try again in {ceil(retry_after)} s."
    return ErrorMeaning("slowed down", "slowed down", logging.WARNING, words)


def _retry_after(error: discord.HTTPException) -> float:
    headers: Any = error.response.headers
    try:
        return max(1.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return 5.0
