"""What psycopg's errors mean for Footnote: one line each, without passwords, and what to do about it."""

import psycopg

from index.database_urls import redacted
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexUnwritableError,
    Reason,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    StoreUnavailableError,
)

_REFUSED = ("28", "3D000")  # authentication, unknown database
_UNAVAILABLE = ("08", "57P")  # connection lost, server starting or stopping
_BUSY = ("53300", "57014", "55P03", "40")  # too many connections, time limits, locks, serialization
_TIME_LIMIT = "57014"
_FULL, _OWN_LIMIT = "53100", "53400"
_READ_ONLY = "25006"
# Only a full disk has a code of its own; a quota, or a limit of the size of files, is told by who failed.
_NO_CODE, _GROWING = "XX000", ("mdextend", "mdzeroextend")
_NO_PGVECTOR = ("58P01", "42704", "0A000")
_REFUSALS = (
    "authentication failed",
    "no password supplied",
    "does not exist",
    "pg_hba.conf",
    "not permitted",
)
_TOO_MANY = ("too many clients", "too many connections", "remaining connection slots")


def translated(error: psycopg.Error, *, standby: bool = False) -> FootnoteError:
    """Return the error of ours that stands for one of psycopg's, of a server that is a `standby` or not."""
    state = error.sqlstate or ""
    said = _first_line(error)
    if state == _READ_ONLY:
        return read_only(standby=standby)
    kind, message, remedy = _meaning(error, state, said)
    if kind is ConfigurationError:
        return ConfigurationError(message, remedy, reason=Reason.STORE_REFUSED)
    if issubclass(kind, StoreError):
        return kind(message, remedy, final=state == _TIME_LIMIT)
    return kind(message, remedy)


def _meaning(error: psycopg.Error, state: str, said: str) -> tuple[type[FootnoteError], str, str]:
    lower = said.lower()
    if state == _OWN_LIMIT:
        return StoreFullError, f"the database has no room left: {said}", "Raise that limit there."
    if state == _FULL or (state == _NO_CODE and error.diag.source_function in _GROWING):
        return StoreFullError, f"the database has no room left: {said}", "Free disk space there."
    if state == "42501" and "extension" in lower:
        return ConfigurationError, "the database lacks the extension pgvector", _CREATE_EXTENSION
    if state == "42501":
        return IndexUnwritableError, f"the database does not let this user do that: {said}", ""
    if state in _NO_PGVECTOR and ("vector" in lower or "extension" in lower):
        return ConfigurationError, "the database lacks the extension pgvector", _CREATE_EXTENSION
    if state.startswith(_BUSY) or any(part in lower for part in _TOO_MANY):
        return StoreBusyError, f"the database is busy: {said}", ""
    if state.startswith(_REFUSED) or (not state and any(part in lower for part in _REFUSALS)):
        return ConfigurationError, f"the database refused the connection: {said}", ""
    if state.startswith(_UNAVAILABLE) or isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
        return StoreUnavailableError, f"the database cannot be reached: {said}", ""
    return StoreError, f"the database reports an error: {said}", ""


def read_only(*, standby: bool) -> StoreReadOnlyError:
    """Return the error for a database that cannot be written."""
    if standby:
        return StoreReadOnlyError(
            "the database is a read-only standby, which another server's changes come to",
            reason=Reason.STORE_STANDBY,
        )
    return StoreReadOnlyError("the database is read-only")


def busy_writer(seconds: float) -> IndexBusyError:
    """Return the error for a library that another process has been writing for longer than we wait."""
    return IndexBusyError(
        f"another process has been writing the library in the database for {seconds:g} seconds",
        "Wait until it is done, or stop it.",
    )


def _first_line(error: psycopg.Error) -> str:
    """Return the most telling line of an error's text: the last that a server or libpq said."""
    text = error.diag.message_primary or str(error)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    line = next((line for line in lines if "FATAL" in line), lines[0] if lines else type(error).__name__)
    return redacted(line.rstrip("."))


_CREATE_EXTENSION = (
    "Install pgvector 0.8 or later on the server, then let an administrator run `CREATE EXTENSION vector` in "
    "this database."
)
