"""The learnt weights of the reader: `reading.json` is read, and what does not fit is refused."""

import json
import re

import pytest

from index.errors import FootnoteError
from index.reading.confidence import EVIDENCE
from index.reading.span_reader import CONFIDENCE_FEATURES, RANK_FEATURES, ReadingWeights


def test_weights_are_read_and_must_fit() -> None:
    good = {
        "ranking": dict.fromkeys(RANK_FEATURES, 1.0),
        "confidence": dict.fromkeys(CONFIDENCE_FEATURES, 2.0),
    }
    found = ReadingWeights.load(json.dumps(good))
    assert found.ranking.tolist() == [1.0] * len(RANK_FEATURES)
    assert found.confidence.tolist() == [2.0] * len(CONFIDENCE_FEATURES)
    shipped = ReadingWeights.load()
    assert len(shipped.ranking) == len(RANK_FEATURES) and len(shipped.confidence) == len(CONFIDENCE_FEATURES)
    old = good | {"confidence": dict.fromkeys(EVIDENCE, 2.0)}
    for bad in (
        "",
        "{}",
        json.dumps(old),
        json.dumps(good | {"ranking": {}}),
        json.dumps(good).replace("1.0", "NaN"),
    ):
        with pytest.raises(FootnoteError, match=re.escape("reading.json")):
            ReadingWeights.load(bad)
