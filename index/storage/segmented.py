"""Vectors and BM25 of an index of several segments, read as one: see `segments`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows
from index.storage.bm25 import Bm25, Statistics, statistics
from index.storage.segments import RowMap
from index.storage.vectors import Vectors


@dataclass(frozen=True, slots=True)
class SegmentedVectors:
    """The vectors of several segments of an index."""

    parts: Sequence[Vectors]
    """Those of each segment, which leave out what is removed."""
    place: RowMap

    @classmethod
    def of(cls, parts: Sequence[Vectors], place: RowMap) -> Self:
        """Join the vectors of segments as they were saved."""
        return cls([part.only(place.live(n, len(part))) for n, part in enumerate(parts)], place)

    def __len__(self) -> int:
        return len(self.place)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self.parts[0].dimension

    def search(self, queries: Floats, k: int) -> tuple[Floats, Rows]:
        """Find the nearest rows as `Vectors.search` does."""
        found = [part.search(queries, k) for part in self.parts]
        scores = np.hstack([scores for scores, _ in found])
        rows = np.hstack([self.place.rows(n, rows) for n, (_, rows) in enumerate(found)])
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def at(self, rows: npt.ArrayLike) -> Floats:
        """Read vectors as `Vectors.at` does."""
        try:
            segments, own = self.place.locate(rows)
        except KeyError as error:
            raise IndexError(f"row {error} of {len(self)}") from None
        vectors = np.empty((len(own), self.dimension), np.float32)
        for number, part in enumerate(self.parts):
            here = segments == number
            vectors[here] = part.at(own[here])
        return vectors

    def rows(self, start: int, stop: int) -> Floats:
        """Read vectors as `Vectors.rows` does."""
        return self.at(np.arange(start, stop))

    def scores(self, query: Floats, rows: npt.ArrayLike) -> Floats:
        """Compare vectors as `Vectors.scores` does."""
        scores: Floats = self.at(rows) @ query
        return scores


@dataclass(frozen=True, slots=True)
class SegmentedBm25:
    """BM25 over several segments of an index: the scores of one that was built at once, bit for bit."""

    parts: Sequence[Bm25]
    place: RowMap
    terms: int
    """Number of terms in all sentences together, with repeats."""
    _live: Sequence[npt.NDArray[np.bool_] | None]
    """Which sentences of each segment are not removed; None if all are there."""

    @classmethod
    def of(cls, parts: Sequence[Bm25], place: RowMap) -> Self:
        """Join the columns of segments."""
        live = [place.live(n, part.size) for n, part in enumerate(parts)]
        terms = sum(int(part.lengths[own].sum()) for part, own in zip(parts, live, strict=True))
        return cls(parts, place, terms, [None if own.all() else own for own in live])

    @property
    def size(self) -> int:
        """Number of sentences."""
        return len(self.place)

    def scores(self, question_terms: Sequence[str], among: Statistics | None = None) -> Floats:
        """Sum scores as `Bm25.scores` does."""
        if among is None:
            among = statistics(self.size, self.terms, self.frequency)
        scores: Floats = self.place.gather([part.scores(question_terms, among) for part in self.parts])
        return scores

    def frequency(self, term: str) -> int:
        """Count the sentences that contain `term`."""
        return sum(part.frequency(term, own) for part, own in zip(self.parts, self._live, strict=True))
