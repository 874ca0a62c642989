"""Connections to one database, and the snapshots that questions read: a question sees one state of it."""

import logging
import random
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from index.errors import StoreBusyError, StoreError, StoreUnavailableError
from index.storage.postgres.failures import busy_writer, read_only, translated
from index.storage.postgres.schema import (
    LOCK,
    SEARCH_PATH,
    check_version,
    is_current,
    migrate,
    stored_version,
)

CONNECTIONS = 8
"""Connections of a process for questions at most; questions that come together share one."""
CONNECT_TIMEOUT = 5
"""Seconds that one attempt to connect may take."""
SEARCHED_CANDIDATES = 200
"""Candidates that an HNSW index keeps while it is searched, unless a transaction sets another number."""

_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 1.0  # seconds between two attempts
_POOL_PATIENCE = 1.0  # seconds until we look ourselves why the pool has no connection
_IDLE = 300.0  # seconds after which a connection that nobody uses is closed
_ONLY_ASKED = sys.maxsize  # executions before psycopg prepares a statement that nobody asked it to prepare
_SETTINGS = (
    # Sums in one order, so that the same question has the same answer to the last bit.
    "max_parallel_workers_per_gather = 0",
    "jit = off",  # which takes longer than any of these statements
    "plan_cache_mode = force_generic_plan",  # of prepared statements: planning takes as long as most of them
    "hnsw.iterative_scan = strict_order",
    f"hnsw.ef_search = {SEARCHED_CANDIDATES}",
)

_IN_TRANSACTION, _FAILED = psycopg.pq.TransactionStatus.INTRANS, psycopg.pq.TransactionStatus.INERROR

T = TypeVar("T")
Connection = psycopg.Connection[Any]

_snapshot: ContextVar[tuple[object, int, Connection] | None] = ContextVar("footnote_snapshot", default=None)

log = logging.getLogger(__name__)
logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # what it warns of, the failed query says


