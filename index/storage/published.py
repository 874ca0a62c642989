"""What is published of a library, wherever it is kept: a generation of an index folder, or in a database."""

import hashlib
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.checksums import file_sha256
from index.config import Config
from index.errors import ConfigurationError, IndexMissingError, IndexStaleError, Reason
from index.storage import generations
from index.storage.fingerprint import Fingerprint
from index.storage.generations import ExportedReader, Generation
from index.storage.index_files import open_catalog
from index.storage.index_folder import ENCODERS, READERS, check_index_folder
from index.storage.input_state import STATE_FILE, InputState, ModelState
from index.storage.manifest import MANIFEST_FILE, Facts

if TYPE_CHECKING:
    from index.storage.postgres.database import Database

T = TypeVar("T")


@dataclass(frozen=True)
class StoredLibrary:
    """A library in a database, as it was when it was opened; questions see what is published since.

    `content` digests its articles. Its models are exported on each machine that needs them.
    """

    database: "Database"
    tenant: int
    source: str
    version: int
    encoder: Path
    reader: Path | None
    dimension: int
    fingerprint: Fingerprint
    facts: Facts
    content: str

    @property
    def name(self) -> str:
        """Version of the library; every publication has another."""
        return str(self.version)

    @cached_property
    def exported_reader(self) -> ExportedReader | None:
        """The exported reader on this machine; None if no reader is named, or it is not exported here."""
        if self.reader is None or not (self.reader / MANIFEST_FILE).is_file():
            return None
        return ExportedReader(self.reader, file_sha256(self.reader / MANIFEST_FILE))

    def read_inputs(self) -> InputState | None:
        """Read the state of this machine's articles and models; None if it never published any."""
        from index.storage.postgres.stored_inputs import read_inputs

        return read_inputs(self.database, self.tenant, self.source)


AnyGeneration = Generation | StoredLibrary


def open_published(
    config: Config, load: Callable[[AnyGeneration], T], check: bool = True, everything: bool = False
) -> T:
    """Return what `load` returns for what is published of the library that `config` names.

    Files are compared with their checksums unless `check` is False, as `generations.open_current` says.
    Raises IndexMissingError, IndexStaleError, IndexDamagedError, ConfigurationError, and StoreError for a
    database.
    """
    url = config.store_url
    if url is None:
        return generations.open_current(config.index_directory, load, check, everything)
    return load(_stored_library(config, url))


def input_state(generation: AnyGeneration) -> InputState | None:
    """Read the state of the inputs of what is published; None if this machine added nothing to it.

    Raises IndexDamagedError and StoreError.
    """
    if isinstance(generation, StoredLibrary):
        return generation.read_inputs()
    return InputState.read(generation.folder)


def reader_state(generation: AnyGeneration) -> ModelState | None:
    """Return the state of the named reader when the library was published; None if none was named."""
    inputs = input_state(generation)
    return inputs.reader if inputs else None


def content_fingerprint(generation: AnyGeneration) -> str:
    """Name what a library holds in 16 hexadecimal digits: different for different articles or models.

    Equal ones have the same name in a database, and in a folder if their files are the same.
    """
    if isinstance(generation, StoredLibrary):
        reader = generation.reader.name if generation.reader else None
        content: object = generation.content
    else:
        reader = generation.exported_reader.sha256 if generation.exported_reader else None
        content = {name: sha256 for name, sha256 in generation.files.items() if name != STATE_FILE}
    named = [asdict(generation.fingerprint), generation.encoder.name, reader, content]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]


def count_characters(generation: AnyGeneration) -> int:
    """Count the characters of all articles. Raises IndexDamagedError and StoreError."""
    if isinstance(generation, StoredLibrary):
        statement = "SELECT coalesce(sum(characters), 0) FROM articles WHERE tenant = %s"
        ((characters,),) = generation.database.query(generation.tenant, statement, (generation.tenant,))
        return int(characters)
    with closing(open_catalog(generation.folder)) as catalog:
        return sum(row.characters for row in catalog.articles())


def delete_stored(config: Config) -> None:
    """Delete a library from its database, if it is in one. Raises StoreError, and IndexBusyError."""
    url = config.store_url
    if url is None:
        return
    store = store_of(config, url)
    from index.storage.postgres.publishing import delete_library

    try:
        store.check()
    except (IndexMissingError, IndexStaleError):
        return
    with store.writing(config.tenant, config.store.source, 0) as connection:
        delete_library(connection, config.tenant)


def check_place(config: Config) -> None:
    """Raise ConfigurationError if the index, or in its folder the models, would be among other files."""
    check_index_folder(config)
    if config.store_url is not None:
        require_psycopg(config)


def require_psycopg(config: Config) -> None:
    """Raise ConfigurationError unless what talks to PostgreSQL is installed."""
    try:
        import psycopg_pool  # noqa: F401
    except ImportError:
        raise ConfigurationError(
            f"{config.named('store.url')}: PostgreSQL needs the extra packages of footnote-bot[postgres]",
            "Install them: pip install 'footnote-bot[postgres]'",
            reason=Reason.STORE_REFUSED,
        ) from None


def store_of(config: Config, url: str) -> "Database":
    """Return the database that `config` names. Raises ConfigurationError."""
    require_psycopg(config)
    from index.storage.postgres.database import database

    return database(url, config.store.wait)


def _stored_library(config: Config, url: str) -> StoredLibrary:
    store = store_of(config, url)
    store.check()
    from index.storage.postgres.stored_inputs import read_library

    published = read_library(store, config.tenant)
    return StoredLibrary(
        store,
        config.tenant,
        config.store.source,
        published.version,
        config.models_directory / ENCODERS / published.encoder,
        config.models_directory / READERS / published.reader if published.reader else None,
        published.dimension,
        published.fingerprint,
        published.facts,
        published.content,
    )
