"""`footnote library log`: every change that a command made, and what is shown of those made in Discord."""

from pathlib import Path

from bot.library_log import LibraryLog
from tests.support.homes import Home


def test_what_commands_change_is_listed(bare: Home, tmp_path: Path) -> None:
    log = bare.folder / ".footnote-bot" / "library.jsonl"
    assert bare.footnote("library", "log").out == f"no changes yet in {log}\n"
    (tmp_path / "bees.md").write_text("# Bees\n\nBees hum.")
    for _ in range(2):
        bare.footnote("add", "--into", "a", "--url", "https://example.org/b", str(tmp_path / "bees.md"))
    bare.footnote("remove", "a/bees")
    added, removed = bare.footnote("library", "log", "--json").json
    assert list(added) == ["time", "server", "who", "action", "file", "url"]
    assert (added["who"], added["server"], added["action"]) == ("terminal", None, "added")
    assert (added["file"], added["url"]) == ("a/bees.md", "https://example.org/b")
    assert (removed["action"], removed["file"]) == ("removed", "a/bees.md")


def test_a_change_in_discord_is_shown_with_ids_and_nothing_that_a_terminal_obeys(bare: Home) -> None:
    LibraryLog(bare.folder / ".footnote-bot").record(12, "added", "a\x1b[31m.md", server=34)
    run = bare.footnote("library", "log")
    assert run.out.endswith("Z  added a\ufffd[31m.md (user 12, server 34)\n")


def test_an_addition_that_cannot_be_recorded_is_made_all_the_same(bare: Home, tmp_path: Path) -> None:
    (bare.folder / ".footnote-bot").write_text("a file where the folder should be")
    (tmp_path / "bees.md").write_text("Bees hum.")
    run = bare.footnote("add", str(tmp_path / "bees.md"))
    assert (run.code, run.out.splitlines()[0]) == (0, "added bees")
    assert run.err.startswith("warning: the change is not in the log: ")
