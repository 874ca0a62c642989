"""Tables that cannot grow, as on a disk that is full, in a server whose files may not."""

import contextlib

import psycopg

from tests.support.postgres_server import Server, database_name

FILE_LIMIT = 1 << 20
"""Bytes that a file of such a server may have: the least, as PostgreSQL's log has files of 1 MB."""

_LONG, _SHORT = 300, 0  # characters of a text: short rows fill what long ones leave of a page
_MADE = {"bigint": "n", "integer": "n", "boolean": "true", "uuid": "gen_random_uuid()"}
_TEXT = "n || repeat('-', width)"
_NEEDED = """
SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'footnote'
AND table_name = %s AND column_default IS NULL AND is_identity = 'NO' AND is_nullable = 'NO'
"""
_GROW = """
DO $grow$ DECLARE n integer := {first}; width integer := {width};
BEGIN LOOP
    n := n + 1; INSERT INTO footnote.{table} ({columns}) VALUES ({values}); COMMIT;
END LOOP; END $grow$
"""


def fill(server: Server, url: str, *tables: str) -> None:
    """Let tables of the library in the database at `url` grow until the server cannot let them grow any more.

    Their new rows are a tenant's of which nobody sees anything.
    """
    assert server.file_limit == FILE_LIMIT
    with server.administer(database_name(url)) as connection:
        for table in tables:
            found = connection.execute(_NEEDED, (table,)).fetchall()
            made = {column: _MADE.get(kind, _TEXT) for column, kind in found} | {"tenant": "-1"}
            columns, values = ", ".join(f'"{column}"' for column in made), ", ".join(made.values())
            for first, width in enumerate((_LONG, _SHORT)):
                grow = _GROW.format(
                    first=first * 10**6, width=width, table=table, columns=columns, values=values
                )
                with contextlib.suppress(psycopg.errors.InternalError_, psycopg.errors.DiskFull):
                    connection.execute(grow)
            ((size,),) = connection.execute(f"SELECT pg_relation_size('footnote.{table}')").fetchall()
            assert size == FILE_LIMIT
