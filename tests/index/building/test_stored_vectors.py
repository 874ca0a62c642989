"""Vectors that are read in parts: the same as all at once, and never many in memory."""

from pathlib import Path

import numpy as np
import pytest

from index.building.stored_vectors import GatheredVectors, StoredVectors, kept_near
from index.storage.vectors import Vectors


@pytest.fixture
def vectors() -> Vectors:
    return Vectors.build(np.random.default_rng(0).normal(size=(50, 8)).astype(np.float32))


def test_they_are_those_of_the_rows_in_order(vectors: Vectors) -> None:
    stored = StoredVectors(vectors, [range(40, 50), range(3, 5)])
    assert (len(stored), stored.shape) == (12, (12, 8))
    assert np.array_equal(stored[8:11], vectors.at([48, 49, 3]))
    assert stored[5:5].shape == (0, 8)


def test_they_are_read_once_in_parts_to_be_near(
    vectors: Vectors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    at = vectors.at
    monkeypatch.setattr(vectors, "at", lambda rows: asked.append(len(rows)) or at(rows))
    with kept_near(StoredVectors(vectors, [range(0, 20)], at_once=7), tmp_path) as read:
        assert np.array_equal(read[0:20], at(range(20)))
        assert not list(tmp_path.iterdir())  # nothing is left behind, even by a process that is killed
    assert asked == [7, 7, 6]


def test_none_and_those_in_memory_need_no_file(vectors: Vectors, tmp_path: Path) -> None:
    with kept_near(StoredVectors(vectors, []), tmp_path / "nowhere") as read:
        assert read.shape == (0, 8)
    mine = np.ones((2, 8), np.float32)
    with kept_near(mine, tmp_path / "nowhere") as read:
        assert read is mine


def test_gathered_ones_come_from_the_previous_index_and_from_what_was_embedded(vectors: Vectors) -> None:
    embedded = np.arange(16, dtype=np.float32).reshape(2, 8)
    gathered = GatheredVectors(np.array([-2, 7, -1, 7, -2]), vectors, embedded)
    assert gathered.shape == (5, 8)
    expected = np.stack([embedded[1], vectors.at([7])[0], embedded[0], vectors.at([7])[0], embedded[1]])
    assert np.array_equal(gathered[0:9], expected)
    assert np.array_equal(gathered[1:3], expected[1:3])
    assert gathered[5:9].shape == (0, 8)
    assert np.array_equal(GatheredVectors(np.array([-1, -1]), None, embedded)[0:2], embedded[[0, 0]])
