"""Examples of a lesson: the answer at its place, and no answer in those of each other kind."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.windows import CHARACTERS
from index.training.datasets.lessons import Lesson
from index.training.examples.curriculum import FIRST_STAGE, replacements_by_topic
from index.training.examples.example import (
    Example,
    answerable_example,
    changed_question_example,
    elsewhere_example,
    removed_sentence_example,
    unanswerable_example,
)
from tests.support.miniature_datasets import lesson_of, part, text_of

FILL = "x" * 90
LONG = text_of(" ".join(f"Sentence {number} tells of thing{number} {FILL}." for number in range(12)))


def test_the_answer_is_at_its_place_in_windows_of_many_kinds() -> None:
    lesson = lesson_of("Of what?", LONG, "thing6")
    made = {answerable_example(lesson, random.Random(seed)) for seed in range(60)}
    assert len({example.text for example in made}) > 2
    for example in made:
        assert example.question == "Of what?"
        assert example.answer is not None and part(example.text, example.answer) == "thing6"
        assert example.text in LONG.text and len(example.text) <= CHARACTERS
        assert example.text.startswith("Sentence") and example.text.endswith(f"{FILL}.")


@pytest.mark.slow
@given(st.integers(0, 11), st.integers(0, 1_000))
def test_each_sentence_can_answer(number: int, seed: int) -> None:
    lesson = lesson_of("Of what?", LONG, f"thing{number} {FILL}")
    example = answerable_example(lesson, random.Random(seed))
    assert example.answer is not None and part(example.text, example.answer) == f"thing{number} {FILL}"


def test_another_span_stands_in_for_one_that_the_window_cuts() -> None:
    text = text_of(f"It was red {FILL * 3}. It was blue {FILL * 3}. It ended.")
    start = text.text.index("red")
    across = (start, text.text.index("blue") + 4)
    lesson = Lesson("What?", text, [across, (start, start + 3)])
    made = {answerable_example(lesson, random.Random(seed)) for seed in range(40)}
    assert {part(example.text, example.answer) for example in made if example.answer} == {"red"}
    only = answerable_example(Lesson("What?", text, [across]), random.Random(1))
    assert only.answer is not None  # what the window shows of it
    assert part(only.text, only.answer) == f"red {FILL * 3}."


def nulls(lesson: Lesson, others: list[Lesson], kind: str) -> set[Example | None]:
    replacements = replacements_by_topic([lesson, *others])[lesson.text.topic]
    near = [other.text for other in others]
    return {
        unanswerable_example(lesson, near, others, replacements, {kind: 1.0}, random.Random(seed))
        for seed in range(40)
    }


def test_nulls_of_each_kind() -> None:
    text = text_of(f"It rained. In 1998 Anna Berg opened it {FILL}. Carl Olsen and Dina Falk came. It ended.")
    lesson = lesson_of("What did Anna Berg do in 1998?", text, "opened it")
    other = lesson_of("Who sat?", text_of("Emil Holm sat. Anna Berg closed it in 1998."), "Emil Holm")
    holds = lesson_of("Who?", text_of("Anna Berg OPENED IT in 1998."), "Anna")

    for example in nulls(lesson, [other], "question"):
        assert example is not None and example.answer is None
        assert example.question != lesson.question and example.text == text.text
    for example in nulls(lesson, [other], "text"):
        assert example is not None and example.answer is None
        assert example.question == lesson.question and example.text != text.text
        assert example.text.startswith("It rained. In ") and example.text.endswith(
            "Carl Olsen and Dina Falk came. It ended."
        )
    for example in nulls(lesson, [other], "removed"):
        assert example is not None
        assert example.text.split() == "It rained. Carl Olsen and Dina Falk came. It ended.".split()
    for example in nulls(lesson, [other, holds], "neighbour"):
        assert example is not None and example.answer is None and example.text != holds.text.text
    expected = Example(lesson.question, other.text.text, None)
    assert nulls(lesson, [other], "neighbour") == {expected}
    # Where the only neighbour says it, another kind is made.
    for example in nulls(lesson, [holds], "neighbour"):
        assert example is not None and example.question != lesson.question


def test_a_question_from_elsewhere_is_asked_of_a_thing_of_this_text() -> None:
    lesson = lesson_of("Who sat?", text_of("Carl Olsen sat on Anna Berg in 1998."), "Carl Olsen")
    other = lesson_of("What did Emil Holm paint?", text_of("Emil Holm painted walls."), "walls")
    answer = lesson_of("What did Dina Falk do?", text_of("Dina Falk sat."), "sat")
    none = lesson_of("Who ran?", text_of("Emil ran."), "Emil")
    made = nulls(lesson, [lesson, other, answer, none], "elsewhere")
    expected = {f"What did {name} paint?" for name in ("Carl Olsen", "Anna Berg")}
    assert {example.question for example in made if example and example.text == lesson.text.text} == expected
    assert all(example is not None and example.answer is None for example in made)
    review = lesson_of("Who sat?", text_of("Carl Olsen sat.", domain="reddit"), "sat")
    assert elsewhere_example(review, [other], random.Random(1)) is None


def test_a_null_has_no_sentence_that_answers() -> None:
    twice = text_of("Anna came. Later anna left. It rained.")
    replacements = replacements_by_topic([lesson_of("Who came?", twice, "Anna")])["Bridges"]
    assert removed_sentence_example(lesson_of("Who came?", twice, "Anna")) is None  # said again
    alone = text_of("Anna came.")
    assert removed_sentence_example(lesson_of("Who came?", alone, "Anna")) is None  # nothing is left
    assert (
        unanswerable_example(
            lesson_of("Who came?", alone, "Anna"),
            [],
            [],
            replacements,
            FIRST_STAGE.unanswerable_kinds,
            random.Random(1),
        )
        is None
    )


def test_a_changed_question_keeps_the_window_of_the_answer() -> None:
    lesson = lesson_of("Of what does Sentence 6 tell?", LONG, "thing6")
    made = changed_question_example(lesson, replacements_by_topic([lesson])["Bridges"], random.Random(1))
    assert made is not None and made.answer is None
    assert "thing6" in made.text and made.text in LONG.text
    assert made.question != lesson.question
