"""A standby that lags: it answers from the library that it has, whole, and is never written."""

import asyncio
import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import pytest

from index.config import Config
from index.errors import Reason, StoreReadOnlyError
from index.library import Library
from index.storage.postgres.database import Connection, Database
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import RIGHT, ask, press, seen
from tests.support.homes import Home
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server, database_name, running_replica, running_server
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write, write_corpus
from tests.support.stored_articles import TEXTS, publish, stored_texts

pytestmark = pytest.mark.slow

QUESTION, CHEESE = "How many people live in Raqqa?", "What do mice eat?"
MICE = "Mice\n\nMice eat cheese.\n"
STANDBY = "the database is a read-only standby"
REMEDY = "Name its primary server in `[store] url`, or set `[store] update = false` to only answer."
UPDATE_PRIMARY = "With the primary server in `[store] url`, run `footnote index`."


class Pair(NamedTuple):
    """A server, and one that follows it by streaming replication."""

    primary: Server
    standby: Server

    def of(self, url: str) -> str:
        """Return the address on the standby of a database of the primary."""
        return self.standby.address(database_name(url))

    def pause(self) -> None:
        """Let the standby fall behind; it goes on receiving changes."""
        self.standby.wait_for(self.primary)
        self._run("SELECT pg_wal_replay_pause()")
        while self._run("SELECT pg_get_wal_replay_pause_state()") != [("paused",)]:
            time.sleep(0.05)

    def go_on(self) -> None:
        """Let the standby make all changes."""
        self._run("SELECT pg_wal_replay_resume()")
        self.standby.wait_for(self.primary)

    def _run(self, statement: str) -> list[tuple[str]]:
        with self.standby.administer() as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(scope="module")
def servers() -> Iterator[Pair]:
    with running_server() as primary:
        if primary.folder is None:
            pytest.skip("a server that is not ours is left as it is")
        with running_replica(primary) as standby:
            yield Pair(primary, standby)


@pytest.fixture
def pair(servers: Pair) -> Iterator[Pair]:
    yield servers
    servers.go_on()