class Database:
    """One database; safe to share between threads. `wait` is how long a question waits for it, in seconds.

    This process opens at most `connections` for questions.
    """

    def __init__(self, url: str, wait: float, connections: int = CONNECTIONS) -> None:
        self._url = url
        self.wait = wait
        self._connections = connections
        self._pool: ConnectionPool[Connection] | None = None
        self._in_use = 0
        self._opening = threading.Lock()

    def connect(self, *, autocommit: bool = False) -> Connection:
        """Open a connection that belongs to the caller. Raises StoreError and ConfigurationError."""
        with translated_errors():
            connection = psycopg.connect(self._url, connect_timeout=CONNECT_TIMEOUT, autocommit=autocommit)
            _prepare(connection)
            return connection

    def connect_patiently(self, *, autocommit: bool = False) -> Connection:
        """Open a connection as `connect` does; wait up to `wait` seconds for a database that is away."""
        told: list[StoreError] = []

        def attempt(_: float) -> Connection:
            try:
                return self.connect(autocommit=autocommit)
            except StoreError as error:
                if not told:
                    log.info("%s; waiting up to %g s for it", error.message, self.wait)
                told.append(error)
                raise

        return self._retried(attempt)

    def check(self) -> None:
        """Look whether the database holds a library that this program can read; wait for it if it is away.

        Raises IndexMissingError, IndexStaleError, StoreError and ConfigurationError.
        """
        with translated_errors(), self.connect_patiently() as connection:
            check_version(stored_version(connection))

    def make_schema(self) -> None:
        """Make the schema, or bring it to this program's version. Raises what `connect` and `migrate` do."""
        with translated_errors(), self.connect_patiently(autocommit=True) as connection:
            if is_current(stored_version(connection)):
                return
            _check_writable(connection)
            connection.execute(LOCK)
            # Begun only now: a transaction that waited may not see what another has made meanwhile.
            with connection.transaction():
                migrate(connection)

    def query(
        self, tenant: int, statement: str, values: Sequence[Any] = (), *, prepared: bool = False
    ) -> list[Any]:
        """Run a statement that reads, in the snapshot of this thread or in one of its own.

        The plan of a `prepared` one is made once for all values: it has no LIMIT among them.
        """
        return self.snapshot(
            tenant,
            lambda connection: connection.execute(statement, values, prepare=prepared or None).fetchall(),
        )

    def snapshot(self, tenant: int, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns; all that it reads, and what `query` reads meanwhile, is of one state.

        If the connection is lost, or there is none, it is tried again until `wait` seconds have passed: work
        may run several times. Raises StoreError.
        """
        current = _snapshot.get()
        if current is not None and current[0] is self and current[1] == tenant:
            with translated_errors():
                return work(current[2])
        return self._retried(partial(self._in_snapshot, tenant, work))

    def change(self, tenant: int, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns, once all that it writes is stored; none of it is if this raises.

        Work may run several times, even after its first time was stored, if the connection was lost then: it
        must change nothing the second time. Raises StoreError, IndexUnwritableError, and StoreReadOnlyError
        once work writes.
        """
        return self._retried(partial(self._in_transaction, tenant, work))

    def _retried(self, attempt: Callable[[float], T]) -> T:
        """Return what an attempt returns, which gets the time until which it may wait."""
        until = time.monotonic() + self.wait
        pause = _FIRST_PAUSE
        while True:
            try:
                return attempt(until)
            except (StoreUnavailableError, StoreBusyError) as error:
                if error.final or time.monotonic() + pause > until:
                    raise
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - so that not all come back at once
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _in_snapshot(self, tenant: int, work: Callable[[Connection], T], until: float) -> T:
        with translated_errors(), self._connection(until) as connection:
            token = _snapshot.set((self, tenant, connection))
            try:
                with _sent_together(connection):
                    connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    connection.execute(f"SELECT set_config('footnote.tenant', '{int(tenant)}', true)")
                    result = work(connection)
                    connection.execute("COMMIT")  # after a ROLLBACK, psycopg would prepare everything anew
                return result
            finally:
                _snapshot.reset(token)
                if connection.info.transaction_status in (_IN_TRANSACTION, _FAILED):
                    connection.execute("ROLLBACK")

    def _in_transaction(self, tenant: int, work: Callable[[Connection], T], until: float) -> T:
        with (
            translated_errors(),
            self._connection(until) as connection,
            _named_if_standby(connection),
            connection.transaction(),
        ):
            connection.execute(f"SELECT set_config('footnote.tenant', '{int(tenant)}', true)")
            return work(connection)

    @contextmanager
    def _connection(self, until: float) -> Iterator[Connection]:
        pool, connection = self._taken(until)
        with self._opening:
            self._in_use += 1
        try:
            yield connection
        except psycopg.Error:
            connection.close()  # whatever state it is in; the pool makes another
            raise
        finally:
            with self._opening:
                self._in_use -= 1
            pool.putconn(connection)

    def _taken(self, until: float) -> "tuple[ConnectionPool[Connection], Connection]":
        """Take a connection out of the pool, and wait for one until then."""
        while True:
            pool, left = self._open_pool(), until - time.monotonic()
            try:
                return pool, pool.getconn(max(0.1, min(_POOL_PATIENCE, left)))
            except PoolClosed:
                continue  # another thread has renewed it
            except PoolTimeout:
                self.connect().close()  # says what is wrong, if it is not just that all are in use
            if self._in_use < self._connections:
                self._renew(pool)
            elif time.monotonic() > until:
                most = f"all {self._connections} connections to the database"
                raise StoreBusyError(f"{most} have been in use for {self.wait:g} s", final=True) from None

    def _renew(self, pool: "ConnectionPool[Connection]") -> None:
        """Open another pool: after failures, one waits ever longer until it tries again."""
        with self._opening:
            if self._pool is pool:
                self._pool = None
        pool.close(0)

    def _open_pool(self) -> "ConnectionPool[Connection]":
        with self._opening:
            if self._pool is None:
                pool: ConnectionPool[Connection] = ConnectionPool(
                    self._url,
                    kwargs={
                        "autocommit": True,
                        "connect_timeout": CONNECT_TIMEOUT,
                        "prepare_threshold": _ONLY_ASKED,
                    },
                    min_size=0,
                    max_size=self._connections,
                    max_idle=_IDLE,
                    reconnect_timeout=self.wait,
                    configure=self._configure,
                    open=False,
                )
                pool.open()
                self._pool = pool
            return self._pool

    def _configure(self, connection: Connection) -> None:
        _prepare(connection)
        settings = (f"statement_timeout = {int(1000 * self.wait)}", *_SETTINGS)
        connection.execute(";".join(f"SET {setting}" for setting in settings))

    @contextmanager
    def writing(self, tenant: int, source: str, wait: float) -> Iterator[Connection]:
        """Yield a connection whose session is the one writer of a source's articles, in autocommit mode.

        Other writers of the same source wait up to `wait` seconds, then get IndexBusyError. Raises
        StoreReadOnlyError at once: before anything is embedded in vain.
        """
        with translated_errors(), self.connect_patiently(autocommit=True) as connection:
            _check_writable(connection)
            connection.execute(f"SET footnote.tenant = '{int(tenant)}'")
            until = time.monotonic() + wait
            lock, key = "SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", f"footnote {tenant} {source}"
            while not _single(connection.execute(lock, (key,))):
                if time.monotonic() > until:
                    raise busy_writer(wait)
                time.sleep(_FIRST_PAUSE)
            try:
                yield connection
            finally:  # now: a closed connection keeps the lock until the server has noticed its end
                with suppress(psycopg.Error):
                    connection.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", (key,))

    def close(self) -> None:
        """Close all connections; the next query opens others."""
        with self._opening:
            if self._pool is not None:
                self._pool.close()
                self._pool = None


_databases: dict[tuple[str, float], Database] = {}
_databases_lock = threading.Lock()


def database(url: str, wait: float) -> Database:
    """Return the database at `url`, whose connections are shared in this process."""
    with _databases_lock:
        return _databases.setdefault((url, wait), Database(url, wait))


@contextmanager
def translated_errors() -> Iterator[None]:
    """Turn psycopg's errors into ours."""
    try:
        yield
    except psycopg.Error as error:
        raise translated(error) from None


@contextmanager
def _named_if_standby(connection: Connection) -> Iterator[None]:
    """Say of a standby that it is one, where something was to be written."""
    try:
        yield
    except psycopg.errors.ReadOnlySqlTransaction as error:
        standby = connection.info.parameter_status("in_hot_standby") == "on"
        raise translated(error, standby=standby) from None


def _sent_together(connection: Connection) -> AbstractContextManager[Any]:
    """Have statements sent without waiting for one another, until the rows of one are read."""
    return connection.pipeline() if psycopg.Pipeline.is_supported() else nullcontext()


def _check_writable(connection: Connection) -> None:
    """Raise StoreReadOnlyError if what the next statement writes would be refused."""
    found = connection.execute(
        "SELECT pg_is_in_recovery(), current_setting('transaction_read_only')::boolean"
    ).fetchone()
    if found and any(found):
        raise read_only(standby=bool(found[0]))


def _prepare(connection: Connection) -> None:
    autocommit = connection.autocommit
    connection.autocommit = True
    connection.execute(f"SET search_path = {SEARCH_PATH}")
    connection.autocommit = autocommit


def _single(cursor: "psycopg.Cursor[Any]") -> Any:
    row = cursor.fetchone()
    if row is None:
        raise StoreError("the database returned nothing where a value was expected")
    return row[0]
