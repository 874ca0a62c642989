"""Measures a reader in training on single windows of held-out questions. Build side only."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from index.evaluation.measures import auroc
from index.reading.span_reader import best_span
from index.records import Span
from index.training.datasets.lessons import Lesson
from index.training.examples.batches import Batch
from index.training.examples.curriculum import Example, answered, changed_question, things_of
from index.training.examples.names_and_numbers import Likest, any_of
from index.training.reader.extractive import scores

if TYPE_CHECKING:
    from transformers import PreTrainedModel


@dataclass(frozen=True, slots=True)
class Measured:
    """How well spans are marked in single windows, and answers told from none; shares from 0 to 1.

    `f1` and `exact` compare tokens with the span that most people marked; `auroc` is that of the best span's
    score above the one of no answer.
    """

    f1: float
    exact: float
    auroc: float


def measure(model: "PreTrainedModel", held_out: Sequence[Batch]) -> Measured:
    """Measure the model on windows with an answer and windows without one."""
    f1, margins, has_answer = [], [], []
    model.eval()  # type: ignore[no-untyped-call]
    with torch.inference_mode():
        for batch in held_out:
            start, end = scores(model, batch)
            for row in range(len(batch.starts)):
                first, last, score = best_span(start[row, 1:].numpy(), end[row, 1:].numpy())
                margins.append(score - float(start[row, 0] + end[row, 0]))
                gold = (int(batch.starts[row]), int(batch.ends[row]))
                has_answer.append(gold[0] > 0)
                if gold[0] > 0:
                    f1.append(_overlap((first + 1, last + 1), gold))
    model.train()
    margin, answer = np.array(margins), np.array(has_answer)
    return Measured(
        float(np.mean(f1)),
        float(np.mean([one == 1.0 for one in f1])),
        auroc(margin[answer], margin[~answer]) or 0.0,
    )


def _overlap(found: Span, gold: Span) -> float:
    shared = min(found[1], gold[1]) - max(found[0], gold[0]) + 1
    return 2 * max(0, shared) / (found[1] - found[0] + gold[1] - gold[0] + 2)


def measured_examples(
    lessons: Sequence[Lesson], count: int, seed: int, likest: Likest = any_of
) -> list[Example]:
    """Draw held-out questions, with a window that answers each and, if a rule fits, one that does not."""
    source = random.Random(f"{seed} measured")  # noqa: S311
    drawn = source.sample(list(lessons), min(count, len(lessons)))
    things = things_of(drawn, likest)
    nulls = [changed_question(lesson, things[lesson.text.topic], source) for lesson in drawn]
    return [*(answered(lesson, source) for lesson in drawn), *(null for null in nulls if null)]
