"""The example that a lesson makes: the answer at its place, in windows of many kinds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.reading.windows import CHARACTERS
from index.training.datasets.lessons import Lesson
from index.training.examples.example import answerable_example
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
