"""Learnt weights: those that ship fit the program, and others are refused by name."""

import json
import math

import pytest

from index.errors import FootnoteError
from index.reading.confidence import EVIDENCE
from index.retrieval.features import FEATURES
from index.retrieval.ranking import Ranker
from index.retrieval.weights import fusion_weights


def test_the_weights_in_the_package_fit() -> None:
    assert len(fusion_weights().section("ranking", FEATURES)) == len(FEATURES)
    assert len(fusion_weights().section("confidence", EVIDENCE)) == len(EVIDENCE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"ranking": 3}',
        '{"ranking": {"dense": 1}}',
        json.dumps({"ranking": dict.fromkeys(FEATURES, "much")}),
        json.dumps({"ranking": dict.fromkeys(FEATURES, math.nan)}),
        json.dumps({"ranking": {**dict.fromkeys(FEATURES, 1.0), "more": 1.0}}),
    ],
)
def test_damaged_weights_are_named(text: str) -> None:
    with pytest.raises(FootnoteError, match="learnt weights are damaged"):
        Ranker.load(text)
