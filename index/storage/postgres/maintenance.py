"""Care of the database after a publication: indexes of large libraries, and the planner's statistics."""

from contextlib import suppress
from typing import Any

import psycopg

from index.storage.postgres.database import Connection
from index.storage.postgres.search import EXACT_UP_TO

_TABLES = (
    "articles",
    "blocks",
    "sentences",
    "sentence_vectors",
    "passages",
    "postings",
    "terms",
    "title_words",
)
_KNOWN = "SELECT reltuples FROM pg_class WHERE oid = 'footnote.sentences'::regclass"
_KNOWN_PART = 0.8  # of the sentences that the planner knows of; if it knows most, autovacuum suffices
_BUILD = (
    "CREATE INDEX CONCURRENTLY {name} ON {table} USING hnsw ((vector::halfvec({dimension})) halfvec_ip_ops)"
    " WITH (ef_construction = 200) WHERE dimension = {dimension}"  # with 64, the default, it finds fewer
)


def tend(connection: Connection, tenant: int, exact_up_to: int = EXACT_UP_TO) -> None:
    """Make what makes questions to a tenant's library fast, after an update, where it is not as it should be.

    The library answers without it, only slower: what fails is made by the next update. `connection` is in
    autocommit mode. A library of more than `exact_up_to` sentences gets HNSW indexes.
    """
    with suppress(psycopg.Error):
        ((sentences, dimension),) = connection.execute(
            "SELECT sentences, dimension FROM libraries WHERE tenant = %s", (tenant,)
        ).fetchall()
        known = connection.execute(_KNOWN).fetchall()
        if known[0][0] < _KNOWN_PART * sentences:
            connection.execute(f"VACUUM (ANALYZE) {', '.join(_TABLES)}")
        if sentences > exact_up_to:
            for table in ("sentence_vectors", "passages"):
                _make_index(connection, table, dimension)


def index_state(connection: Connection, name: str) -> bool | None:
    """Tell whether an index is valid; None if there is none."""
    rows: list[Any] = connection.execute(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", (f"footnote.{name}",)
    ).fetchall()
    return bool(rows[0][0]) if rows else None


def index_name(table: str, dimension: int) -> str:
    """Name the index of a table's vectors of one length."""
    return f"{table}_nearest_{int(dimension)}"


def _make_index(connection: Connection, table: str, dimension: int) -> None:
    name = index_name(table, dimension)
    valid = index_state(connection, name)
    if valid:
        return
    if valid is False:  # a build was interrupted
        connection.execute(f"DROP INDEX CONCURRENTLY {name}")
    connection.execute(_BUILD.format(name=name, table=table, dimension=int(dimension)))
