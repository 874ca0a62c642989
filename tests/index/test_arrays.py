"""The best rows: a stable sort, without sorting them all."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import best


@pytest.mark.slow
@given(st.lists(st.integers(0, 5)), st.integers(0, 8))
def test_best_is_a_stable_sort(values: list[int], k: int) -> None:
    scores = np.array(values, dtype=np.float32)
    assert best(scores, k).tolist() == np.argsort(-scores, kind="stable")[:k].tolist()
