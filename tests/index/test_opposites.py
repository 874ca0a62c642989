"""Opposites and negation."""

import pytest

from index.opposites import OPPOSITES, negated, opposed


def test_each_opposite_goes_both_ways() -> None:
    assert all(word in OPPOSITES[other] for word, others in OPPOSITES.items() for other in others)
    assert not any(word in others for word, others in OPPOSITES.items())


@pytest.mark.parametrize(
    "question", ["What didn't he say?", "Who never came?", "What is not allowed?", "Who can’t swim?"]
)
def test_a_question_that_negates(question: str) -> None:
    assert negated(question)


@pytest.mark.parametrize(
    "question", ["What is a knot?", "Who said it?", "Where is Norway?", "When, in November?"]
)
def test_a_question_that_does_not_negate(question: str) -> None:
    assert not negated(question)


def test_a_sentence_that_says_the_opposite() -> None:
    assert opposed("When did prices increase?", "Prices decrease in May.")
    assert not opposed("When did prices increase?", "Prices increase in May and decrease in June.")
    assert not opposed("When did prices increase?", "Prices changed in May.")
