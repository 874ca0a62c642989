"""Batches in a file, as retrieving the windows of all questions takes minutes."""

from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np

from index.training.examples.batches import Batch


def kept_batches(path: Path, plan: Callable[[], Sequence[Batch]]) -> list[Batch]:
    """Return the batches in the file `path`, which are planned and written if there is none."""
    if not path.exists():
        save_batches(path, plan())
    return load_batches(path)


def save_batches(path: Path, batches: Sequence[Batch]) -> None:
    """Write batches to a file, which is whole whenever it exists."""
    names = [field.name for field in fields(Batch)]
    arrays = {
        f"{number}.{name}": getattr(batch, name) for number, batch in enumerate(batches) for name in names
    }
    draft = path.with_suffix(".draft.npz")
    np.savez_compressed(draft, **arrays)
    draft.replace(path)


def load_batches(path: Path) -> list[Batch]:
    """Read the batches that `save_batches` wrote."""
    names = [field.name for field in fields(Batch)]
    with np.load(path) as arrays:
        count = len(arrays.files) // len(names)
        return [Batch(*(arrays[f"{number}.{name}"] for name in names)) for number in range(count)]
