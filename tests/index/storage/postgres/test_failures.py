"""What a person reads when a database fails: one line, what to do, and never a password."""

from pathlib import Path

import psycopg
import pytest

from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexUnwritableError,
    Reason,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)
from index.storage.postgres.database import Database
from index.storage.postgres.failures import translated
from tests.support.postgres_server import OWNER, PASSWORD, Server
from tests.support.stored_articles import publish


def failure(url: str) -> FootnoteError:
    with pytest.raises(FootnoteError) as caught:
        Database(url, wait=0.5).make_schema()
    assert "\n" not in caught.value.message
    assert PASSWORD not in caught.value.message + caught.value.remedy
    return caught.value


def test_nobody_listens(tmp_path: Path) -> None:
    for address in (
        f"postgresql://{OWNER}:{PASSWORD}@/x?host={tmp_path}",
        f"postgresql://x:{PASSWORD}@127.0.0.1:1/x",
    ):
        error = failure(address)
        assert isinstance(error, StoreUnavailableError)
        assert error.message.startswith("the database cannot be reached: ")


def test_there_is_no_such_database_or_user(postgres_server: Server) -> None:
    for address in (postgres_server.address("nowhere"), postgres_server.address("postgres", "nobody-at-all")):
        error = failure(address)
        assert isinstance(error, ConfigurationError)
        assert error.message.startswith("the database refused the connection: ")
        assert "does not exist" in error.message


def test_the_extension_is_missing(postgres_server: Server) -> None:
    error = failure(postgres_server.database(vector=False))
    assert isinstance(error, ConfigurationError)
    assert error.message == "the database lacks the extension pgvector"
    assert "CREATE EXTENSION vector" in error.remedy


def test_the_database_is_read_only(store: Database) -> None:
    with store.connect(autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StoreReadOnlyError, match=r"^the database is read-only$") as caught:
        publish(store, {"new": "New\n\nNothing."})
    assert caught.value.reason is Reason.STORE_READ_ONLY
    with pytest.raises(StoreReadOnlyError, match=r"^the database is read-only$"):
        store.change(0, lambda connection: connection.execute("DELETE FROM articles"))
    store.check()


def test_a_limit_of_the_server_is_no_full_disk(postgres_server: Server) -> None:
    with postgres_server.administer() as connection:
        connection.execute("SET temp_file_limit = '64kB'")
        connection.execute("SET work_mem = '64kB'")
        with pytest.raises(psycopg.errors.ConfigurationLimitExceeded) as caught:
            connection.execute("SELECT n FROM generate_series(1, 100000) n ORDER BY n DESC")
    error = translated(caught.value)
    assert isinstance(error, StoreFullError)
    assert "temp_file_limit" in error.message
    assert error.remedy == "Raise that limit there."


def test_a_user_without_rights_is_told_so(postgres_server: Server) -> None:
    url = postgres_server.database()
    name = url.split("/")[3].split("?")[0]
    with postgres_server.administer(name) as connection:
        connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC, {OWNER}")
        connection.execute(f"ALTER DATABASE {name} OWNER TO postgres")
        connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {OWNER}")
    error = failure(url)
    assert isinstance(error, IndexUnwritableError)
    assert "does not let this user do that" in error.message


def test_errors_of_psycopg_that_nobody_foresaw_are_told_in_a_line(store: Database) -> None:
    with pytest.raises(FootnoteError, match=r"^the database reports an error: division by zero$"):
        store.query(0, "SELECT 1 / 0")
    assert issubclass(psycopg.errors.DivisionByZero, psycopg.Error)
