"""Writing of an index folder's segments: of a whole index in one, or of what changed in a further one."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.arrays import Rows, VectorRows
from index.building.publication import Publication
from index.building.reuse import ArticleEntry, PreviousIndex, UnchangedArticle
from index.building.segment_plan import segments_of
from index.building.stored_vectors import kept_near
from index.storage import generations
from index.storage.bm25 import FILES, Bm25
from index.storage.catalog import CATALOG_FILE, Catalog
from index.storage.catalog_writer import CatalogWriter
from index.storage.index_files import bm25_files
from index.storage.manifest import Facts
from index.storage.segmented import SegmentedVectors
from index.storage.segmented_catalog import SegmentedCatalog
from index.storage.segments import SegmentRun, Segments, segment_file
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors

_FILES = (CATALOG_FILE, SENTENCES_FILE, PASSAGES_FILE, *FILES)


@dataclass(frozen=True, slots=True)
class _Base:
    """The vectors of the previous index's first segment, None if there is none."""

    sentences: Vectors | None = None
    passages: Vectors | None = None


def write_index(
    root: Path,
    written: Sequence[ArticleEntry],
    sentences: VectorRows,
    passages: VectorRows,
    publication: Publication,
) -> None:
    """Write all articles into one segment, and publish it. Raises OSError."""
    previous = publication.vectors_from
    base = _Base(_first(previous.sentences), _first(previous.passages)) if previous else _Base()
    with generations.new_generation(
        root, publication.encoder, publication.fingerprint, exported_reader=publication.exported_reader
    ) as draft:
        draft.facts = _write(draft.folder, 0, written, sentences, passages, base)
        publication.inputs.write(draft.folder)


def write_segment(
    root: Path,
    written: Sequence[ArticleEntry],
    sentences: VectorRows,
    passages: VectorRows,
    publication: Publication,
) -> None:
    """Write a further segment, and publish it with those that the other articles are in. Raises OSError.

    The others are in the current index of `root`, and unchanged.
    """
    new = {entry.state.id: number for number, entry in enumerate(written)}
    kept = [e for e in publication.entries if isinstance(e, UnchangedArticle) and e.state.id not in new]
    previous = kept[0].previous
    generation = previous.generation
    if not isinstance(generation, generations.Generation):
        raise TypeError("a database has no segments")
    number, rows = segments_of(previous).articles.locate([entry.row for entry in kept])
    count = int(number.max()) + 1
    names = {segment_file(name, segment) for segment in range(count) for name in _FILES}
    with generations.copy_generation(root, generation, names, publication.exported_reader) as draft:
        catalogs = _catalogs(previous)[:count]
        facts = Facts()
        if written:
            base = _Base(_first(previous.sentences), _first(previous.passages))
            facts = _write(draft.folder, count, written, sentences, passages, base)
            catalogs.append(Catalog(draft.folder, count))
        places = iter(zip(number.tolist(), rows.tolist(), strict=True))
        order = [
            (count, new[entry.state.id]) if entry.state.id in new else next(places)
            for entry in publication.entries
        ]
        segments = Segments.of(_runs(np.array(order, dtype=np.int64), catalogs), len(catalogs))
        if written:
            catalogs[-1].close()
        segments.write(draft.folder)
        publication.inputs.write(draft.folder)
        draft.facts = replace(
            generation.facts,
            articles=len(segments.articles),
            sentences=len(segments.sentences),
            passages=len(segments.passages),
            sentence_recall=_least(generation.facts.sentence_recall, facts.sentence_recall),
            passage_recall=_least(generation.facts.passage_recall, facts.passage_recall),
        )


def _write(
    folder: Path,
    segment: int,
    written: Sequence[ArticleEntry],
    sentences: VectorRows,
    passages: VectorRows,
    base: _Base,
) -> Facts:
    """Write the files of a segment; return its counts."""
    with CatalogWriter(folder, segment) as catalog:
        for entry in written:
            catalog.add(*entry.parts())
    recalls = []
    for name, vectors, like in (
        (SENTENCES_FILE, sentences, base.sentences),
        (PASSAGES_FILE, passages, base.passages),
    ):
        # Rounded if those of the first segment are: equal texts are to score alike.
        half = segment > 0 and like is not None and not like.exact
        with kept_near(vectors, folder) as read:
            index = Vectors.build(read, like, half=half)
        index.save(folder / segment_file(name, segment))
        recalls.append(index.recall)
    with closing(Catalog(folder, segment)) as stored:
        Bm25.build(stored.terms()).save(folder, bm25_files(segment))
    return Facts(catalog.articles, catalog.sentences, catalog.passages, *recalls)


def _runs(order: Rows, catalogs: Sequence[Catalog]) -> list[SegmentRun]:
    """Return the runs of articles, each given by its segment and its row there: [articles, 2]."""
    ends = np.flatnonzero((np.diff(order[:, 0]) != 0) | (np.diff(order[:, 1]) != 1)) + 1
    runs = []
    for articles in np.split(order, ends):
        segment, first_row = articles[0].tolist()
        first, last = (catalogs[segment].article_row(int(row)) for row in (first_row, articles[-1, 1]))
        runs.append(
            SegmentRun(
                *(segment, first_row, len(articles)),
                *(first.first_sentence, last.sentence_rows.stop - first.first_sentence),
                *(first.first_passage, last.passage_rows.stop - first.first_passage),
            )
        )
    return runs


def _catalogs(index: PreviousIndex) -> list[Catalog]:
    catalog = index.catalog
    if isinstance(catalog, SegmentedCatalog):
        return list(catalog.parts)
    if isinstance(catalog, Catalog):
        return [catalog]
    raise TypeError("a database has no segments")


def _first(vectors: object) -> Vectors | None:
    """Return the vectors of the first segment of an index folder's index."""
    if isinstance(vectors, SegmentedVectors):
        return vectors.parts[0]
    return vectors if isinstance(vectors, Vectors) else None


def _least(*recalls: float | None) -> float | None:
    return min((recall for recall in recalls if recall is not None), default=None)
