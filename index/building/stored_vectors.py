"""Vectors that are read in parts from where they are, so that few of them are held at once."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.arrays import Floats, Rows, VectorRows
from index.storage.index_files import OneVectors

if TYPE_CHECKING:
    from index.storage.postgres.search import PostgresVectors

AT_ONCE = 4_096
"""Vectors that are read at a time."""


class StoredVectors:
    """The vectors of some rows of an open index, in order; like an array of float32 [rows, dimension].

    Whoever wants all of them reads `at_once` at a time.
    """

    def __init__(
        self, vectors: "OneVectors | PostgresVectors", ranges: Sequence[range], at_once: int = AT_ONCE
    ) -> None:
        self.at_once = at_once
        self._vectors = vectors
        parts = [np.arange(rows.start, rows.stop) for rows in ranges]
        self._rows = np.concatenate([np.empty(0, np.int64), *parts])
        self.shape = (len(self._rows), vectors.dimension)

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, part: slice) -> Floats:
        return self._vectors.at(self._rows[part])


class GatheredVectors:
    """The vectors of a new index's rows, in order; like an array of float32 [rows, dimension].

    A place is a row of the `previous` index's vectors, or -1 - n for the n-th of those just `embedded`.
    """

    def __init__(
        self, places: Rows, previous: "OneVectors | PostgresVectors | None", embedded: Floats
    ) -> None:
        self._places, self._previous, self._embedded = places, previous, embedded
        self.shape = (len(places), embedded.shape[1])

    def __getitem__(self, part: slice) -> Floats:
        places = self._places[part]
        vectors = np.empty((len(places), self.shape[1]), dtype=np.float32)
        new = places < 0
        vectors[new] = self._embedded[-1 - places[new]]
        if self._previous is not None:
            vectors[~new] = self._previous.at(places[~new])
        return vectors


@contextmanager
def kept_near(vectors: VectorRows, folder: Path) -> Iterator[VectorRows]:
    """Yield vectors to read several times; those stored elsewhere are in a nameless file in `folder` then.

    Raises OSError, and what reading them raises.
    """
    if not isinstance(vectors, StoredVectors) or not len(vectors):
        yield vectors
        return
    with tempfile.TemporaryFile(dir=folder) as file:
        array = np.memmap(file, np.float32, "w+", shape=vectors.shape)
        for start in range(0, len(vectors), vectors.at_once):
            array[start : start + vectors.at_once] = vectors[start : start + vectors.at_once]
        yield array
        del array
