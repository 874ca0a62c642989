"""What docs/discord.md promises of the bot holds."""

import re

import click
import pytest
from pydantic import ValidationError

from bot.config import DiscordSection
from bot.discord.events.client import intents
from bot.discord.events.commands import definitions
from bot.discord.questions.written_answers import EDIT_INTERVAL, MOST_WRITING
from bot.rewriting import REWRITE_WITHIN
from bot.telemetry.health import DISCONNECTED, STARTING, STOPPING
from bot.telemetry.meter import Meter
from bot.terminal.cli import main
from tests.support.paths import ROOT

NUMBERS = "zero one two three four five six seven eight nine".split()
GUIDE = (ROOT / "docs" / "discord.md").read_text("utf-8")


def test_all_metrics_are_documented_and_no_others() -> None:
    documented = set(re.findall(r"`(footnote_\w+)`", GUIDE))
    exported = set()
    for metric in Meter().registry.collect():
        suffix = {"counter": "_total", "info": "_info"}.get(metric.type, "")
        exported.add(metric.name + suffix)
    assert documented == exported


def test_every_option_that_is_named_exists() -> None:
    assert isinstance(main, click.Group)
    options = {option for parameter in main.commands["bot"].params for option in parameter.opts}
    named = {"--sync", "--log-format", "-v"}
    assert named <= options
    assert all(option in GUIDE for option in named)


@pytest.mark.parametrize("state", [STARTING, DISCONNECTED, STOPPING])
def test_the_states_of_health_are_documented(state: str) -> None:
    assert f'"{state}"' in GUIDE or f"`{state}`" in GUIDE


@pytest.mark.parametrize("message", re.findall(r"^\| exits with 78: `([^`…]+)", GUIDE, re.MULTILINE))
def test_the_messages_in_the_table_of_symptoms_are_the_bots(message: str) -> None:
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "bot" / "discord").rglob("*.py"))
    assert message.rstrip(": ") in sources


def test_what_discord_does_not_show_the_bot_is_documented() -> None:
    """Without this intent, Discord sends the text of direct messages and mentions only; a ping is one."""
    assert not intents().message_content
    assert re.search(r"^- a reply .* ping switched off is not seen", GUIDE, re.MULTILINE)
    assert re.search(r"^\| no answer to a reply, .*ping", GUIDE, re.MULTILINE)


def test_the_longest_deadline_is_the_configurations() -> None:
    (longest,) = re.findall(r"after how many seconds, (\d+) at most", GUIDE)
    DiscordSection(deadline=float(longest))
    with pytest.raises(ValidationError):
        DiscordSection(deadline=float(longest) + 1)


def test_every_command_is_documented_with_its_options() -> None:
    for command in definitions():
        if not command.get("options") and command["name"] != "about":
            assert f"*{command['name']}*" in GUIDE  # an entry of a message's menu
            continue
        subcommands = [option["name"] for option in command.get("options", ()) if option["type"] == 1]
        if subcommands:
            assert f"| `/{command['name']} {'`, `'.join(subcommands)}` |" in GUIDE
            continue
        options = [
            f"{option['name']}:…" if option.get("required") else f"[{option['name']}:…]"
            for option in command.get("options", ())
        ]
        usage = " ".join([f"/{command['name']}", *options])
        assert f"| `{usage}` |" in GUIDE


def test_what_a_language_model_adds_is_documented() -> None:
    plain, more = ({command["name"]: command for command in definitions(written=on)} for on in (False, True))
    assert plain.keys() == more.keys()
    (added,) = [option for option in more["ask"]["options"] if option not in plain["ask"]["options"]]
    assert f"`/ask` then has the option `{added['name']}`" in GUIDE
    assert "at most once a second" in GUIDE
    assert EDIT_INTERVAL == 1.0
    assert f"more than {NUMBERS[int(REWRITE_WITHIN)]} seconds" in GUIDE
    assert f"At most {NUMBERS[MOST_WRITING]} answers" in GUIDE


def test_the_token_s_file_is_ignored_by_git() -> None:
    (name,) = set(re.findall(r"\w+\.env\b", GUIDE))
    assert name in (ROOT / ".gitignore").read_text("utf-8").splitlines()


def test_the_steps_stand_in_one_place() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    assert "(docs/discord.md)" in readme
    assert "Reset Token" in GUIDE
    assert "Reset Token" not in readme
