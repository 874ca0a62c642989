"""Where an update publishes: an index folder, or a database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.arrays import VectorRows
from index.building.publication import Publication
from index.building.reuse import ArticleEntry, PreviousIndex, ReadArticle, UnchangedArticle
from index.building.segment_plan import articles_to_write
from index.building.segment_writing import write_index, write_segment
from index.building.staleness import publish_inputs
from index.building.stored_vectors import GatheredVectors
from index.config import Config
from index.errors import ConfigurationError, IndexDamagedError, IndexMissingError, IndexStaleError, Reason
from index.storage import generations
from index.storage.fingerprint import Fingerprint, difference
from index.storage.generations import ExportedReader, Generation
from index.storage.input_state import InputState
from index.storage.linked_models import link_models
from index.storage.published import AnyGeneration, open_published, store_of

if TYPE_CHECKING:
    from index.storage.postgres.database import Connection, Database
    from index.storage.postgres.publishing import NewArticle


class Target(Protocol):
    """Where an update publishes; the update is the only one that writes there meanwhile."""

    @property
    def models(self) -> Path:
        """Folder of the exported models."""

    def open(self) -> tuple[PreviousIndex | None, str | None]:
        """Open what is published, or say why it is of no use; neither if there is nothing."""

    def check_others(self, fingerprint: Fingerprint) -> None:
        """Raise ConfigurationError if articles of other machines would be lost by this update.

        `fingerprint` is that of the new index.
        """

    def taken(self, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` that an article has which is not of this update's files."""

    def written(self, entries: Sequence[ArticleEntry]) -> Sequence[ArticleEntry]:
        """Return those of all articles that are written; the others stay as they are there."""

    def publish_inputs(
        self, generation: AnyGeneration, inputs: InputState, exported_reader: ExportedReader | None
    ) -> None:
        """Publish the same articles with a new state of the inputs."""

    def publish(
        self,
        written: Sequence[ArticleEntry],
        sentences: VectorRows,
        passages: VectorRows,
        publication: Publication,
    ) -> None:
        """Publish the articles; `sentences` and `passages` are the vectors of those that are `written`."""


@contextmanager
def publishing_target(config: Config, wait: float, *, rebuild: bool) -> Iterator[Target]:
    """Yield where the index that `config` names is published, as its only writer.

    Raises IndexBusyError after `wait` seconds, ConfigurationError, OSError, and StoreError for a database.
    """
    url, root = config.store_url, config.models_directory
    if url is None:
        with generations.writers_lock(root, wait):
            if config.models_from:
                link_models(config.models_from, root)
            yield FolderTarget(root)
        return
    store = store_of(config, url)
    store.make_schema()
    with (
        store.writing(config.tenant, config.store.source, wait) as connection,
        generations.writers_lock(root, wait),  # for the models that are exported here
    ):
        yield DatabaseTarget(config, store, connection, rebuild=rebuild)
        from index.storage.postgres.maintenance import tend

        tend(connection, config.tenant)


class FolderTarget:
    """An index folder: a new generation takes over the segments of the last whose articles stay."""

    def __init__(self, root: Path) -> None:
        self.models = root

    def open(self) -> tuple[PreviousIndex | None, str | None]:
        """Open the current generation."""
        try:
            return generations.open_current(self.models, PreviousIndex.load), None
        except IndexMissingError:
            return None, None
        except (IndexDamagedError, IndexStaleError) as error:
            return None, error.message

    def check_others(self, fingerprint: Fingerprint) -> None:
        """Do nothing: all articles are of this update's files."""

    def taken(self, ids: Sequence[str]) -> set[str]:
        """Return no id: all articles are of this update's files."""
        return set()

    def written(self, entries: Sequence[ArticleEntry]) -> Sequence[ArticleEntry]:
        """Return the articles of the new segment: all, if the index is small or many changed."""
        return articles_to_write(entries)

    def publish_inputs(
        self, generation: AnyGeneration, inputs: InputState, exported_reader: ExportedReader | None
    ) -> None:
        """Publish the same index with a new state of the inputs. Raises OSError."""
        if isinstance(generation, Generation):
            publish_inputs(self.models, generation, inputs, exported_reader)

    def publish(
        self,
        written: Sequence[ArticleEntry],
        sentences: VectorRows,
        passages: VectorRows,
        publication: Publication,
    ) -> None:
        """Write and publish a new generation. Raises OSError."""
        new = {entry.state.id for entry in written}
        if all(entry.state.id in new for entry in publication.entries):
            write_index(self.models, written, sentences, passages, publication)
        else:
            write_segment(self.models, written, sentences, passages, publication)


