"""`footnote bot` says what keeps it from starting: in words, or as an event of the log."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.terminal.command_group import GlobalOptions
from bot.terminal.run_bot import start


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave the root logger as it was."""
    root = logging.getLogger()
    before = root.handlers.copy()
    yield
    root.handlers[:] = before


def test_a_wrong_configuration_ends_with_78(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[discord]\nqueue = 'long'\n")
    assert start(GlobalOptions(path), None, "text") == 78
    assert capsys.readouterr().err.startswith(f"error: {path}: discord.queue: expected a whole number")


def test_without_a_token_it_says_where_the_token_comes_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "config.toml").touch()
    assert start(GlobalOptions(tmp_path / "config.toml"), None, "json") == 78
    (line,) = capsys.readouterr().err.splitlines()
    event = json.loads(line)
    assert event["level"] == "error"
    assert "DISCORD_BOT_TOKEN" in line
