"""Vectors that are read in parts: the same as all at once, and never many in memory."""

from pathlib import Path

import numpy as np
import pytest

from index.building.stored_vectors import StoredVectors, as_array
from index.storage.vectors import Vectors


@pytest.fixture
def vectors() -> Vectors:
    return Vectors.build(np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32))


def test_they_are_those_of_the_rows_in_order(vectors: Vectors) -> None:
    stored = StoredVectors(vectors, [range(40, 50), range(3, 5)])
    assert (len(stored), stored.shape) == (12, (12, 8))
    assert np.array_equal(stored[8:11], vectors.at([48, 49, 3]))
    assert stored[5:5].shape == (0, 8)


def test_as_an_array_they_are_read_in_parts(
    vectors: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    at = vectors.at
    monkeypatch.setattr(vectors, "at", lambda rows: asked.append(len(rows)) or at(rows))
    with as_array(StoredVectors(vectors, [range(0, 20)], at_once=7), tmp_path) as array:
        assert np.array_equal(array, at(range(20)))
        assert not list(tmp_path.iterdir())  # nothing is left behind, even by a process that is killed
    assert asked == [7, 7, 6]


def test_none_and_those_in_memory_need_no_file(vectors: Vectors, tmp_path: Path) -> None:
    with as_array(StoredVectors(vectors, []), tmp_path / "nowhere") as array:
        assert array.shape == (0, 8)
    mine = np.ones((2, 8), np.float32)
    with as_array(mine, tmp_path / "nowhere") as array:
        assert array is mine
