"""Weights fitted to made numbers: signals and their signs, bounds, and the assumed mix."""

import json

import numpy as np
import pytest

from index.training.weights.fitting import fit_confidence, fit_ranking, weights_json
from index.training.weights.report import ConfidenceExample
from tests.support.confidence_examples import made_examples

SHARES = {"answerable": 0.47, "unanswerable": 0.38, "elsewhere": 0.1, "chat": 0.05}


def test_a_ranking_finds_the_signal_and_its_sign() -> None:
    source = np.random.default_rng(1)
    rows, gold = [], []
    for _ in range(300):
        features = source.normal(size=(int(source.integers(2, 9)), 3)) * (1, 100, 1)
        scores = 2 * features[:, 0] - 0.01 * features[:, 1] + source.gumbel(size=len(features))
        rows.append(features)
        gold.append(scores == scores.max())
    weights = fit_ranking(rows, gold, ("good", "bad", "noise"))
    assert weights["good"] == pytest.approx(2.0, abs=0.4)
    assert weights["bad"] == pytest.approx(-0.01, abs=0.004)
    assert abs(weights["noise"]) < 0.25
    assert fit_ranking(rows, gold, ("good", "bad", "noise")) == weights


def test_any_of_several_candidates_that_answer_will_do() -> None:
    """What does not vary says nothing: however large its weight, it changes no share."""
    rows, gold = [np.array([[1.0, 5], [1, 5], [0, 5]])] * 9, [np.array([True, True, False])] * 9
    weights = fit_ranking(rows, gold, ("varies", "constant"))
    assert weights["varies"] > 1
    scores = rows[0] @ np.array([weights["varies"], 0.0])
    assert np.exp(scores[:2]).sum() / np.exp(scores).sum() > 0.9


def test_a_ranking_does_not_suffer_from_large_scores() -> None:
    rows = [np.array([[1e4], [-1e4]]), np.array([[-1e4], [1e4]])]
    (weight,) = fit_ranking(rows, [np.array([True, False]), np.array([False, True])], ("x",)).values()
    assert np.isfinite(weight) and weight > 0


def test_a_confidence_is_calibrated_and_keeps_to_the_signs() -> None:
    names = ("bias", "up", "down", "free")
    examples = made_examples(4_000, (-0.5, 1.0, -1.0, -0.7))
    weights = fit_confidence(examples, names, {"up": 1.0, "down": -1.0}, SHARES)
    assert list(weights.values()) == pytest.approx([-0.5, 1.0, -1.0, -0.7], abs=0.2)
    # What is known to speak for an answer never speaks against it.
    turned = fit_confidence(examples, names, {"up": -1.0, "down": 1.0, "free": 1.0}, SHARES)
    assert (turned["up"], turned["down"], turned["free"]) == (0.0, 0.0, 0.0)


def test_a_confidence_is_a_probability_under_the_assumed_mix() -> None:
    kinds = {"answerable": 10, "unanswerable": 300, "elsewhere": 5, "chat": 90}
    examples = [
        ConfidenceExample(kind, "g", np.array([1.0, 0.0]), kind == "answerable")
        for kind, count in kinds.items()
        for _ in range(count)
    ]
    weights = fit_confidence(examples, ("bias", "nothing"), {}, SHARES)
    assert 1 / (1 + np.exp(-weights["bias"])) == pytest.approx(SHARES["answerable"], abs=0.01)


def test_the_weights_are_rounded_and_never_minus_zero() -> None:
    text = weights_json({"ranking": {"a": 1.23456, "b": -1e-9}}, reader="abc")
    assert json.loads(text) == {"reader": "abc", "ranking": {"a": 1.2346, "b": 0.0}}
    assert "-0.0" not in text and text.endswith("}\n")
