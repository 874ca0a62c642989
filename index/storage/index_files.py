"""Opening of the files of an index, whether it has one segment or several."""

from pathlib import Path

from index.storage.bm25 import FILES, Bm25
from index.storage.catalog import Catalog
from index.storage.segmented import SegmentedBm25, SegmentedVectors
from index.storage.segmented_catalog import SegmentedCatalog
from index.storage.segments import Segments, segment_file
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors

OneCatalog = Catalog | SegmentedCatalog
OneVectors = Vectors | SegmentedVectors
OneBm25 = Bm25 | SegmentedBm25


def open_catalog(folder: Path) -> OneCatalog:
    """Open the articles of the index in `folder`. Raises IndexDamagedError."""
    segments = Segments.read(folder)
    return SegmentedCatalog.open(folder, segments) if segments else Catalog(folder)


def open_vectors(folder: Path) -> tuple[OneVectors, OneVectors]:
    """Open the vectors of sentences and of passages. Raises IndexDamagedError."""
    segments = Segments.read(folder)
    if segments is None:
        return Vectors.load(folder / SENTENCES_FILE), Vectors.load(folder / PASSAGES_FILE)
    sentences, passages = (
        [Vectors.load(folder / segment_file(name, number)) for number in range(segments.count)]
        for name in (SENTENCES_FILE, PASSAGES_FILE)
    )
    return (
        SegmentedVectors.of(sentences, segments.sentences),
        SegmentedVectors.of(passages, segments.passages),
    )


def open_bm25(folder: Path, sentences: OneVectors) -> OneBm25:
    """Open the terms of the `sentences`. Raises IndexDamagedError."""
    segments = Segments.read(folder)
    if segments is None or not isinstance(sentences, SegmentedVectors):
        return Bm25.load(folder, len(sentences))
    parts = [Bm25.load(folder, len(part), bm25_files(number)) for number, part in enumerate(sentences.parts)]
    return SegmentedBm25.of(parts, segments.sentences)


def bm25_files(segment: int) -> tuple[str, ...]:
    """Name the files of BM25 of a segment."""
    return tuple(segment_file(name, segment) for name in FILES)
