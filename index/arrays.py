"""The two kinds of numpy arrays that pass between modules; a docstring gives their shape."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int64]
"""Rows of sentences, passages or articles in the index."""


def best(scores: Floats, k: int) -> Rows:
    """Find the rows of the `k` highest `scores`, best first, equal ones by row: int64 [min(k, rows)]."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(scores, -k)[-k]
    above = np.flatnonzero(scores > least)
    rows = np.concatenate([above, np.flatnonzero(scores == least)[: k - len(above)]])
    return rows[np.lexsort((rows, -scores[rows]))]
