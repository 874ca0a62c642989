"""Which segments of an index folder an update keeps, so that it costs as much as what changed does.

What changed is written into a new segment, together with the last segments if they are hardly larger: so
there are few, and an article is written again a few times at most. When a quarter of the sentences would be
removed ones or outside of the first segment, all are written into one.
"""

from collections.abc import Sequence

import numpy as np

from index.arrays import Rows
from index.building.reuse import ArticleEntry, PreviousIndex, ReadArticle, UnchangedArticle
from index.storage.generations import Generation
from index.storage.segmented import SegmentedVectors
from index.storage.segmented_catalog import SegmentedCatalog
from index.storage.segments import SegmentRun, Segments
from index.storage.vectors import Vectors

SEGMENTS_FROM = 5_000
"""Sentences of the first segment from which there are others; fewer are all written again."""
SMALL = 4_000
"""Sentences up to which a segment is written again with what is new, however little that is."""
MERGED = 2
"""How many times as large as what is new a segment may be that is written again with it."""
MOST_APART = 0.25
"""Share of the sentences that may be removed ones, or outside of the first segment."""


def kept_segments(stored: Sequence[int], kept: Sequence[int], new: int) -> int:
    """Return how many segments stay, from the first on; 0 if all is to be written again.

    Of each segment, `stored` counts the sentences in its files and `kept` those that stay; `new` are written.
    """
    if not stored or stored[0] < SEGMENTS_FROM:
        return 0
    count, writing = len(stored), new
    while new and count > 1 and kept[count - 1] < max(MERGED * writing, SMALL):
        count -= 1
        writing += kept[count]
    outside = writing + sum(stored[1:count]) + stored[0] - kept[0]
    return 0 if outside > MOST_APART * (sum(kept) + new) else count


def articles_to_write(entries: Sequence[ArticleEntry]) -> Sequence[ArticleEntry]:
    """Return those of all articles, sorted by id, that are written; the others are in segments that stay."""
    stay = [entry for entry in entries if isinstance(entry, UnchangedArticle) and _stays(entry)]
    if not stay:
        return entries
    previous = stay[0].previous
    segments = segments_of(previous)
    rows = np.array([entry.row for entry in stay], dtype=np.int64)
    number, _ = segments.articles.locate(rows)
    kept = _sentences(segments)
    left = np.ones(len(segments.articles), dtype=np.bool_)
    left[rows] = False
    gone = np.flatnonzero(left)
    for segment, article in zip(
        segments.articles.locate(gone)[0], previous.catalog.article_rows(gone.tolist()), strict=True
    ):
        kept[segment] -= article.sentences
    ids = {entry.state.id for entry in stay}
    new = sum(_count(entry) for entry in entries if entry.state.id not in ids)
    count = kept_segments(_stored(previous), kept, new)
    unwritten = {entry.state.id for entry, place in zip(stay, number, strict=True) if place < count}
    return [entry for entry in entries if entry.state.id not in unwritten]


def segments_of(index: PreviousIndex) -> Segments:
    """Return the segments of an index folder's index, of which there is one at least."""
    if isinstance(index.catalog, SegmentedCatalog):
        return index.catalog.segments
    sentences, passages = index.sentences, index.passages
    if not isinstance(sentences, Vectors) or not isinstance(passages, Vectors):
        raise TypeError("a database has no segments")
    return Segments.of([SegmentRun(0, 0, len(index.catalog), 0, len(sentences), 0, len(passages))], 1)


def _stored(index: PreviousIndex) -> list[int]:
    """Count the sentences in the files of each segment, removed ones too."""
    vectors = index.sentences
    if isinstance(vectors, SegmentedVectors):
        return [len(part) for part in vectors.parts]
    return [len(vectors)] if isinstance(vectors, Vectors) else []


def _stays(entry: UnchangedArticle) -> bool:
    """Tell whether an article is in an index folder's index as it is now, its id too."""
    return (
        isinstance(entry.previous.generation, Generation)
        and entry.previous.rows.get(entry.state.id) == entry.row
    )


def _sentences(segments: Segments) -> list[int]:
    """Count the sentences of each segment that are not removed."""
    counts: Rows = np.diff(segments.sentences.starts)
    own = segments.sentences.segments
    return [int(counts[own == number].sum()) for number in range(segments.count)]


def _count(entry: ArticleEntry) -> int:
    if isinstance(entry, ReadArticle):
        return len(entry.sentences)
    return entry.previous.catalog.article_row(entry.row).sentences
