"""What ended the bot or the reading room is said to people, or is an event of the log."""

import logging

import pytest

from bot.telemetry.log_format import JSON, TEXT
from bot.terminal.ending import report_end
from bot.verbosity import NORMAL
from index.errors import ConfigurationError, EmptyQuestionError


def test_people_get_the_error_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    assert report_end(ConfigurationError("no such key"), NORMAL, TEXT) == 78
    assert capsys.readouterr().err.startswith("error: no such key")


def test_a_log_gets_the_error_as_an_event(caplog: pytest.LogCaptureFixture) -> None:
    assert report_end(EmptyQuestionError("nothing asked"), NORMAL, JSON) == 2
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.ERROR, "nothing asked")
    ]


def test_what_nobody_expected_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    assert report_end(ValueError("broken"), NORMAL, TEXT) == 1
    (record,) = caplog.records
    assert "broken" in record.getMessage() and record.exc_info is not None
