"""The bot's log: one line per event on stderr, as text or as JSON, including discord.py's own events."""

import json
import logging
import re
import sys
import traceback
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from typing_extensions import override

from bot.verbosity import QUIET, VERBOSE, set_levels
from bot.wording import safe

TEXT, JSON = "text", "json"

# The token of an interaction, as in /webhooks/123/aW50ZXJhY3Rpb24: for 15 minutes anyone can respond with it.
_INTERACTION_TOKEN = re.compile(r"(/(?:webhooks|interactions)/\d+/)[\w.-]+", re.ASCII)
_HIDDEN = "[hidden]"

# Loggers of discord.py whose traces are of connections that it will try again: no trace is needed.
_CONNECTION_LOGGERS = ("discord.shard", "discord.gateway")


def fields(**values: Any) -> dict[str, dict[str, Any]]:
    """Return the `extra` of an event: its variable parts, shown as `name=value` or as keys of JSON."""
    return {"fields": values}


class LogHandler(logging.Handler):
    """Writes each record to stderr as TEXT or as JSON, with none of the `secrets` in it."""

    def __init__(self, log_format: str, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._render = _as_json if log_format == JSON else _as_text
        self._secrets = tuple(secret for secret in secrets if secret)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(f"{self._without_secrets(self._render(record))}\n")
            sys.stderr.flush()
        except (OSError, ValueError):
            pass  # stderr is closed
        except Exception:
            self.handleError(record)

    def _without_secrets(self, line: str) -> str:
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        return _INTERACTION_TOKEN.sub(rf"\1{_HIDDEN}", line)


def configure_logging(verbosity: int, log_format: str, secrets: Collection[str] = ()) -> None:
    """Send every log record to stderr in `log_format`, as many as `verbosity` asks for; see `bot.verbosity`.

    Unless `verbosity` is QUIET, discord.py's warnings are among them, since they report on the connection.
    """
    logging.captureWarnings(True)
    set_levels(verbosity)
    root = logging.getLogger()
    for handler in root.handlers.copy():
        root.removeHandler(handler)
    root.addHandler(LogHandler(log_format, secrets))
    quiet, loud = verbosity <= QUIET, verbosity >= VERBOSE
    # Never DEBUG: that contains what people wrote.
    logging.getLogger("discord").setLevel(
        logging.ERROR if quiet else logging.INFO if loud else logging.WARNING
    )


def _as_json(record: logging.LogRecord) -> str:
    line: dict[str, Any] = {
        "time": _time(record),
        "level": record.levelname.lower(),
        "event": _event(record),
        "logger": record.name,
    }
    line.update((name, value) for name, value in _fields(record).items() if name not in line)
    if trace := _trace(record):
        line["trace"] = trace
    return json.dumps(line, ensure_ascii=True, default=str)


def _as_text(record: logging.LogRecord) -> str:
    """Lay out a record as time, level, event and fields; the lines of a trace follow, indented."""
    pairs = "".join(f" {name}={_value(value)}" for name, value in _fields(record).items())
    lines = [f"{_time(record)} {record.levelname.lower():<7} {safe(_event(record))}{pairs}"]
    lines += [f"  {safe(line)}" for line in _trace(record).splitlines()]
    text = "\n".join(lines)
    encoding = getattr(sys.stderr, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _event(record: logging.LogRecord) -> str:
    event, error = record.getMessage(), _error(record)
    return (
        event
        if error is None or record.name not in _CONNECTION_LOGGERS
        else f"{event}: {_in_one_line(error)}"
    )


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    extra = getattr(record, "fields", None)
    return extra if isinstance(extra, Mapping) else {}


def _value(value: Any) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else safe(str(value))
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)


def _trace(record: logging.LogRecord) -> str:
    error = _error(record)
    if error is None or record.name in _CONNECTION_LOGGERS:
        return ""
    return "".join(traceback.format_exception(error)).rstrip("\n")


def _error(record: logging.LogRecord) -> BaseException | None:
    return record.exc_info[1] if record.exc_info else None


def _in_one_line(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
