"""Words of an explanation; how a terminal lays them out is in tests/bot/terminal/test_explanation.py."""

from bot.explanation_words import MEANINGS
from index.reading.confidence import EVIDENCE
from index.reading.span_reader import CONFIDENCE_FEATURES


def test_every_part_of_each_reader_has_words() -> None:
    assert {*EVIDENCE, *CONFIDENCE_FEATURES} == MEANINGS.keys()
    for words in MEANINGS.values():
        for value in (-20.0, 0.0, 0.5, 1.0, 20.0):
            assert words(value)
