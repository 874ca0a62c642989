"""What an owner wants to know of a database: versions, rights, and whether its indexes are whole."""

from dataclasses import dataclass
from typing import Any

from index.storage.postgres.database import Connection, Database, translated_errors
from index.storage.postgres.maintenance import index_name, index_state
from index.storage.postgres.schema import stored_version
from index.storage.postgres.search import EXACT_UP_TO

LEAST_SERVER = 140_000
"""PostgreSQL 14, in its own numbers."""
LEAST_PGVECTOR = (0, 8)


_STANDBY = (
    "SELECT pg_wal_lsn_diff(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn())::bigint,"
    " pg_is_wal_replay_paused(),"
    " to_char(pg_last_xact_replay_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"
    " WHERE pg_is_in_recovery()"
)


@dataclass(frozen=True, slots=True)
class StandbyState:
    """How far a standby has come: `behind` are the bytes of changes that it has received and not made yet.

    None if it receives none by streaming. `latest` is when the latest change that it has made was committed
    on its primary server, UTC in ISO 8601, None if it has made none since its start.
    """

    behind: int | None
    paused: bool
    latest: str | None


@dataclass(frozen=True, slots=True)
class DatabaseHealth:
    """What was found in a database.

    `pgvector` is None without the extension, `schema` without a library. `sees_all` tells that row-level
    security does not hold for the user, `writes` that it may publish. `broken` and `missing` name indexes.
    `standby` is None for a server of its own.
    """

    server: str
    server_number: int
    pgvector: str | None
    schema: int | None
    user: str
    sees_all: bool
    writes: bool
    broken: tuple[str, ...]
    missing: tuple[str, ...]
    standby: StandbyState | None = None

    @property
    def pgvector_fits(self) -> bool:
        """Whether the extension is there and new enough for iterative scans."""
        version = tuple(int(part) for part in (self.pgvector or "0").split(".")[:2] if part.isdecimal())
        return version >= LEAST_PGVECTOR


def examine(database: Database, tenant: int, exact_up_to: int = EXACT_UP_TO) -> DatabaseHealth:
    """Look at a database. Raises StoreError and ConfigurationError.

    A library of more than `exact_up_to` sentences needs HNSW indexes.
    """
    with translated_errors(), database.connect(autocommit=True) as connection:
        connection.execute(f"SET footnote.tenant = '{int(tenant)}'")
        schema = stored_version(connection)
        (about,) = _rows(
            connection,
            "SELECT current_setting('server_version'), current_setting('server_version_num')::int,"
            " (SELECT extversion FROM pg_extension WHERE extname = 'vector'), current_user,"
            " (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),"
            " NOT pg_is_in_recovery() AND current_setting('default_transaction_read_only') = 'off'",
        )
        server, number, pgvector, user, sees_all, writable = about
        standby = [
            StandbyState(None if behind is None else max(0, behind), paused, latest)
            for behind, paused, latest in _rows(connection, _STANDBY)
        ]
        allowed, broken, missing = True, [], []
        if schema is None:
            ((allowed,),) = _rows(connection, "SELECT has_database_privilege(current_database(), 'CREATE')")
        else:
            ((allowed,),) = _rows(connection, "SELECT has_table_privilege('footnote.sentences', 'INSERT')")
            broken = [
                name
                for (name,) in _rows(
                    connection,
                    "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_class c ON c.oid = indrelid"
                    " WHERE c.relnamespace = 'footnote'::regnamespace AND NOT indisvalid ORDER BY 1",
                )
            ]
            missing = _missing_indexes(connection, tenant, exact_up_to)
        return DatabaseHealth(
            server,
            number,
            pgvector,
            schema,
            user,
            sees_all,
            writable and allowed,
            tuple(broken),
            tuple(missing),
            standby[0] if standby else None,
        )


def _missing_indexes(connection: Connection, tenant: int, exact_up_to: int) -> list[str]:
    """List the indexes that a large library would be searched faster with."""
    statement = "SELECT dimension FROM libraries WHERE tenant = %s AND sentences > %s"
    found = connection.execute(statement, (tenant, exact_up_to)).fetchall()
    names = [
        index_name(table, dimension) for (dimension,) in found for table in ("sentence_vectors", "passages")
    ]
    return [name for name in names if index_state(connection, name) is None]


def _rows(connection: Connection, statement: str) -> list[Any]:
    return connection.execute(statement).fetchall()
