"""Batches in a file: they are planned once, and read back as they were."""

from pathlib import Path

import numpy as np
import pytest

from index.training.examples.batch_files import kept_batches
from index.training.examples.batches import Batch


def a_batch(rows: int) -> Batch:
    numbers = np.arange(rows * 3).reshape(rows, 3)
    return Batch(numbers, numbers + 1, numbers + 2, numbers > 1, numbers[:, 0], numbers[:, 1])


def test_batches_are_planned_once_and_read_back(tmp_path: Path) -> None:
    planned = [a_batch(2), a_batch(1)]
    for plan in (lambda: planned, lambda: pytest.fail("planned again")):
        kept = kept_batches(tmp_path / "planned.npz", plan)
        assert len(kept) == 2
        for batch, read in zip(planned, kept, strict=True):
            for name in ("ids", "types", "mask", "markable", "starts", "ends"):
                assert np.array_equal(getattr(batch, name), getattr(read, name))
                assert getattr(batch, name).dtype == getattr(read, name).dtype


def test_a_plan_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> list[Batch]:
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        kept_batches(tmp_path / "planned.npz", fail)
    assert not list(tmp_path.iterdir())
