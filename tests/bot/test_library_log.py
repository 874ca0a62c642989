"""The log of who changed the library: it only grows, whoever writes to it, and holds ids alone."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.library_log import (
    LOG_FILE,
    MOVED_FILE,
    MOVING_FILE,
    TERMINAL,
    LibraryChange,
    LibraryLog,
    StoredLibraryLog,
    library_log_of,
)
from index.storage.postgres.database import Database

USER, SERVER = 80351110224678912, 197038439483310086


def test_changes_are_read_as_they_were_recorded(tmp_path: Path) -> None:
    log = LibraryLog(tmp_path / "bot")
    assert log.list() == []
    log.record(USER, "added", "discord/bees.md", "https://example.org/bees", server=SERVER)
    log.record(TERMINAL, "removed", "notes/a\nb\u2028.md")
    first, second = log.list()
    assert (first.who, first.server, first.action) == (str(USER), str(SERVER), "added")
    assert (first.file, first.url) == ("discord/bees.md", "https://example.org/bees")
    assert (second.who, second.server, second.file, second.url) == (
        "terminal",
        None,
        "notes/a\nb\u2028.md",
        None,
    )
    assert second.time.endswith("Z")
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600


def test_a_line_that_was_cut_short_is_named_and_spoils_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    log = LibraryLog(tmp_path)
    log.record(TERMINAL, "added", "a.md")
    whole = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda target, line: whole(target, line[:20]))
        log.record(TERMINAL, "added", "b.md")
    assert "the change is not in the log: " in caplog.text and "No space left" in caplog.text
    log.record(TERMINAL, "added", "c.md")
    assert [change.file for change in log.list()] == ["a.md", "c.md"]


def test_lines_of_others_are_passed_over(tmp_path: Path) -> None:
    log = LibraryLog(tmp_path)
    log.path.write_text('[]\n{"time": 1}\nnull\n')
    log.record(TERMINAL, "added", "a.md")
    assert [change.file for change in log.list()] == ["a.md"]


def test_processes_that_write_at_once_lose_no_line(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from bot.library_log import LibraryLog\n"
        "for n in range(50): LibraryLog(Path(sys.argv[1])).record(sys.argv[2], 'added', f'{n}-' + 'a' * 2000)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", script, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    assert len(LibraryLog(tmp_path).list()) == 150
    lines = (tmp_path / LOG_FILE).read_text().split("\n")
    assert all(json.loads(line) for line in lines if line)


def test_the_latest_changes_are_read_without_the_whole_file(tmp_path: Path) -> None:
    log = LibraryLog(tmp_path, block_size=300)
    for day in range(1, 29):
        change = LibraryChange(f"2026-02-{day:02d}T12:00:00Z", "1", "2", "added", f"{day}.md", None)
        with log.path.open("a") as file:
            file.write(f"\n{json.dumps(asdict(change))}")
    for day in (1, 13, 27, 28, 29):
        since = log.since(f"2026-02-{day:02d}T00:00:00Z")
        assert [change.file for change in since] == [f"{each}.md" for each in range(day, 29)]
    assert len(log.list()) == 28
    lines = log.path.read_text().splitlines()
    log.path.write_text("\n".join(["nonsense" * 100, *lines[-2:]]))
    assert len(log.since("2026-02-01T00:00:00Z")) == 2
    assert LibraryLog(tmp_path / "none").since("") == ()


def test_the_log_is_where_the_library_is(tmp_path: Path, database_url: str) -> None:
    assert library_log_of(BotConfig(base=tmp_path)).place.endswith(LOG_FILE)
    config = BotConfig.model_validate({"base": tmp_path, "store": {"url": database_url}})
    log = library_log_of(config)
    assert isinstance(log, StoredLibraryLog)
    assert log.list() == []
    Database(database_url, wait=5).make_schema()
    log.record(TERMINAL, "removed", "notes/a\nb\u2028.md")
    assert [change.file for change in library_log_of(config).list()] == ["notes/a\nb\u2028.md"]
    assert not list(tmp_path.iterdir())


def test_servers_see_their_own_changes_in_a_database_and_the_owner_all(database_url: str) -> None:
    database = Database(database_url, wait=5)
    database.make_schema()
    common, own, other = (StoredLibraryLog(database, tenant, "") for tenant in (0, SERVER, 42))
    common.record(TERMINAL, "added", "a.md")
    own.record(USER, "added", "b \ud83d.md", "https://example.org/bees", server=SERVER)
    common.record(USER, "updated", "c.md", server=SERVER)
    assert [change.file for change in common.list()] == ["a.md", "b \ufffd.md", "c.md"]
    assert [change.file for change in own.list()] == ["b \ufffd.md", "c.md"]
    assert other.list() == []
    first, second = own.list()
    assert (first.who, first.server, first.action) == (str(USER), str(SERVER), "added")
    assert first.url == "https://example.org/bees"
    assert own.since(second.time)[-1] == second
    assert own.since("9999") == ()


def test_a_change_that_a_database_does_not_store_stays_made(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(f"postgresql://me@/x?host={tmp_path}", wait=0.1)
    StoredLibraryLog(database, 0, "").record(TERMINAL, "added", "a.md")
    assert "the change is not in the log: the database cannot be reached" in caplog.text


def test_a_log_in_a_file_is_moved_to_the_database_once(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if the process ended before it could say that it was; servers' changes are their own."""
    file = LibraryLog(tmp_path)
    file.record(TERMINAL, "added", "a.md")
    file.record(TERMINAL, "added", "a.md")
    file.record(USER, "added", "b \0.md", "https://example.org/bees", server=SERVER)
    before = file.list()
    database = Database(database_url, wait=30)
    database.make_schema()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            StoredLibraryLog(database, 0, "", tmp_path).list()
    for _ in range(2):
        log = StoredLibraryLog(database, 0, "", tmp_path)
        log.record(TERMINAL, "removed", "c.md")
    assert [change.file for change in log.list()] == ["a.md", "a.md", "b \ufffd.md", "c.md", "c.md"]
    assert log.list()[0] == before[0]
    own = StoredLibraryLog(database, SERVER, "", tmp_path)
    assert [change.file for change in own.list()] == ["b \ufffd.md"]
    assert not file.path.exists()
    (tmp_path / MOVED_FILE).rename(file.path)  # where it can be read as before
    assert [change.file for change in file.list()][:2] == ["a.md", "a.md"]


