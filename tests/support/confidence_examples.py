"""Examples for a confidence, drawn from a logistic model of known weights."""

from collections.abc import Sequence

import numpy as np

from index.training.weights.report import ConfidenceExample


def made_examples(count: int, weights: Sequence[float], kind: str = "answerable") -> list[ConfidenceExample]:
    """Draw examples of five groups; the first of `weights` is the bias."""
    source = np.random.default_rng(len(kind))
    table = np.column_stack([np.ones(count), source.normal(size=(count, len(weights) - 1))])
    right = source.random(count) < 1 / (1 + np.exp(-table @ np.array(weights)))
    return [
        ConfidenceExample(kind, f"{number % 5}", row, bool(is_right))
        for number, (row, is_right) in enumerate(zip(table, right, strict=True))
    ]
