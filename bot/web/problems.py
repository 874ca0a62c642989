"""What went wrong with a request, in a status, a title and a sentence; never a traceback."""

import logging
import math
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from aiohttp import web

from bot.live.question_queue import DeadlineError, RetryLaterError
from bot.telemetry.log_format import fields
from bot.web.services import TokenError, TooFastError
from bot.web.web_questions import QuestionTooLongError
from index.errors import (
    EmptyQuestionError,
    FootnoteError,
    StoreBusyError,
    StoreUnavailableError,
    UnknownArticleError,
)

_TITLES: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("Not understood", "The request is not as it should be."),
        404: ("Not found", "There is no such page."),
        405: ("Not done this way", "This page cannot be used like that."),
        413: ("Too large", "That is more than is accepted here."),
        415: ("Not understood", "The question has to be JSON: Content-Type: application/json."),
        417: ("Not understood", "That is expected in vain here."),
        421: ("Another address", "This site does not answer to that name."),
    }
)

_STORE_LATE = 10.0  # seconds after which to ask again

log = logging.getLogger(__name__)


class WrongHostError(Exception):
    """A request calls the site by a name that is not its own."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A status of HTTP, what it means for a person, and headers; `nearest` are ids of articles to try."""

    status: int
    title: str
    message: str
    headers: Mapping[str, str] = field(default_factory=dict)
    nearest: tuple[str, ...] = ()


def problem_of(error: Exception) -> Problem:
    """Return what to say about an error; one that nobody expected is logged under a number that is told."""
    match error:
        case TooFastError():
            return _later(429, "A moment, please", "That was a lot of questions.", error.retry_after)
        case DeadlineError():
            return _later(503, "That took too long", "There was no answer in time.", error.retry_after)
        case RetryLaterError():
            return _later(503, "Busy", "Many questions wait at the moment.", error.retry_after)
        case StoreBusyError() | StoreUnavailableError():
            log.warning(error.message)
            return _later(503, "Busy", "The database has no time at the moment.", _STORE_LATE)
        case TokenError():
            headers = {"WWW-Authenticate": 'Bearer realm="footnote"'}
            return Problem(401, "A token is needed", "Show it as Authorization: Bearer …", headers)
        case WrongHostError():
            return Problem(421, *_TITLES[421])
        case UnknownArticleError():
            message = f"{error.message[0].upper()}{error.message[1:]}."
            return Problem(404, "No such article", message, nearest=error.nearest)
        case EmptyQuestionError() | QuestionTooLongError():
            return Problem(400, "Not a question", error.message)
        case web.HTTPException():
            title, message = _TITLES.get(error.status, (error.reason, "That did not work."))
            allow = error.headers.get("Allow")
            return Problem(error.status, title, message, {"Allow": allow} if allow else {})
    reference = secrets.token_hex(3)
    known = error.message if isinstance(error, FootnoteError) else None
    log.error(
        known or "unexpected error", extra=fields(reference=reference), exc_info=None if known else error
    )
    message = f"The log has the reason under the number {reference}."
    if known is not None:
        return _later(503, "Nothing can be looked up at the moment", message, 60)
    return Problem(500, "Something went wrong", message)


def _later(status: int, title: str, message: str, seconds: float) -> Problem:
    wait = max(1, math.ceil(seconds))
    return Problem(status, title, f"{message} Please try again in {wait} s.", {"Retry-After": str(wait)})
