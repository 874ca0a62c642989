"""Since when the bot is in one server alone, where all servers share a library: a small file says it.

In which server a question was asked is not stored. So what was asked while the bot was in several is listed
in none of them, nor in the last one that it stayed in.
"""

from datetime import UTC, datetime
from pathlib import Path

from bot.config import BotConfig
from bot.files import write_atomically

FILE = "several-servers"
"""In `[discord] directory`: the time of the last moment in several servers, or that it is in several now."""

_NOW = "now"


def note_servers(config: BotConfig, *, several: bool) -> None:
    """Note whether the bot is in several servers; what it left while it was not running counts from now on.

    Raises OSError.
    """
    noted = _read(config)
    if several and noted != _NOW:
        _write(config, _NOW)
    elif not several and noted == _NOW:
        _write(config, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")


def alone_since(config: BotConfig) -> str | None:
    """Return the time after which all questions were asked in one server, "" if it never was in several.

    None if it is in several, or if that cannot be told.
    """
    try:
        noted = _read(config)
        if noted:
            datetime.strptime(noted, "%Y-%m-%dT%H:%M:%SZ")
    except (OSError, ValueError):
        return None
    return noted


def _read(config: BotConfig) -> str:
    try:
        return _file(config).read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""


def _write(config: BotConfig, text: str) -> None:
    write_atomically(_file(config), f"{text}\n".encode())


def _file(config: BotConfig) -> Path:
    return config.bot_directory / FILE
