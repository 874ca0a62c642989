import logging

import pytest
from aiohttp import web

from bot.live.question_queue import DeadlineError, QueueFullError
from bot.web.problems import WrongHostError, problem_of
from bot.web.services import TokenError, TooFastError
from index.errors import EmptyQuestionError, IndexDamagedError, UnknownArticleError


@pytest.mark.parametrize(
    ("error", "status", "retry_after"),
    [
        (TooFastError(2.1), 429, "3"),
        (TooFastError(0.2), 429, "1"),
        (QueueFullError(7), 503, "7"),
        (DeadlineError(1), 503, "1"),
        (IndexDamagedError("the index is damaged"), 503, "60"),
        (TokenError(), 401, None),
        (WrongHostError(), 421, None),
        (EmptyQuestionError("The question is empty."), 400, None),
        (web.HTTPNotFound(), 404, None),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, None),
        (web.HTTPGone(), 410, None),
    ],
)
def test_each_error_has_a_status_and_words(error: Exception, status: int, retry_after: str | None) -> None:
    problem = problem_of(error)
    assert problem.status == status
    assert problem.headers.get("Retry-After") == retry_after
    assert problem.title
    assert problem.message


def test_what_may_be_used_instead_is_named() -> None:
    assert problem_of(web.HTTPMethodNotAllowed("PUT", ["GET"])).headers == {"Allow": "GET"}
    problem = problem_of(UnknownArticleError("no article is called 'x'; the nearest: y", nearest=("y",)))
    assert (problem.status, problem.nearest) == (404, ("y",))


def test_an_unexpected_error_is_told_by_a_number_and_logged_whole(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    problem = problem_of(ZeroDivisionError("secret"))
    assert problem.status == 500
    assert "secret" not in problem.message
    (record,) = caplog.records
    assert record.exc_info
    assert record.fields["reference"] in problem.message  # type: ignore[attr-defined]
