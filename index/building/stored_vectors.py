"""Vectors that stay where they are stored and are read in parts, so that a copy holds few of them at once."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from index.arrays import Floats
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


AnyVectors: TypeAlias = "Floats | StoredVectors"


@contextmanager
def as_array(vectors: AnyVectors, folder: Path) -> Iterator[Floats]:
    """Yield vectors as one array; those stored elsewhere are in a nameless file in `folder` meanwhile.

    Raises OSError, and what reading them raises.
    """
    if isinstance(vectors, np.ndarray) or not len(vectors):
        yield np.empty(vectors.shape, np.float32) if isinstance(vectors, StoredVectors) else vectors
        return
    with tempfile.TemporaryFile(dir=folder) as file:
        array = np.memmap(file, np.float32, "w+", shape=vectors.shape)
        for start in range(0, len(vectors), vectors.at_once):
            array[start : start + vectors.at_once] = vectors[start : start + vectors.at_once]
        yield array
        del array
