"""Fitting of the weights of a ranking and of a confidence. Build side only."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.training.weights.report import ConfidenceExample

Vector = NDArray[np.float64]


def fit_ranking(
    rows: Sequence[NDArray[np.floating]], gold: Sequence[NDArray[np.bool_]], names: Sequence[str]
) -> dict[str, float]:
    """Maximise the softmax share of the gold candidates of each question, by weighted sums of features.

    `rows` holds the features of a question's candidates, [n, len(names)], and `gold` which of them answer, at
    least one of them.
    """
    sizes = np.array([len(hits) for hits in gold])
    starts = np.cumsum(sizes) - sizes
    features = np.concatenate(rows).astype(np.float64)
    spread = _spread(features)
    scaled, penalties = features / spread, np.where(np.concatenate(gold), 0.0, -np.inf)

    def log_sums(scores: Vector) -> Vector:
        """Return the log of the summed exponentials over each question's candidates, for each candidate."""
        sums: Vector = np.repeat(np.logaddexp.reduceat(scores, starts), sizes)
        return sums

    def loss(weights: Vector) -> tuple[float, Vector]:
        scores = scaled @ weights
        whole, right = log_sums(scores), log_sums(scores + penalties)
        error = np.mean((whole - right)[starts])
        shares = np.exp(scores - whole) - np.exp(scores + penalties - right)
        gradient = scaled.T @ shares / len(sizes) + 2e-4 * weights
        return float(error + 1e-4 * (weights @ weights)), gradient

    weights = _minimise(loss, len(names)) / spread
    return dict(zip(names, weights.tolist(), strict=True))


def fit_confidence(
    examples: Sequence[ConfidenceExample],
    names: Sequence[str],
    signs: Mapping[str, float],
    shares: Mapping[str, float],
) -> dict[str, float]:
    """Fit a logistic regression of what is right, under the mix of kinds that `shares` gives.

    The first of `names` is the bias. `signs` gives 1 or -1 for evidence that may count in one direction only.
    """
    from scipy.special import expit  # type: ignore[import-untyped]

    evidence = np.array([example.evidence for example in examples])
    right = np.array([example.right for example in examples], dtype=np.float64)
    counts = Counter(example.kind for example in examples)
    mix = np.array([shares[example.kind] / counts[example.kind] for example in examples])
    mix /= mix.sum()
    spread = _spread(evidence)
    spread[0] = 1.0
    scaled = evidence / spread
    penalty = np.full(len(names), 1e-3)
    penalty[0] = 0.0

    def loss(weights: Vector) -> tuple[float, Vector]:
        logits = scaled @ weights
        error = mix @ (np.logaddexp(0.0, logits) - right * logits)
        gradient = scaled.T @ (mix * (expit(logits) - right)) + 2 * penalty * weights
        return float(error + penalty @ weights**2), gradient

    bounds = {1.0: (0.0, None), -1.0: (None, 0.0), 0.0: (None, None)}
    weights = _minimise(loss, len(names), [bounds[signs.get(name, 0.0)] for name in names]) / spread
    return dict(zip(names, weights.tolist(), strict=True))


def weights_json(sections: Mapping[str, Mapping[str, float]], **facts: str) -> str:
    """Write weights as the files of the package hold them: facts first, then each section, rounded."""
    rounded = {
        section: {name: round(value, 4) + 0.0 for name, value in weights.items()}  # no -0.0
        for section, weights in sections.items()
    }
    return json.dumps({**facts, **rounded}, indent=2) + "\n"


def _spread(features: Vector) -> Vector:
    """Return the standard deviation of each column, never zero."""
    deviations: Vector = features.std(axis=0, ddof=1)
    return np.maximum(deviations, 1e-6)


def _minimise(
    loss: Callable[[Vector], tuple[float, Vector]],
    count: int,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> Vector:
    """Return the weights that minimise a convex loss, which returns its value and its gradient."""
    from scipy.optimize import minimize  # type: ignore[import-untyped]

    options = {"maxiter": 1_000, "maxfun": 10_000, "ftol": 1e-14, "gtol": 1e-9}
    best = minimize(loss, np.zeros(count), jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    weights: Vector = best.x
    return weights
