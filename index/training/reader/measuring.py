"""Figures of a reader in training, on single windows of held-out questions. Build side only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from index.evaluation.measures import auroc
from index.reading.span_reader import best_span
from index.records import Span
from index.training.examples.batches import Batch
from index.training.reader.extractive import span_logits

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Measurements:
    """How well spans are marked in single windows, and answerable told from unanswerable; from 0 to 1.

    `f1` and `exact` compare tokens with the span that most people marked; `auroc` is that of the best span's
    score above the one of no answer.
    """

    f1: float
    exact: float
    auroc: float


def measure(model: "PreTrainedModel", held_out: Sequence[Batch]) -> Measurements:
    """Measure the model on windows with an answer and windows without one."""
    import torch

    f1, margins, has_answer = [], [], []
    model.eval()  # type: ignore[no-untyped-call]
    with torch.inference_mode():
        for batch in held_out:
            start, end = span_logits(model, batch)
            for row in range(len(batch.starts)):
                first, last, score = best_span(start[row, 1:].numpy(), end[row, 1:].numpy())
                margins.append(score - float(start[row, 0] + end[row, 0]))
                gold = (int(batch.starts[row]), int(batch.ends[row]))
                has_answer.append(gold[0] > 0)
                if gold[0] > 0:
                    f1.append(_token_f1((first + 1, last + 1), gold))
    model.train()
    margin, answer = np.array(margins), np.array(has_answer)
    return Measurements(
        float(np.mean(f1)),
        float(np.mean([share == 1.0 for share in f1])),
        auroc(margin[answer], margin[~answer]) or 0.0,
    )


def _token_f1(span: Span, gold: Span) -> float:
    shared = min(span[1], gold[1]) - max(span[0], gold[0]) + 1
    return 2 * max(0, shared) / (span[1] - span[0] + gold[1] - gold[0] + 2)
