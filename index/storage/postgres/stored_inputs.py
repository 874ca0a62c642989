"""The published library of a tenant, and the state of a source's files and models, in the database."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from index.errors import IndexDamagedError, IndexMissingError
from index.storage.fingerprint import Fingerprint
from index.storage.input_state import FileState, InputState, ModelState
from index.storage.manifest import Facts
from index.storage.postgres.database import Connection, Database

_LIBRARY = (
    "SELECT version, fingerprint, encoder, reader, dimension, articles, sentences, passages, content"
    " FROM libraries WHERE tenant = %s"
)


class PublishedLibrary(NamedTuple):
    """What the database says of a tenant's library; `encoder` and `reader` name the exports of its models."""

    version: int
    fingerprint: Fingerprint
    encoder: str
    reader: str | None
    dimension: int
    facts: Facts
    content: str


def read_library(database: Database, tenant: int) -> PublishedLibrary:
    """Read what is published of a tenant. Raises IndexMissingError if nothing is, and IndexDamagedError."""
    rows = database.query(tenant, _LIBRARY, (tenant,))
    if not rows:
        raise IndexMissingError("there is no library in the database")
    version, stored, encoder, reader, dimension, articles, sentences, passages, content = rows[0]
    try:
        fingerprint = Fingerprint(**json.loads(stored))
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(f"the library in the database: its fingerprint: {error}") from None
    facts = Facts(articles=articles, sentences=sentences, passages=passages)
    return PublishedLibrary(version, fingerprint, encoder, reader, dimension, facts, content)


def read_inputs(database: Database, tenant: int, source: str) -> InputState | None:
    """Read the state of a source's inputs when it was published; None if it never was."""

    def read(connection: Connection) -> tuple[list[Any], list[Any]]:
        key = (tenant, source)
        models = "SELECT encoder, reader FROM sources WHERE tenant = %s AND source = %s"
        files = "SELECT state FROM files WHERE tenant = %s AND source = %s ORDER BY file"
        return connection.execute(models, key).fetchall(), connection.execute(files, key).fetchall()

    models, files = database.snapshot(tenant, read)
    if not models:
        return None
    encoder, reader = models[0]
    try:
        states = [FileState(*json.loads(state)) for (state,) in files]
        return InputState(
            ModelState(**json.loads(encoder)),
            ModelState(**json.loads(reader)) if reader else None,
            {state.file: state for state in states},
        )
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(f"the library in the database: the state of its files: {error}") from None


def other_sources(database: Database, tenant: int, source: str) -> list[str]:
    """List the sources but one that have articles in a tenant's library."""
    statement = "SELECT DISTINCT source FROM articles WHERE tenant = %s AND source <> %s ORDER BY source"
    return [other for (other,) in database.query(tenant, statement, (tenant, source))]


def write_inputs(connection: Connection, tenant: int, source: str, inputs: InputState) -> None:
    """Store the state of a source's inputs: only what differs is written. Raises psycopg.Error."""
    connection.execute(
        "INSERT INTO sources (tenant, source, encoder, reader) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (tenant, source) DO UPDATE SET encoder = excluded.encoder, reader = excluded.reader",
        (tenant, source, _json(inputs.encoder), inputs.reader and _json(inputs.reader)),
    )
    stored = dict(
        connection.execute(
            "SELECT file, state FROM files WHERE tenant = %s AND source = %s", (tenant, source)
        ).fetchall()
    )
    states = _by_file(inputs.files.values())
    gone = list(stored.keys() - states.keys())
    connection.execute(
        "DELETE FROM files WHERE tenant = %s AND source = %s AND file = ANY(%s)", (tenant, source, gone)
    )
    changed = {file: state for file, state in states.items() if stored.get(file) != state}
    connection.execute(
        "INSERT INTO files (tenant, source, file, state)"
        " SELECT %s, %s, file, state FROM unnest(%s::text[], %s::text[]) AS changed (file, state)"
        " ON CONFLICT (tenant, source, file) DO UPDATE SET state = excluded.state",
        (tenant, source, list(changed), list(changed.values())),
    )


def _by_file(states: Iterable[FileState]) -> Mapping[str, str]:
    return {state.file: json.dumps(list(state)) for state in states}


def _json(model: ModelState) -> str:
    return json.dumps(asdict(model))
