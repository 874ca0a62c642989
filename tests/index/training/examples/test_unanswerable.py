"""Questions and texts changed by rule: unanswerable ones, and pairs that keep their answer."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.training.examples.names_and_numbers import NO_REPLACEMENTS
from index.training.examples.unanswerable import (
    change_question_and_text,
    unanswerable_question,
    unanswerable_text,
)
from tests.support.answered_questions import BRIDGE, STORY, answered_question


def test_no_rule_fits() -> None:
    assert unanswerable_question(
        answered_question("Who was", "Anna was.", "Anna", NO_REPLACEMENTS), random.Random(1)
    ) == ("Who wasn't")
    for question in ("Who", ""):
        case = answered_question(question, "Anna came.", "Anna", NO_REPLACEMENTS)
        assert unanswerable_question(case, random.Random(1)) is None
        assert unanswerable_text(case, random.Random(1)) is None
        assert change_question_and_text(case, random.Random(1)) is None


def test_a_changed_question_is_the_same_again_and_of_every_kind() -> None:
    case = answered_question("Which eastern tower did Anna Berg open in 1998?", BRIDGE, "largest")
    made = [unanswerable_question(case, random.Random(seed)) for seed in range(100)]
    assert made == [unanswerable_question(case, random.Random(seed)) for seed in range(100)]
    assert None not in made and case.question not in made
    texts = {str(one) for one in made}
    assert any("Berg" not in one for one in texts)
    assert any("1998" not in one for one in texts)
    assert any("western" in one for one in texts)


@pytest.mark.slow
@given(st.integers(0, 10_000))
def test_one_place_of_the_question_changes(seed: int) -> None:
    case = answered_question("Which eastern tower did Anna Berg open in 1998?", BRIDGE, "Harbour Bridge")
    changed = unanswerable_question(case, random.Random(seed))
    assert changed is not None
    assert case.answer_text not in changed
    left = next(n for n, (a, b) in enumerate(zip(case.question, changed, strict=False)) if a != b)
    right = next(
        n for n, (a, b) in enumerate(zip(case.question[::-1], changed[::-1], strict=False)) if a != b
    )
    assert len(case.question) - left - right <= len("Anna Berg")


def test_another_thing_in_the_text() -> None:
    case = answered_question("Where did Anna Berg open the largest bridge in 1998?", STORY, "Oslo")
    made = {unanswerable_text(case, random.Random(seed)) for seed in range(60)}
    assert None not in made
    kinds = set()
    for one in map(str, made):
        assert "Oslo" in one and one.startswith("Emil Holm was born in ")
        name, number, word = "Anna Berg" in one, "1998" in one, "largest" in one
        assert (name, number, word).count(False) == 1  # one thing, wherever it stands; the rest as it was
        kinds.add((name, number, word))
    assert len(kinds) == 3


@given(st.integers(0, 10_000))
def test_question_and_text_changed_alike_keep_the_answer(seed: int) -> None:
    case = answered_question("Where did Anna Berg open the largest bridge?", STORY, "Oslo")
    again = change_question_and_text(case, random.Random(seed))
    assert again is not None
    assert again.answer_text == "Oslo" and again.question != case.question
    for word in ("Anna Berg", "largest", "bridge"):
        assert (word in again.question) == (word in again.text)


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        ("Who left in 2004?", BRIDGE, "Anna"),  # not in the text
        ("Who in 1998?", "In 11998 Anna came.", "Anna"),  # inside another number
        ("Who in 1998?", "In 1998,5 Anna came.", "Anna"),
        ("Who in 1998?", "In 5.1998 Anna came.", "Anna"),
        ("What is Anna Berg?", "Anna Berg came. Later, Berg was mayor.", "mayor"),  # in another sentence
        ("What of Anna Berg?", "Anna Berg came; Berg was mayor.", "mayor"),  # in part once more
        ("What of Anna Berg?", "Anna Berg came.", "Anna Berg came"),  # inside the answer
    ],
)
def test_what_is_not_exchanged(question: str, text: str, answer: str) -> None:
    source = random.Random(1)
    assert unanswerable_text(answered_question(question, text, answer), source) is None
