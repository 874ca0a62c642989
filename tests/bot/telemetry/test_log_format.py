import io
import json
import logging
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from bot.telemetry.log_format import JSON, TEXT, configure_logging, fields
from bot.verbosity import DEBUG, NORMAL, QUIET, VERBOSE

TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Leave logging as it was found."""
    loggers = [logging.getLogger(name) for name in ("", "bot", "index", "discord")]
    levels, handlers = [logger.level for logger in loggers], logging.getLogger().handlers.copy()
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    logging.getLogger().handlers[:] = handlers
    logging.captureWarnings(False)


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == ""
    return [json.loads(line) for line in said.err.splitlines()]


def test_an_event_is_a_line_of_json_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(NORMAL, JSON)
    log = logging.getLogger("bot.discord.example")
    log.info("ready", extra=fields(servers=3, after=1.5, level="never this"))
    (event,) = events(capsys)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event.pop("time"))
    assert event == {
        "level": "info",
        "event": "ready",
        "logger": "bot.discord.example",
        "servers": 3,
        "after": 1.5,
    }


def test_an_event_is_a_line_of_text_with_its_fields(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(NORMAL, TEXT)
    logging.getLogger("bot.x").warning(
        "a\nb\x1b[1m", extra=fields(shard=0, after=1.23456, name_="x y\u202e=\n")
    )
    err = capsys.readouterr().err
    assert re.fullmatch(r'\S+Z warning a b\ufffd\[1m shard=0 after=1\.235 name_="x y= "\n', err)


def test_a_trace_is_a_key_of_json_and_indented_in_text(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        try:
            raise ValueError("the\nreason")
        except ValueError:
            logging.getLogger("bot.x").exception("failed", extra=fields(reference="1a2b"))

    configure_logging(NORMAL, JSON)
    fail()
    (event,) = events(capsys)
    assert (event["event"], event["reference"]) == ("failed", "1a2b")
    assert event["trace"].endswith("ValueError: the\nreason")
    configure_logging(NORMAL, TEXT)
    fail()
    first, *rest = capsys.readouterr().err.splitlines()
    assert first.endswith("failed reference=1a2b")
    assert rest
    assert all(line.startswith("  ") for line in rest)


@pytest.mark.parametrize("log_format", [TEXT, JSON])
def test_a_connection_that_is_tried_again_is_one_line(
    capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    configure_logging(NORMAL, log_format)
    try:
        raise ConnectionRefusedError(111, "Connection refused")
    except OSError:
        logging.getLogger("discord.shard").exception("Failed to connect for shard_id: %s.", 0)
        logging.getLogger("discord.client").exception("Ignoring exception in %s", "on_message")
    first, *rest = capsys.readouterr().err.splitlines()
    assert "shard_id: 0.: ConnectionRefusedError: [Errno 111] Connection refused" in first
    assert "on_message" in rest[0]
    assert "trace" in "".join(rest).lower()  # that one is not the network's


@pytest.mark.parametrize("log_format", [TEXT, JSON])
@pytest.mark.parametrize("verbosity", [NORMAL, DEBUG])
def test_neither_the_token_nor_an_interactions_is_ever_written(
    capsys: pytest.CaptureFixture[str], log_format: str, verbosity: int
) -> None:
    configure_logging(verbosity, log_format, (TOKEN,))
    log = logging.getLogger("discord.http")
    log.warning(
        "rate limited: https://example.org/api/v10/webhooks/12/aW50ZXJhY3Rpb246.x-_y/messages/@original"
    )
    log.warning("PATCH /interactions/34/aW50ZXJhY3Rpb246MTIz/callback")
    try:
        raise ValueError(f"header Authorization: Bot {TOKEN}")
    except ValueError:
        log.exception("failed with %s", TOKEN, extra=fields(token=TOKEN))
    log.debug("WebSocket Event: what somebody wrote")
    err = capsys.readouterr().err
    assert TOKEN not in err
    assert "aW50ZXJhY3Rpb246" not in err
    assert "/webhooks/12/[hidden]/messages/@original" in err
    assert "/interactions/34/[hidden]/callback" in err
    assert "somebody" not in err


@pytest.mark.parametrize(
    ("verbosity", "heard"),
    [
        (QUIET, {"bot error", "discord error"}),
        (NORMAL, {"bot error", "bot info", "discord error", "discord warning"}),
        (VERBOSE, {"bot error", "bot info", "discord error", "discord warning", "discord info"}),
    ],
)
def test_how_much_is_written(capsys: pytest.CaptureFixture[str], verbosity: int, heard: set[str]) -> None:
    configure_logging(verbosity, JSON)
    logging.getLogger("bot.x").error("bot error")
    logging.getLogger("bot.x").info("bot info")
    for level in ("error", "warning", "info", "debug"):
        getattr(logging.getLogger("discord.x"), level)(f"discord {level}")
    assert {event["event"] for event in events(capsys)} == heard


def test_a_stream_that_cannot_write_a_letter_or_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    configure_logging(NORMAL, TEXT)
    narrow = io.BytesIO()
    monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(narrow, encoding="ascii"))
    logging.getLogger("bot.x").info("é")
    assert narrow.getvalue().endswith(b"\\xe9\n")
    sys.stderr.close()
    logging.getLogger("bot.x").info("nobody listens")
