"""Care of the database: an index whose making was interrupted is made again."""

import time

from index.storage.postgres import maintenance
from index.storage.postgres.database import Connection, Database
from tests.support.postgres_server import Server

NAME = maintenance.index_name("sentence_vectors", 16)


def tended(connection: Connection) -> None:
    """Tend the database until the index is whole: what fails once, as beside an autovacuum, is made later."""
    until = time.monotonic() + 60
    while True:
        maintenance.tend(connection, 0, exact_up_to=2)
        if maintenance.index_state(connection, NAME) or time.monotonic() > until:
            break
    assert maintenance.index_state(connection, NAME) is True


def test_an_index_that_is_not_whole_is_made_again(store: Database, postgres_server: Server) -> None:
    with store.writing(0, "articles", 0) as connection:
        assert maintenance.index_state(connection, NAME) is None
        tended(connection)
        ((database,),) = connection.execute("SELECT current_database()").fetchall()
        with postgres_server.administer(database) as administrator:
            administrator.execute(
                f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'footnote.{NAME}'::regclass"
            )
        assert maintenance.index_state(connection, NAME) is False
        tended(connection)


def test_a_small_library_needs_none(store: Database) -> None:
    with store.writing(0, "articles", 0) as connection:
        maintenance.tend(connection, 0)
        assert maintenance.index_state(connection, NAME) is None
