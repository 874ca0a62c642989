"""Copies of a whole library between an index folder and a database, either way, compared afterwards."""

from functools import partial
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.building.publication import Publication
from index.building.reuse import ArticleEntry, PreviousIndex, UnchangedArticle
from index.building.stored_vectors import AT_ONCE, StoredVectors
from index.building.targets import publishing_target
from index.config import Config
from index.errors import ConfigurationError, FootnoteError, IndexMissingError, Reason
from index.records import Progress
from index.storage.article_digests import article_digest, library_digest
from index.storage.generations import check_encoder, put_encoder, put_reader
from index.storage.index_folder import ENCODERS, READERS
from index.storage.linked_models import link_files
from index.storage.manifest import Facts
from index.storage.published import AnyGeneration, StoredLibrary, check_place, open_published

_SAME = 2e-3  # vectors of large libraries are kept in half precision


def copy_library(
    source: Config, target: Config, progress: Progress = lambda *_: None, at_once: int = AT_ONCE
) -> Facts:
    """Copy the library of `source` to where `target` keeps its own, and compare both; return its counts.

    Nothing is read or embedded again, and `at_once` vectors are in memory at a time. Raises
    ConfigurationError if there is a library in `target` already, or if `source` is a database with articles
    of several machines, IndexMissingError and so on for `source`, and FootnoteError if the copy is not the
    same.
    """
    check_place(target)
    original = open_published(source, PreviousIndex.load)
    _check_sources(original.generation)
    try:
        open_published(target, lambda current: current, check=False)
    except IndexMissingError:
        pass
    else:
        raise ConfigurationError(
            "there is a library already where this one is to be copied to",
            "Name an empty folder or database.",
            reason=Reason.INDEX_FOLDER_OCCUPIED,
        )
    states = {state.id: state for state in original.state.files.values() if state.skipped is None}
    entries: list[ArticleEntry] = [
        UnchangedArticle(states[id_], original, row)
        for id_, row in sorted(original.rows.items())
        if id_ in states
    ]
    places = [original.catalog.article_row(original.rows[entry.state.id]) for entry in entries]
    generation = original.generation
    with publishing_target(target, 0, rebuild=False) as place:
        encoder = _with_encoder(generation.encoder, place.models)
        exported = generation.exported_reader
        if exported and not (place.models / READERS / exported.folder.name).exists():
            exported = put_reader(place.models, exported.folder.name, partial(link_files, exported.folder))
        progress("copy", 0, 1)
        place.publish(
            entries,
            StoredVectors(original.sentences, [article.sentence_rows for article in places], at_once),
            StoredVectors(original.passages, [article.passage_rows for article in places], at_once),
            Publication((), None, original.state, encoder, generation.fingerprint, exported),
        )
        progress("copy", 1, 1)
    copy = open_published(target, PreviousIndex.load)
    if _digest(original) != _digest(copy) or not _same_vectors(original, copy, progress):
        raise FootnoteError("the copy is not the same as the library that it was made of")
    return copy.generation.facts


def _check_sources(generation: AnyGeneration) -> None:
    """Refuse a library of which only the articles of one machine would be copied."""
    if not isinstance(generation, StoredLibrary):
        return
    from index.storage.postgres.stored_inputs import other_sources

    if others := other_sources(generation.database, generation.tenant, generation.source):
        raise ConfigurationError(
            f"the library in the database has articles of {', '.join(others)}, too, which would be missing",
            "Copy the database itself, with its own tools.",
        )


def _with_encoder(encoder: Path, models: Path) -> Path:
    """Return the export of the encoder among the target's models, linked there if necessary."""
    check_encoder(encoder)
    folder = models / ENCODERS / encoder.name
    return folder if folder.exists() else put_encoder(models, encoder.name, partial(link_files, encoder))


def _digest(index: PreviousIndex) -> str:
    catalog = index.catalog
    return library_digest(
        (id_, article_digest(catalog.article(row), catalog.spans(row), catalog.passages(row)))
        for id_, row in index.rows.items()
    )


def _same_vectors(one: PreviousIndex, other: PreviousIndex, progress: Progress) -> bool:
    """Compare the vectors of all sentences and passages, article by article."""
    ids = sorted(one.rows)
    if ids != sorted(other.rows):
        return False
    for number, id_ in enumerate(ids, start=1):
        mine = one.catalog.article_row(one.rows[id_])
        its = other.catalog.article_row(other.rows[id_])
        for vectors, others, rows, other_rows in (
            (one.sentences, other.sentences, mine.sentence_rows, its.sentence_rows),
            (one.passages, other.passages, mine.passage_rows, its.passage_rows),
        ):
            if not _close(vectors.at(list(rows)), others.at(list(other_rows))):
                return False
        progress("compare", number, len(ids))
    return True


def _close(vectors: Floats, others: Floats) -> bool:
    return vectors.shape == others.shape and bool(np.abs(vectors - others).max(initial=0.0) < _SAME)
