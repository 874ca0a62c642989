"""Opposites of English words."""

from index.training.examples.opposites import OPPOSITES


def test_each_opposite_goes_both_ways() -> None:
    for word, others in OPPOSITES.items():
        assert word not in others
        assert all(word in OPPOSITES[other] for other in others)
