"""What docs/discord.md names is so."""

import re
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.config import Config
from bot.discord.health import DISCONNECTED, STARTING, STOPPING
from bot.discord.meter import Meter

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "discord.md").read_text("utf-8")


def test_the_metrics_are_all_named_and_no_others() -> None:
    named = set(re.findall(r"`(footnote_\w+)`", GUIDE))
    there = set()
    for metric in Meter().registry.collect():
        suffix = {"counter": "_total", "info": "_info"}.get(metric.type, "")
        there.add(metric.name + suffix)
    assert named == there


def test_every_file_that_is_linked_exists() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", GUIDE)
    assert links
    assert all((ROOT / "docs" / link).is_file() for link in links)


def test_every_command_option_and_key_that_is_named_exists() -> None:
    assert isinstance(main, click.Group)
    commands = set(re.findall(r"`footnote ([a-z]+)", GUIDE))
    assert {"bot", "doctor", "feedback"} <= commands <= set(main.commands)
    options = {option for parameter in main.commands["bot"].params for option in parameter.opts}
    assert {"--sync", "--log-format", "-v"} <= options
    for section, key in re.findall(r"`\[(\w+)\] (\w+)", GUIDE):
        assert key in getattr(Config(), section).model_dump(), (section, key)


@pytest.mark.parametrize("state", [STARTING, DISCONNECTED, STOPPING])
def test_the_states_of_health_are_named(state: str) -> None:
    assert f'"{state}"' in GUIDE or f"`{state}`" in GUIDE


@pytest.mark.parametrize("said", re.findall(r"^\| exits with 78: `([^`…]+)", GUIDE, re.MULTILINE))
def test_what_the_bot_is_said_to_say_it_says(said: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "discord").glob("*.py"))
    assert said in sources or said.rstrip(": ") in sources
