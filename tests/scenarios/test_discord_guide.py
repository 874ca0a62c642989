"""What docs/discord.md names is so."""

import re

import click
import pytest
from pydantic import ValidationError

from bot.config import DiscordSection
from bot.discord.events.client import intents
from bot.discord.telemetry.health import DISCONNECTED, STARTING, STOPPING
from bot.discord.telemetry.meter import Meter
from bot.terminal.cli import main
from tests.support.paths import ROOT

GUIDE = (ROOT / "docs" / "discord.md").read_text("utf-8")


def test_the_metrics_are_all_named_and_no_others() -> None:
    named = set(re.findall(r"`(footnote_\w+)`", GUIDE))
    there = set()
    for metric in Meter().registry.collect():
        suffix = {"counter": "_total", "info": "_info"}.get(metric.type, "")
        there.add(metric.name + suffix)
    assert named == there


def test_every_option_that_is_named_exists() -> None:
    assert isinstance(main, click.Group)
    options = {option for parameter in main.commands["bot"].params for option in parameter.opts}
    named = {"--sync", "--log-format", "-v"}
    assert named <= options
    assert all(option in GUIDE for option in named)


@pytest.mark.parametrize("state", [STARTING, DISCONNECTED, STOPPING])
def test_the_states_of_health_are_named(state: str) -> None:
    assert f'"{state}"' in GUIDE or f"`{state}`" in GUIDE


@pytest.mark.parametrize("said", re.findall(r"^\| exits with 78: `([^`…]+)", GUIDE, re.MULTILINE))
def test_what_the_bot_is_said_to_say_it_says(said: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "discord").rglob("*.py"))
    assert said in sources or said.rstrip(": ") in sources


def test_what_discord_does_not_show_the_bot_is_said() -> None:
    """Without this intent a message's text comes with a mention, a reply's ping among them, or directly."""
    assert not intents().message_content
    assert re.search(r"^- a reply .* ping switched off is not seen", GUIDE, re.MULTILINE)
    assert re.search(r"^\| no answer to a reply, .*ping", GUIDE, re.MULTILINE)


def test_the_longest_deadline_is_the_configurations() -> None:
    (longest,) = re.findall(r"after how many seconds, (\d+) at most", GUIDE)
    DiscordSection(deadline=float(longest))
    with pytest.raises(ValidationError):
        DiscordSection(deadline=float(longest) + 1)
