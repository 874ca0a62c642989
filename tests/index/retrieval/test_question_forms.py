"""Which texts ask: of people's questions, and by the rules that the weights were learnt with."""

import pytest

from index.retrieval.question_forms import ends_with_question_mark, is_question


@pytest.mark.parametrize("text", ["Who won", "it did?", "“How so”", "本当？", "Is it", "أحقا؟"])
def test_questions_are_told_from_statements(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text", ["Whoever won, lost.", "Nobody knows why.", "See https://example.org/?a=b", "May was warm.", ""]
)
def test_statements_are_told_from_questions(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Nobody knows why.", True),
        ("May it open?", True),
        ("might it open", True),
        ("See https://example.org/?a=b", True),
        ("本当？", False),
        ("Whoever won, lost.", False),
    ],
)
def test_the_weights_know_questions_by_the_rule_that_they_were_learnt_with(text: str, asks: bool) -> None:
    assert is_question(text, as_learnt=True) is asks


@pytest.mark.parametrize("text", ["Really?", "“Really?” ", "本当？", "Really?!", "(How so?)"])
def test_a_question_mark_ends_a_question(text: str) -> None:
    assert ends_with_question_mark(text)


@pytest.mark.parametrize("text", ["Really? Yes", "", "No."])
def test_a_question_that_goes_on_ends_without_its_mark(text: str) -> None:
    assert not ends_with_question_mark(text)
    assert not ends_with_question_mark(text, as_learnt=True)


@pytest.mark.parametrize(("text", "ends"), [("“Really?” ", True), ("Really?!", False), ("本当？", False)])
def test_the_feature_looks_for_one_mark_alone(text: str, ends: bool) -> None:
    assert ends_with_question_mark(text, as_learnt=True) is ends
