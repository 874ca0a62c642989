"""The meaning of each error."""

import aiohttp
import discord as discord_py
import pytest
from discord import app_commands

from bot.discord.delivery.error_messages import meaning_of, original_error
from bot.feedback.store import FeedbackError, NoRoomError
from bot.live.question_queue import DeadlineError, QueueFullError
from index.errors import EmptyQuestionError, IndexBusyError, IndexDamagedError, UnknownArticleError

INNARDS = "/srv/bees/config.toml line 7"


class Response:
    """As much of a response as discord.py's exceptions look at."""

    def __init__(self, status: int, **headers: str) -> None:
        self.status = status
        self.reason = "Because"
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


def http(status: int, code: int = 0, **headers: str) -> discord_py.HTTPException:
    kind = {403: discord_py.Forbidden, 404: discord_py.NotFound}.get(status, discord_py.HTTPException)
    kind = discord_py.DiscordServerError if status >= 500 else kind
    return kind(Response(status, **headers), {"code": code, "message": INNARDS})  # type: ignore[arg-type]


def invoked(error: Exception) -> app_commands.CommandInvokeError:
    @app_commands.command(description="Ask")
    async def ask(_: discord_py.Interaction) -> None: ...

    return app_commands.CommandInvokeError(ask, error)


@pytest.mark.parametrize(
    ("error", "kind", "text"),
    [
        (RuntimeError(INNARDS), "unexpected", "Something went wrong on my side."),
        (invoked(RuntimeError(INNARDS)), "unexpected", "Something went wrong on my side."),
        (invoked(http(404, 10062)), "too old", None),
        (http(404, 10015), "too old", None),
        (http(401, 50027), "too old", None),
        (http(400, 40060), "taken", None),
        (http(404, 10003), "channel deleted", None),
        (http(403, 50007), "direct messages closed", None),
        (http(404, 10008), "message deleted", "The message was deleted before I was done."),
        (http(400, 50035), "refused", "Discord did not accept my answer."),
        (http(403, 50001), "permission", "I'm missing a permission here."),
        (http(403, 50013), "permission", "I'm missing a permission here."),
        (
            http(429, Retry_After="2.2"),
            "slowed down",
            "Discord asks me to slow down. Please try again in 3 s.",
        ),
        (
            http(429, Retry_After="soon"),
            "slowed down",
            "Discord asks me to slow down. Please try again in 5 s.",
        ),
        (http(429), "slowed down", "Discord asks me to slow down. Please try again in 5 s."),
        (
            discord_py.RateLimited(61.0),
            "slowed down",
            "Discord asks me to slow down. Please try again in 61 s.",
        ),
        (http(502), "unreachable", "Discord has trouble at the moment. Please try again in a minute."),
        (
            aiohttp.ServerDisconnectedError(),
            "unreachable",
            "Discord has trouble at the moment. Please try again in a minute.",
        ),
        (PermissionError(INNARDS), "unexpected", "Something went wrong on my side."),
        (TimeoutError(), "unreachable", "Discord has trouble at the moment. Please try again in a minute."),
        (QueueFullError(3), "busy", "I'm busy right now. Please try again in 3 s."),
        (UnknownArticleError(INNARDS), "article gone", "This article is not in the library."),
        (EmptyQuestionError(INNARDS), "empty", "There is no question in that."),
        (NoRoomError(INNARDS), "feedback", "Thanks, but I have no room left to keep that."),
        (FeedbackError(INNARDS), "feedback", "Thanks, but I can't keep that at the moment."),
        (IndexDamagedError(INNARDS), "library", "I can't look things up at the moment."),
        (
            IndexBusyError(INNARDS),
            "preparing",
            "The articles of this server are being prepared. Please try again in a minute.",
        ),
        (
            app_commands.CommandNotFound("ask", []),
            "command changed",
            "This command has changed. Please reload Discord and try again.",
        ),
        (app_commands.CommandLimitReached(None, 100), "unexpected", "Something went wrong on my side."),
        (app_commands.NoPrivateMessage(), "not allowed", "You cannot use this here."),
    ],
)
def test_each_error_has_its_words(error: Exception, kind: str, text: str | None) -> None:
    meaning = meaning_of(original_error(error))
    assert (meaning.kind, meaning.text) == (kind, text)


def test_the_log_has_a_line_for_each_error() -> None:
    errors = [http(404, 10062), http(400, 40060), http(400, 50035), http(403, 50013), FeedbackError(INNARDS)]
    assert [meaning_of(error).event for error in errors] == [
        "too late: Discord no longer accepts an answer",
        "answered already, perhaps by another process",
        "answer refused by Discord as malformed",
        "permission missing",
        "feedback not kept",
    ]


def test_a_missed_deadline_is_told() -> None:
    assert (
        meaning_of(DeadlineError(4)).text
        == "That took too long, so I gave up. I'm busy: please try again in 4 s."
    )
