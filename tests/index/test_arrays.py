"""The best rows: a stable sort, without sorting them all; and vectors that are read in parts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import ROWS_AT_ONCE, best, best_positive, parts_of, rows_at


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


@pytest.mark.parametrize("count", [0, 1, ROWS_AT_ONCE, 2 * ROWS_AT_ONCE + 5])
def test_parts_are_all_rows_in_order(count: int) -> None:
    vectors = np.arange(2 * count, dtype=np.float32).reshape(count, 2)
    parts = [*parts_of(vectors)]
    assert [start for start, _ in parts] == list(range(0, count, ROWS_AT_ONCE))
    assert np.array_equal(np.concatenate([vectors[:0], *(part for _, part in parts)]), vectors)
    rows = np.arange(0, count, 3)
    assert np.array_equal(rows_at(vectors, rows), vectors[rows])
    assert rows_at(vectors, rows[:0]).shape == (0, 2)
