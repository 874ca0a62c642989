"""`--server ID`: the commands on the library of one server, where servers have their own."""

import re
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.feedback.store import Feedback
from bot.feedback.unanswered import UnansweredQuestions
from bot.library_log import LibraryLog
from bot.server_folders import make_server_folder
from tests.support.homes import Home
from tests.support.judgements import RIGHT

RAID = "When does the guild raid?"


@pytest.fixture
def servers(home: Home) -> Home:
    """Return a home in which servers have libraries of their own."""
    text = home.config.read_text("utf-8")
    home.config.unlink()
    home.config.write_text(text.replace('libraries = "common"', 'libraries = "per-server"'), "utf-8")
    return home


@pytest.mark.slow
def test_a_server_is_asked_with_the_common_articles_and_changed_alone(servers: Home, tmp_path: Path) -> None:
    (tmp_path / "raid.md").write_text("# Raids\n\nThe guild raids on Friday evening.")
    run = servers.footnote("add", "--server", "1200", str(tmp_path / "raid.md"))
    assert (run.code, run.out) == (0, "added raid\n    Raids, 2 sentences\n")
    run = servers.footnote("ask", "--server", "1200", "--json", RAID)
    assert run.json["answer"].removeprefix("on ") == "Friday evening"
    assert servers.footnote("ask", RAID).code == 3
    ids = [each["id"] for each in servers.footnote("articles", "--server", "1200", "--json").json]
    assert ids == ["coalition-strikes-near-al-tanf", "notes/bees", "raid"]
    assert "raid" not in servers.footnote("articles").out
    chatted = servers.footnote("chat", "--server", "1200", stdin=f"{RAID}\n{RAID}\n")
    assert chatted.out.count("Friday evening") >= 2
    assert (
        "no article is called 'notes/bees'"
        in servers.footnote("remove", "--server", "1200", "notes/bees").err
    )
    assert servers.footnote("remove", "--server", "1200", "raid").code == 0
    assert servers.footnote("ask", "--server", "1200", RAID).code == 3
    log = servers.footnote("library", "log", "--server", "1200")
    assert re.sub(r"\S+Z  ", "", log.out) == (
        "added raid.md (terminal, server 1200)\nremoved raid.md (terminal, server 1200)\n"
    )


def test_the_log_and_the_gaps_are_those_of_the_server(servers: Home) -> None:
    config = BotConfig.read(servers.config)
    log = LibraryLog(config.bot_directory)
    for server in (1200, 77, None):
        log.record("5", "added", f"{server}.md", server=server)
    of_server = config.of_server(1200)
    UnansweredQuestions(Feedback.open(of_server.feedback_directory), 90).add("Who owns the moon?")
    log_of = servers.footnote("library", "log", "--server", "1200", "--json").json
    assert [each["file"] for each in log_of] == ["1200.md"]
    assert len(servers.footnote("library", "log", "--json").json) == 3
    assert servers.footnote("gaps", "--json").json == []
    assert servers.footnote("gaps", "--forget", "--json", "--server", "1200").json == {"deleted": 1}


def test_what_a_person_said_is_forgotten_in_all_servers(servers: Home) -> None:
    config = BotConfig.read(servers.config)
    for each in (config, config.of_server(1200), config.of_server(77)):
        Feedback.open(each.feedback_directory).add(RIGHT, user=5, message=6)
    assert servers.footnote("feedback", "--forget", "5", "--server", "77", "--json").json == {"deleted": 1}
    assert servers.footnote("feedback", "--forget", "5", "--json").json == {"deleted": 2}


def test_what_a_person_said_is_forgotten_after_servers_have_no_libraries_any_more(home: Home) -> None:
    config = BotConfig.read(home.config)
    assert not config.has_server_libraries
    Feedback.open(make_server_folder(config.of_server(1200))).add(RIGHT, user=5, message=6)
    assert home.footnote("feedback", "--forget", "5", "--json").json == {"deleted": 1}


def test_a_damaged_file_of_one_server_is_named_and_the_others_forget(servers: Home) -> None:
    config = BotConfig.read(servers.config)
    for each in (config, config.of_server(77), config.of_server(1200)):
        Feedback.open(each.feedback_directory).add(RIGHT, user=5, message=6)
    damaged = Feedback(config.of_server(77).feedback_directory).path
    damaged.write_bytes(b"nonsense" * 100)
    run = servers.footnote("feedback", "--forget", "5")
    assert (run.code, run.out) == (1, "deleted 2 verdicts\n")
    assert run.err.startswith(f"error: {damaged} is damaged\n  Move it away")
    assert servers.footnote("feedback", "--json").json == []
    assert servers.footnote("feedback", "--json", "--server", "1200").json == []


def test_a_server_without_a_library_is_named(home: Home, servers: Home) -> None:
    run = servers.footnote("articles", "--server", "1200")
    assert (run.code, run.err) == (
        78,
        f"error: there is no library of a server 1200 in {servers.folder / 'servers'}\n",
    )
    assert servers.footnote("articles", "--server", "0").code == 2
    assert servers.footnote("bot", "--server", "1200").code == 2


def test_without_libraries_of_servers_there_is_nothing_to_name(bare: Home) -> None:
    run = bare.footnote("add", "--server", "1200", "a.md")
    assert run.code == 78
    assert "discord.libraries: servers have libraries of their own only with 'per-server'" in run.err
    assert not (bare.folder / "servers").exists()
