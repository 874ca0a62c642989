"""The best rows: a stable sort, without sorting them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import best, best_positive


@pytest.mark.slow
@given(st.lists(st.integers(0, 5)), st.integers(0, 8))
def test_best_is_a_stable_sort(values: list[int], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    assert best(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()


@pytest.mark.parametrize("size", [0, 100, 30_000, 30_001])
@pytest.mark.parametrize("density", [0, 0.001, 0.3, 1])
def test_best_positive_leaves_out_zeros(size: int, density: float) -> None:
    random = np.random.default_rng(size)
    scores = np.where(random.random(size) < density, random.integers(1, 50, size), 0).astype(np.float32)
    expected = np.argsort(-scores, kind="stable")[:100]
    assert best_positive(scores, 100).tolist() == expected[scores[expected] > 0].tolist()
