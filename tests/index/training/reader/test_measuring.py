"""Figures of a reader in training: of one that knows, and of one that does not."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from index.training.examples.batches import Batch
from index.training.reader.measuring import measure
from tests.support.miniature_datasets import lesson_batches
from tests.support.tiny_span_models import save_tiny_reader


def oracle(batch: Batch, starts: np.ndarray, ends: np.ndarray, sure: np.ndarray) -> Any:
    """Return a model that marks what it is told, with a score for each row."""
    import torch

    class Oracle(torch.nn.Module):
        def forward(self, **_: object) -> "Oracle":
            return self

    logits = np.zeros((2, *batch.ids.shape), dtype=np.float32) - 50
    rows = np.arange(len(starts))
    logits[:, :, 0] = 0
    logits[0, rows, starts], logits[1, rows, ends] = sure, sure
    model = Oracle()
    model.start_logits, model.end_logits = torch.from_numpy(logits)
    return model


def test_the_figures_of_a_model_that_knows_and_of_one_that_does_not(tmp_path: Path) -> None:
    folder = save_tiny_reader(tmp_path, "bert")
    (batch,) = lesson_batches(folder, 4096)
    has = batch.starts > 0
    assert has.any() and not has.all()
    text = batch.types.argmax(1)
    starts, ends = np.where(has, batch.starts, text), np.where(has, batch.ends, text)
    right = measure(oracle(batch, starts, ends, np.where(has, 5, -5)), [batch])
    assert (right.f1, right.exact, right.auroc) == (1.0, 1.0, 1.0)
    wrong = measure(oracle(batch, starts, ends, np.where(has, -5, 5)), [batch])
    assert (wrong.f1, wrong.exact, wrong.auroc) == (1.0, 1.0, 0.0)
    longer = ends.copy()
    longer[has] += 1
    size = (ends - starts + 1)[has]
    part = measure(oracle(batch, starts, longer, np.where(has, 5, -5)), [batch])
    assert part.exact == 0.0 and part.f1 == pytest.approx(np.mean(2 * size / (2 * size + 1)))
