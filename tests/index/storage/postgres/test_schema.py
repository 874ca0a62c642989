"""The schema: its version, its migrations, and that row-level security hides what a WHERE forgets."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from index.errors import IndexMissingError, IndexStaleError, IndexUnwritableError, StoreError
from index.storage.postgres import schema
from index.storage.postgres.database import Database
from index.storage.postgres.schema import PRIVATE_TABLES, TABLES, VERSION, check_version
from tests.support.postgres_server import Server
from tests.support.stored_articles import TEXTS, publish, stored_texts

ONE, OTHER = 1098273645546372819, 42


def test_an_empty_database_has_no_library(database_url: str) -> None:
    with pytest.raises(IndexMissingError, match="there is no library in the database"):
        Database(database_url, wait=1).check()


def test_making_the_schema_twice_changes_nothing(store: Database) -> None:
    before = stored_texts(store)
    store.make_schema()
    store.check()
    assert stored_texts(store) == before


@pytest.mark.parametrize(("version", "age"), [(VERSION + 1, "a newer"), (0, "an older")])
def test_another_version_is_named_and_never_read(store: Database, version: int, age: str) -> None:
    with store.connect(autocommit=True) as connection:
        connection.execute("UPDATE schema_version SET version = %s", (version,))
    with pytest.raises(IndexStaleError, match=f"written by {age} version of Footnote"):
        store.check()
    if version > VERSION:
        with pytest.raises(IndexUnwritableError, match="newer version"):
            store.make_schema()


def test_a_migration_keeps_the_library(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the version before, with data in it, by two machines at once; one that fails changes nothing."""
    before = stored_texts(store)
    monkeypatch.setattr(schema, "VERSION", VERSION + 1)
    monkeypatch.setitem(
        schema.MIGRATIONS, VERSION + 1, "ALTER TABLE articles ADD COLUMN note text; SELECT 1 / 0"
    )
    with pytest.raises(StoreError, match="division by zero"):
        store.make_schema()
    with pytest.raises(IndexStaleError, match="an older version"):
        store.check()
    monkeypatch.setitem(schema.MIGRATIONS, VERSION + 1, "ALTER TABLE articles ADD COLUMN note text")
    with ThreadPoolExecutor(2) as machines:
        for migrated in [machines.submit(store.make_schema) for _ in range(2)]:
            migrated.result()
    store.check()
    assert stored_texts(store) == before
    assert store.query(0, "SELECT DISTINCT note FROM articles") == [(None,)]


def test_the_first_version_with_a_library_in_it_is_brought_up_to_date(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url, wait=5)
    with monkeypatch.context() as first:
        first.setattr(schema, "VERSION", 1)
        publish(database, TEXTS)
        publish(database, {"secret": "Secret\n\nThe code of one is 1234."}, tenant=ONE)
        before = stored_texts(database), stored_texts(database, ONE)
        database.check()
        with pytest.raises(StoreError, match="does not exist"):
            database.query(0, "SELECT count(*) FROM feedback")
    with pytest.raises(IndexStaleError, match=r"an older version of Footnote \(schema 1, here 3\)"):
        database.check()
    publish(database, {"mice": "Mice\n\nMice eat cheese."})
    database.check()
    after = stored_texts(database), stored_texts(database, ONE)
    assert after == (before[0] | {"mice": ["Mice", "Mice eat cheese."]}, before[1])
    assert database.query(0, "SELECT count(*) FROM feedback") == [(0,)]


def test_the_second_version_with_feedback_in_it_is_brought_up_to_date(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(database_url, wait=5)
    with monkeypatch.context() as second:
        second.setattr(schema, "VERSION", 2)
        publish(database, TEXTS)
        for tenant in (0, ONE):
            add = f"INSERT INTO feedback_keys (tenant, key) VALUES ({tenant}, 'key {tenant}')"
            database.change(tenant, lambda connection, add=add: connection.execute(add))  # type: ignore[misc]
    database.make_schema()
    for tenant in (0, ONE):
        keys = database.query(tenant, "SELECT tenant, key, former FROM feedback_keys")
        assert keys == [(tenant, f"key {tenant}", False)]
    assert stored_texts(database).keys() == TEXTS.keys()


def test_machines_that_make_the_schema_at_once_take_turns(database_url: str) -> None:
    """One that waits sees what the other has made meanwhile."""
    database = Database(database_url, wait=5)
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_database d ON d.oid = database"
        " WHERE datname = current_database() AND locktype = 'advisory' AND NOT granted"
    )
    with (
        database.connect() as first,
        database.connect(autocommit=True) as onlooker,
        ThreadPoolExecutor(1) as second,
    ):
        first.execute(schema.LOCK)
        schema.migrate(first)
        making = second.submit(database.make_schema)
        while onlooker.execute(waiting).fetchall() != [(1,)]:
            assert not making.done()
        first.commit()
        first.close()
        making.result()
    database.check()


def test_no_schema_is_an_older_one_of_nobody() -> None:
    with pytest.raises(IndexMissingError):
        check_version(None)


def test_without_a_where_nobody_elses_rows_are_seen(store: Database) -> None:
    publish(store, {"secret": "Secret\n\nThe code of one is 1234."}, tenant=ONE)
    publish(store, {"other": "Other\n\nThe code of the other is 9876."}, tenant=OTHER)
    for tenant, seen in ((ONE, {0, ONE}), (OTHER, {0, OTHER}), (0, {0}), (99, {0})):
        for table in TABLES:
            rows = store.query(tenant, f"SELECT DISTINCT tenant FROM {table}")
            assert {row for (row,) in rows} <= seen, (tenant, table)
        ids = {id_ for (id_,) in store.query(tenant, "SELECT id FROM articles WHERE tenant <> 0")}
        assert ids == {ONE: {"secret"}, OTHER: {"other"}}.get(tenant, set())
    with store.connect() as connection:  # a session that names no tenant
        assert connection.execute("SELECT DISTINCT tenant FROM sentences").fetchall() == [(0,)]


def test_nobody_elses_rows_are_changed(store: Database) -> None:
    publish(store, {"secret": "Secret\n\nThe code of one is 1234."}, tenant=ONE)
    with store.writing(OTHER, "articles", 0) as connection:
        for table in TABLES:
            assert connection.execute(f"DELETE FROM {table}").rowcount == 0, table
        with pytest.raises(Exception, match="row-level security"):
            connection.execute("INSERT INTO terms VALUES (%s, 'x', 1)", (ONE,))
    assert stored_texts(store, ONE) == {"secret": ["Secret", "The code of one is 1234."]}


def test_every_table_with_a_tenant_is_secured(store: Database, postgres_server: Server) -> None:
    with store.connect() as connection:
        found = connection.execute(
            "SELECT relname, relrowsecurity AND relforcerowsecurity FROM pg_class"
            " JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'tenant'"
            " WHERE relkind = 'r' AND relnamespace = 'footnote'::regnamespace"
        ).fetchall()
    assert dict(found) == dict.fromkeys((*TABLES, *PRIVATE_TABLES), True)
