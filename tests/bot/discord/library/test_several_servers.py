"""Since when the bot is in one server alone: what was asked before is nobody's to see."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.discord.library.several_servers import FILE, alone_since, note_servers


@pytest.fixture
def config(tmp_path: Path) -> BotConfig:
    config = BotConfig(base=tmp_path)
    config.bot_directory.mkdir(parents=True, exist_ok=True)
    return config


def test_a_bot_that_never_was_in_several_hides_nothing(config: BotConfig) -> None:
    assert alone_since(config) == ""
    note_servers(config, several=False)
    assert alone_since(config) == ""
    assert not (config.bot_directory / FILE).exists()


def test_what_was_asked_in_several_stays_hidden_after_all_but_one_were_left(config: BotConfig) -> None:
    note_servers(config, several=True)
    assert alone_since(config) is None
    before = datetime.now(UTC)
    note_servers(config, several=False)
    since = alone_since(config)
    assert since is not None
    assert since >= f"{before:%Y-%m-%dT%H:%M:%SZ}"
    (config.bot_directory / FILE).write_text("2020-02-03T04:05:06Z\n")
    note_servers(config, several=False)
    assert alone_since(config) == "2020-02-03T04:05:06Z", "the last time counts"
    note_servers(config, several=True)
    assert alone_since(config) is None


@pytest.mark.parametrize("content", [b"yesterday", b"\xff", b"2020-13-01T00:00:00Z"])
def test_a_file_that_says_nothing_hides_all(config: BotConfig, content: bytes) -> None:
    (config.bot_directory / FILE).write_bytes(content)
    assert alone_since(config) is None
