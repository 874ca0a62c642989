"""What the doctor finds in a database: a library in order, and each thing that is not."""

from index.storage.postgres import health, maintenance
from index.storage.postgres.database import Database
from index.storage.postgres.schema import VERSION
from tests.support.postgres_server import OWNER, Server


def test_a_library_in_order(store: Database) -> None:
    found = health.examine(store, 0)
    assert (found.schema, found.user, found.sees_all, found.writes) == (VERSION, OWNER, False, True)
    assert found.pgvector_fits
    assert found.server_number >= health.LEAST_SERVER
    assert (found.broken, found.missing, found.standby) == ((), (), None)


def test_an_empty_database_without_the_extension(postgres_server: Server) -> None:
    found = health.examine(Database(postgres_server.database(vector=False), wait=1), 0)
    assert (found.schema, found.pgvector, found.pgvector_fits) == (None, None, False)


def test_an_administrator_sees_all(store: Database, postgres_server: Server) -> None:
    with store.connect() as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
    found = health.examine(Database(postgres_server.address(name, "postgres"), wait=1), 0)
    assert (found.user, found.sees_all) == ("postgres", True)


def test_a_read_only_database(store: Database) -> None:
    with store.connect(autocommit=True) as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    assert not health.examine(store, 0).writes


def test_indexes_that_are_missing(store: Database) -> None:
    expected = ("sentence_vectors_nearest_16", "passages_nearest_16")
    assert health.examine(store, 0, exact_up_to=2).missing == expected
    with store.writing(0, "articles", 0) as connection:
        maintenance.tend(connection, 0, exact_up_to=2)
    assert health.examine(store, 0, exact_up_to=2).missing == ()
