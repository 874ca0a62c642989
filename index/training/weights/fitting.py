"""Fits the weights of a ranking and of a confidence. Build side only."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from index.training.weights.report import Case


def fit_ranking(
    rows: Sequence[NDArray[np.floating]], gold: Sequence[NDArray[np.bool_]], names: Sequence[str]
) -> dict[str, float]:
    """Maximise the softmax share of the gold candidates of each question, by weighted sums of features.

    `rows` holds the features of a question's candidates, [n, len(names)], and `gold` which of them answer.
    """
    sizes = torch.tensor([len(hits) for hits in gold])
    question = torch.repeat_interleave(torch.arange(len(sizes)), sizes)
    features = torch.tensor(np.concatenate(rows), dtype=torch.float64)
    spread = features.std(0).clamp_min(1e-6)
    scaled, hit = features / spread, torch.tensor(np.concatenate(gold))

    def loss(weights: torch.Tensor) -> torch.Tensor:
        scores = scaled @ weights
        powers = torch.exp(scores - scores.max())
        whole = torch.zeros(len(sizes), dtype=torch.float64).index_add(0, question, powers)
        right = torch.zeros(len(sizes), dtype=torch.float64).index_add(0, question, powers * hit)
        return (whole.log() - right.log()).mean() + 1e-4 * (weights**2).sum()

    weights = _minimise(loss, torch.zeros(len(names), dtype=torch.float64)) / spread
    return dict(zip(names, weights.tolist(), strict=True))


def fit_confidence(
    learnt: Sequence[Case], names: Sequence[str], signs: Mapping[str, float], shares: Mapping[str, float]
) -> dict[str, float]:
    """Fit a logistic regression of `Case.right` under the mix of kinds that `shares` gives.

    The first of `names` is the bias. `signs` gives 1 or -1 for evidence that may speak one way only.
    """
    table = torch.tensor(np.array([case.evidence for case in learnt]))
    right = torch.tensor([float(case.right) for case in learnt], dtype=torch.float64)
    counts = Counter(case.kind for case in learnt)
    weight = torch.tensor([shares[case.kind] / counts[case.kind] for case in learnt], dtype=torch.float64)
    weight = weight / weight.sum()
    spread = table.std(0).clamp_min(1e-6)
    spread[0] = 1.0
    sign = torch.tensor([signs.get(name, 0.0) for name in names], dtype=torch.float64)

    def signed(free: torch.Tensor) -> torch.Tensor:
        return torch.where(sign == 0, free, sign * free**2)

    def loss(free: torch.Tensor) -> torch.Tensor:
        logits = table / spread @ signed(free)
        error = torch.nn.functional.binary_cross_entropy_with_logits(logits, right, weight, reduction="sum")
        return error + 1e-3 * (signed(free)[1:] ** 2).sum()

    weights = signed(_minimise(loss, torch.full((len(names),), 0.3, dtype=torch.float64))) / spread
    return dict(zip(names, weights.tolist(), strict=True))


def _minimise(loss: Callable[[torch.Tensor], torch.Tensor], start: torch.Tensor) -> torch.Tensor:
    weights = start.requires_grad_()
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def step() -> float:
        optimiser.zero_grad()
        value: torch.Tensor = loss(weights)
        value.backward()  # type: ignore[no-untyped-call]
        return float(value.detach())

    optimiser.step(step)  # type: ignore[no-untyped-call]
    return weights.detach()
