"""The two kinds of numpy arrays that pass between modules, and vectors that are read in parts."""

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

# A docstring gives their shape.
Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
"""Rows of sentences, passages or articles in the index."""

ROWS_AT_ONCE = 8_192
"""Rows of `VectorRows` that are read at a time."""

_STRIPES = 64  # scores of which the highest stands for all of them


class VectorRows(Protocol):
    """Vectors that are read some rows at a time: float32 [rows, dimension], an array or what acts as one."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Rows and dimension."""

    def __getitem__(self, part: slice, /) -> Floats:
        """Read the vectors of consecutive rows."""


def parts_of(vectors: VectorRows) -> Iterator[tuple[int, Floats]]:
    """Read all vectors, `ROWS_AT_ONCE` at a time: the first row of each part, and the part."""
    for start in range(0, vectors.shape[0], ROWS_AT_ONCE):
        yield start, vectors[start : start + ROWS_AT_ONCE]


def rows_at(vectors: VectorRows, rows: Rows) -> Floats:
    """Read the vectors of `rows`, ascending: float32 [rows, dimension]."""
    read = np.empty((len(rows), vectors.shape[1]), np.float32)
    for start, part in parts_of(vectors):
        here = (rows >= start) & (rows < start + len(part))
        read[here] = part[rows[here] - start]
    return read


def best(scores: Floats, k: int) -> Rows:
    """Find the rows of the `k` highest `scores`, best first, equal ones by row: int64 [min(k, rows)]."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(scores, -k)[-k]
    above = np.flatnonzero(scores > least)
    rows = np.concatenate([above, np.flatnonzero(scores == least)[: k - len(above)]])
    return rows[np.lexsort((rows, -scores[rows]))]


def best_positive(scores: Floats, k: int) -> Rows:
    """Find the rows of the `k` highest `scores` that are above zero, as `best` does; the others are zero."""
    least = np.float32(0)
    if len(scores) > 4 * k * _STRIPES:
        # As many rows as stripes are at least as high as the k-th highest maximum of a stripe.
        width = len(scores) // _STRIPES
        highest = scores[: width * _STRIPES].reshape(_STRIPES, width).max(axis=0)
        least = np.partition(highest, -k)[-k]
    rows = np.flatnonzero(scores >= least if least > 0 else scores > 0)
    return rows[best(scores[rows], k)]