@pytest.fixture
def config(pair: Pair, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a database of the primary, which the standby has, too."""
    config = with_store(make_config(tmp_path), pair.primary.database(), wait=120)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    pair.standby.wait_for(pair.primary)
    return config


def test_a_standby_answers_from_what_it_has_and_is_never_written(config: Config, pair: Pair) -> None:
    follower = with_store(config, pair.of(config.store.url), wait=120, update=False)
    library = Library.open(follower)
    expected = replace(Library.open(config).ask(QUESTION), elapsed_ms=0.0)
    assert expected.answer == "About 90,000"
    assert replace(library.ask(QUESTION), elapsed_ms=0.0) == expected
    pair.pause()
    write(config, "mice.txt", MICE)
    assert build(config).added == ("mice",)
    assert len(Library.open(config).articles()) == len(ARTICLES) + 1
    behind = Database(follower.store.url, wait=120)
    assert stored_texts(behind).keys() == {"cats", "news/weather", "raqqa"}
    assert replace(library.ask(QUESTION), elapsed_ms=0.0) == expected
    pair.go_on()
    assert stored_texts(behind).keys() == {"cats", "mice", "news/weather", "raqqa"}
    assert library.ask(CHEESE).answer == "cheese"
    write(config, "owls.txt", "Owls\n\nOwls eat mice.\n")
    with pytest.raises(StoreReadOnlyError, match=STANDBY) as caught:
        build(with_store(config, follower.store.url, wait=120))
    assert caught.value.reason is Reason.STORE_STANDBY
    assert library.ask(CHEESE).answer == "cheese"
    behind.close()


def test_nothing_is_embedded_for_a_standby(
    config: Config, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.building.update._update", lambda *_: pytest.fail("the update began"))
    with pytest.raises(StoreReadOnlyError, match=STANDBY):
        build(with_store(config, pair.of(config.store.url), wait=120))


def test_the_commands_on_a_standby_that_lags(config: Config, pair: Pair, tmp_path: Path) -> None:
    home = Home(tmp_path)

    def configure(**store: str) -> None:
        settings = "".join(f"{key} = {value}\n" for key, value in store.items())
        home.config.write_text(
            '[corpus]\ndirectory = "corpus"\n[index]\ndirectory = "index"\n[store]\n'
            f'url = "{pair.of(config.store.url)}"\nwait = 120\n{settings}',
            "utf-8",
        )

    def doctor() -> dict[str, dict[str, str]]:
        checks = {check["check"]: check for check in home.footnote("doctor", "--json").json}
        assert checks["standby"]["detail"].startswith("read-only")
        return checks

    configure()
    pair.pause()
    write(config, "mice.txt", MICE)
    build(config)
    refused = home.footnote("index")
    assert (refused.code, refused.out) == (1, "")
    error, remedy = refused.err.splitlines()
    assert error.startswith(f"error: {STANDBY}")
    assert remedy.strip() == REMEDY
    asked = home.footnote("ask", "--json", QUESTION)
    assert (asked.code, asked.json["answer"]) == (0, "About 90,000")
    (warning,) = [line for line in asked.err.splitlines() if line.startswith("warning: ")]
    assert warning.startswith(f"warning: {STANDBY}")
    assert warning.endswith(f"Answering from the last index. {REMEDY}")
    checks = doctor()
    behind, updated = checks["standby"], checks["up to date"]
    assert behind["status"] == "warn"
    assert "bytes behind what it has received" in behind["detail"]
    assert "replay is paused" in behind["detail"]
    assert "pg_wal_replay_resume" in behind["remedy"]
    assert (updated["status"], updated["remedy"]) == ("warn", UPDATE_PRIMARY)

    pair.go_on()
    asked = home.footnote("ask", "--json", CHEESE)
    assert (asked.code, asked.json["answer"]) == (0, "cheese")
    assert "warning" not in asked.err
    checks = doctor()
    assert (checks["standby"]["status"], checks["standby"]["remedy"]) == ("warn", REMEDY)
    assert checks["up to date"]["status"] == "ok"
    configure(update="false")
    only_answers = doctor()["standby"]
    assert only_answers["status"] == "ok"
    assert "with all changes that it has received, the latest of 2" in only_answers["detail"]
    assert home.footnote("index").code == 0


async def test_a_bot_on_a_standby_answers_and_says_that_it_keeps_nothing(
    discord: FakeDiscord, config: Config, pair: Pair, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Even if no bot has run on the primary before, so that there is no key of the hashes."""
    url = pair.of(config.store.url)
    follower = with_store(config, url, wait=120, update=False)
    bots = Bots(discord, Library.open(follower), tmp_path, tmp_path / "home")
    bots.store = {"url": url, "wait": 120, "update": False}
    try:
        with caplog.at_level(logging.WARNING, "bot"):
            await bots.start(deadline=120)
            answer = await ask(discord, QUESTION)
            assert "90,000" in answer.text
            said = seen(await press(discord, answer, RIGHT))
        assert said.startswith("Thanks, but I can't keep that at the moment.")
        warnings = [record for record in caplog.records if record.levelno >= logging.WARNING]
        unkept = f"verdicts and unanswered questions cannot be kept: {STANDBY}"
        assert warnings[0].getMessage().startswith(unkept)
        assert [record.getMessage() for record in warnings[1:]] == ["feedback not kept"]
        assert not any(record.exc_info for record in warnings)
        await asyncio.to_thread(pair.pause)
        write(config, "mice.txt", MICE)
        await asyncio.to_thread(build, config)
        assert "90,000" in (await ask(discord, QUESTION)).text
        assert "cheese" not in (await ask(discord, CHEESE)).text
        await asyncio.to_thread(pair.go_on)
        assert "cheese" in (await ask(discord, CHEESE)).text
    finally:
        await bots.stop_all()


def test_a_question_goes_on_if_the_standby_takes_its_snapshot_away(pair: Pair) -> None:
    """A standby that waits for no question cancels those that still need what its primary has deleted."""
    url = pair.primary.database()
    primary = Database(url, wait=120)
    publish(primary, TEXTS)
    pair.standby.wait_for(pair.primary)
    standby = Database(pair.of(url), wait=120)
    count = "SELECT count(*) FROM sentences"
    with pair.standby.administer() as connection:
        connection.execute("ALTER SYSTEM SET max_standby_streaming_delay = 0")
        connection.execute("SELECT pg_reload_conf()")
    seen_counts = []

    def read(connection: Connection) -> int:
        ((sentences,),) = connection.execute(count).fetchall()
        seen_counts.append(sentences)
        if len(seen_counts) == 1:
            with pair.primary.administer(database_name(url)) as deleting:
                deleting.execute("DELETE FROM footnote.sentences")
                deleting.execute("VACUUM footnote.sentences")
            while True:  # until it is taken away
                connection.execute(count)
        return int(sentences)

    try:
        assert standby.snapshot(0, read) == 0
        assert seen_counts[0] > 0
        assert set(seen_counts[1:]) == {0}
    finally:
        with pair.standby.administer() as connection:
            connection.execute("ALTER SYSTEM RESET max_standby_streaming_delay")
            connection.execute("SELECT pg_reload_conf()")
        for database in (primary, standby):
            database.close()
