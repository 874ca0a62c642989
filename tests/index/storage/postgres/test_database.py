"""Connections on a real server: one state for a question, and what happens when the server goes away."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from index.errors import StoreBusyError, StoreError, StoreUnavailableError
from index.storage.postgres import database as module
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Connection, Database
from index.storage.postgres.publishing import Changes, Publisher
from tests.support.postgres_server import Server
from tests.support.stored_articles import MODELS, TEXTS, new_article, publish, stored_texts

COUNT = "SELECT count(*) FROM articles"


def test_all_that_a_question_reads_is_of_one_state(store: Database) -> None:
    catalog = PostgresCatalog(store, 0, [0])

    def read(connection: Connection) -> tuple[int, int]:
        before = len(catalog)
        publish(store, {"mice": "Mice\n\nMice eat cheese."})
        return before, connection.execute(COUNT).fetchone()[0]  # type: ignore[index]

    assert store.snapshot(0, read) == (3, 3)
    assert len(catalog) == 4


def test_threads_do_not_share_a_state(store: Database) -> None:
    seen: list[int] = []

    def read(_: Connection) -> int:
        publish(store, {"mice": "Mice\n\nMice eat cheese."})
        thread = threading.Thread(target=lambda: seen.append(store.query(0, COUNT)[0][0]))
        thread.start()
        thread.join()
        return int(store.query(0, COUNT)[0][0])

    assert store.snapshot(0, read) == 3
    assert seen == [4]


def test_statements_are_sent_together_until_rows_are_read(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    flushed: list[None] = []
    fetch = psycopg.Cursor.fetchall

    def noted(cursor: "psycopg.Cursor[Any]") -> list[Any]:
        if cursor.pgresult is None:  # it has not been waited for
            flushed.append(None)
        return fetch(cursor)

    monkeypatch.setattr(psycopg.Cursor, "fetchall", noted)

    def read(connection: Connection) -> list[list[tuple[int]]]:
        cursors = [connection.execute(COUNT), connection.execute("SELECT 1")]
        return [cursor.fetchall() for cursor in cursors]

    assert store.snapshot(0, read) == [[(3,)], [(1,)]]
    assert len(flushed) == 1


def test_a_connection_is_used_again_whatever_was_wrong(store: Database) -> None:
    def fail(connection: Connection) -> None:
        connection.execute(COUNT)
        raise KeyError

    ((process,),) = store.query(0, "SELECT pg_backend_pid()")
    for _ in range(2):
        with pytest.raises(KeyError):
            store.snapshot(0, fail)
    assert store.query(0, "SELECT pg_backend_pid()") == [(process,)]
    with pytest.raises(StoreError, match="division by zero"):
        store.query(0, "SELECT 1 / 0")
    assert store.query(0, COUNT) == [(3,)]


def test_a_statement_that_takes_too_long_is_ended(database_url: str) -> None:
    store = Database(database_url, wait=0.5)
    with pytest.raises(
        StoreBusyError, match="the database is busy: canceling statement due to statement timeout"
    ):
        store.query(0, "SELECT pg_sleep(60)")
    assert store.query(0, "SELECT 1") == [(1,)]
    store.close()


def test_when_all_connections_are_in_use_a_question_waits_then_gives_up(database_url: str) -> None:
    store = Database(database_url, wait=1, connections=1)
    held, free = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        held.set()
        free.wait(60)

    thread = threading.Thread(target=lambda: store.snapshot(0, hold))
    thread.start()
    held.wait(60)
    with pytest.raises(StoreBusyError, match="all 1 connections to the database have been in use"):
        store.query(0, "SELECT 1")
    free.set()
    thread.join()
    assert store.query(0, "SELECT 1") == [(1,)]
    store.close()


def test_a_question_goes_on_after_the_server_was_killed(killable_server: Server) -> None:
    """Killed in the middle of it, as by a power cut, and started again: it reads everything again."""
    store = Database(killable_server.database(), wait=60)
    publish(store, TEXTS)
    tries: list[int] = []

    def read(connection: Connection) -> dict[str, list[str]]:
        tries.append(len(tries))
        connection.execute(COUNT).fetchall()
        if len(tries) == 1:
            killable_server.kill()
            threading.Thread(target=killable_server.start).start()
        return stored_texts(store)

    assert store.snapshot(0, read).keys() == TEXTS.keys()
    assert len(tries) > 1
    killable_server.stop()  # an orderly restart
    threading.Thread(target=killable_server.start).start()
    assert stored_texts(store).keys() == TEXTS.keys()
    store.close()


def test_a_change_is_stored_whole_or_not_at_all(store: Database) -> None:
    def change(connection: Connection) -> str:
        connection.execute("DELETE FROM articles")
        return "done"

    def failing(connection: Connection) -> None:
        change(connection)
        connection.execute("SELECT 1 / 0")

    with pytest.raises(StoreError, match="division by zero"):
        store.change(0, failing)
    assert store.query(0, COUNT) == [(3,)]
    store.change(7, change)  # whose articles these are not
    assert store.query(0, COUNT) == [(3,)]
    assert store.change(0, change) == "done"
    assert store.query(0, COUNT) == [(0,)]


def test_a_process_that_starts_waits_for_the_server_but_one_attempt_does_not(
    killable_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Database(killable_server.database(), wait=60)
    publish(store, TEXTS)
    killable_server.kill()
    with pytest.raises(StoreUnavailableError):
        store.connect()
    connect, in_vain = store.connect, threading.Event()

    def once(*, autocommit: bool) -> Connection:
        try:
            return connect(autocommit=autocommit)
        except StoreUnavailableError:
            in_vain.set()
            raise

    monkeypatch.setattr(store, "connect", once)
    starting = threading.Thread(target=lambda: in_vain.wait(60) and killable_server.start())
    starting.start()
    store.check()
    starting.join()
    assert in_vain.is_set()
    killable_server.kill()
    starting = threading.Thread(target=killable_server.start)
    starting.start()
    publish(store, {"mice": "Mice\n\nMice eat cheese."})
    starting.join()
    assert len(stored_texts(store)) == 4
    store.close()


def test_a_question_gives_up_in_time_if_the_server_stays_away(killable_server: Server) -> None:
    store = Database(killable_server.database(), wait=1.5)
    publish(store, TEXTS)
    assert store.query(0, COUNT) == [(3,)]
    killable_server.kill()
    started = time.monotonic()
    with pytest.raises((StoreUnavailableError, StoreBusyError)):
        store.query(0, COUNT)
    assert time.monotonic() - started < 1.5 + 2 * module.CONNECT_TIMEOUT
    store.close()


def test_a_server_killed_while_it_is_written_has_the_library_of_before(killable_server: Server) -> None:
    store = Database(killable_server.database(), wait=60)
    publish(store, TEXTS)
    before = stored_texts(store)

    def articles() -> Iterator[object]:
        yield from (new_article(f"n{n}", f"Number {n}\n\nNothing of {n} stays.") for n in range(250))
        killable_server.kill()

    with (
        pytest.raises(StoreUnavailableError),
        store.writing(0, "articles", 0) as connection,
        connection.transaction(),
    ):
        Publisher(connection, 0, "articles", MODELS).apply(Changes(articles()))  # type: ignore[arg-type]
    killable_server.start()
    assert stored_texts(store) == before
    publish(store, {"mice": "Mice\n\nMice eat cheese."})  # nobody holds the writers' lock any more
    assert len(stored_texts(store)) == 4
    store.close()