def test_a_log_in_a_file_waits_for_a_database_that_is_away(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    LibraryLog(tmp_path).record(TERMINAL, "added", "a.md")
    away = StoredLibraryLog(Database(f"postgresql://me@/x?host={tmp_path}", wait=0.1), 0, "", tmp_path)
    away.record(TERMINAL, "added", "b.md")
    assert "the change is not in the log: the database cannot be reached" in caplog.text
    database = Database(database_url, wait=30)
    database.make_schema()
    assert [change.file for change in StoredLibraryLog(database, 0, "", tmp_path).list()] == ["a.md"]


def test_changes_that_a_database_refuses_are_moved_there_once_it_takes_them(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    LibraryLog(tmp_path).record(TERMINAL, "added", "a.md")
    database = Database(database_url, wait=30)
    database.make_schema()
    log = StoredLibraryLog(database, 0, "", tmp_path)
    log.record(TERMINAL, "added", "b.md")
    let_write(database, allowed=False)
    for file in ("c.md", "d.md"):
        log.record(TERMINAL, "added", file)
        assert "the change is in a file until the log can take it: the database is read-only" in caplog.text
    assert [change.file for change in log.list()] == ["a.md", "b.md"]
    assert (tmp_path / MOVING_FILE).exists()  # and what came later is in a file of its own
    log.record(TERMINAL, "added", "e.md")
    let_write(database, allowed=True)
    log.record(TERMINAL, "added", "f.md")
    assert [change.file for change in log.list()] == ["a.md", "b.md", "c.md", "d.md", "e.md", "f.md"]
    assert [path.name for path in tmp_path.iterdir()] == [MOVED_FILE]
    (tmp_path / MOVED_FILE).rename(tmp_path / LOG_FILE)
    assert [change.file for change in LibraryLog(tmp_path).list()] == ["a.md", "c.md", "d.md", "e.md"]


def test_a_change_that_neither_database_nor_file_take_stays_made(
    tmp_path: Path, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(database_url, wait=30)
    database.make_schema()
    let_write(database, allowed=False)
    for folder in (None, tmp_path / "file"):
        (tmp_path / "file").touch()
        StoredLibraryLog(database, 0, "", folder).record(TERMINAL, "added", "a.md")
        assert "the change is not in the log: the database is read-only" in caplog.messages[-1]


def let_write(database: Database, *, allowed: bool) -> None:
    """Let new connections to a database write, or only read."""
    with database.connect(autocommit=True) as connection:
        connection.execute("SET default_transaction_read_only = off")
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        state = "off" if allowed else "on"
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {state}")
    database.close()