class DatabaseTarget:
    """A database: what did not change stays there untouched."""

    def __init__(self, config: Config, store: "Database", connection: "Connection", *, rebuild: bool) -> None:
        from index.storage.postgres.catalog import PostgresCatalog

        self.models = config.models_directory
        self._rebuild = rebuild
        self._catalog = PostgresCatalog(store, config.tenant, [config.tenant])
        self._config = config
        self._store = store
        self._connection = connection
        self._source = config.store.source

    def open(self) -> tuple[PreviousIndex | None, str | None]:
        """Open what is published in the database."""
        try:
            return open_published(self._config, PreviousIndex.load), None
        except IndexMissingError:
            return None, None
        except (IndexDamagedError, IndexStaleError) as error:
            return None, error.message

    def check_others(self, fingerprint: Fingerprint) -> None:
        """Refuse another model or version than other machines have, unless a rebuild is asked for."""
        from index.storage.postgres.stored_inputs import other_sources

        stored = self._stored_fingerprint()
        if self._rebuild or stored is None or not (changed := difference(stored, fingerprint)):
            return
        if others := other_sources(self._store, self._config.tenant, self._source):
            raise ConfigurationError(
                f"{changed}, and the library in the database has articles of {', '.join(others)}, too",
                reason=Reason.STORE_OF_ANOTHER_MODEL,
            )

    def taken(self, ids: Sequence[str]) -> set[str]:
        """Return the ids that articles of other sources have."""
        return self._catalog.ids_of_others(self._source, ids)

    def written(self, entries: Sequence[ArticleEntry]) -> Sequence[ArticleEntry]:
        """Return the articles that were read; the others are in the database."""
        return [entry for entry in entries if isinstance(entry, ReadArticle)]

    def publish_inputs(
        self, generation: AnyGeneration, inputs: InputState, exported_reader: ExportedReader | None
    ) -> None:
        """Store a new state of the inputs, and which reader answers."""
        from index.storage.postgres.database import translated_errors
        from index.storage.postgres.stored_inputs import write_inputs

        name = exported_reader.folder.name if exported_reader else None
        tenant = self._config.tenant
        with translated_errors(), self._connection.transaction():
            write_inputs(self._connection, tenant, self._source, inputs)
            self._connection.execute(
                "UPDATE libraries SET reader = %s WHERE tenant = %s AND reader IS DISTINCT FROM %s",
                (name, tenant, name),
            )

    def publish(
        self,
        written: Sequence[ArticleEntry],
        sentences: VectorRows,
        passages: VectorRows,
        publication: Publication,
    ) -> None:
        """Publish the changes in one transaction. Raises StoreError and IndexUnwritableError."""
        from index.storage.postgres.database import translated_errors
        from index.storage.postgres.publishing import Changes, ModelNames, Publisher
        from index.storage.postgres.stored_inputs import write_inputs

        # Those of the previous index come from this database: they are read before it is written to.
        sentences, passages = (
            vectors[:] if isinstance(vectors, GatheredVectors) else vectors
            for vectors in (sentences, passages)
        )
        reader = publication.exported_reader
        models = ModelNames(
            publication.fingerprint,
            publication.encoder.name,
            reader.folder.name if reader else None,
            sentences.shape[1],
        )
        kept = {e.row: e.state.id for e in publication.entries if isinstance(e, UnchangedArticle)}
        rows = self._catalog.rows_of_source(self._source)
        changes = Changes(
            added=_new_articles(written, sentences, passages),
            removed=sorted(rows.values() - kept.keys()),
            renamed=_renamed(rows, kept),
            everything=self._stored_fingerprint() != publication.fingerprint,
        )
        tenant = self._config.tenant
        with translated_errors(), self._connection.transaction():
            Publisher(self._connection, tenant, self._source, models).apply(changes)
            write_inputs(self._connection, tenant, self._source, publication.inputs)

    def _stored_fingerprint(self) -> Fingerprint | None:
        from index.storage.postgres.stored_inputs import read_library

        try:
            return read_library(self._store, self._config.tenant).fingerprint
        except (IndexMissingError, IndexDamagedError):
            return None


def _new_articles(
    written: Sequence[ArticleEntry], sentences: VectorRows, passages: VectorRows
) -> "Iterator[NewArticle]":
    from index.storage.postgres.publishing import NewArticle

    sentence = passage = 0
    for entry in written:
        article, spans, runs = entry.parts()
        yield NewArticle(
            article,
            spans,
            runs,
            sentences[sentence : sentence + len(spans)],
            passages[passage : passage + len(runs)],
        )
        sentence, passage = sentence + len(spans), passage + len(runs)


def _renamed(rows: Mapping[str, int], kept: Mapping[int, str]) -> dict[int, str]:
    """Return the new ids of articles that are kept, by row."""
    before = {row: id_ for id_, row in rows.items()}
    return {row: id_ for row, id_ in kept.items() if before.get(row) != id_}
