"""Questions made by rule: what they ask for is taken out of a sentence of the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.training.datasets.lessons import Lesson
from index.training.examples.cloze import FEWEST, LONGEST, MOST, SHORTEST, cloze_lessons
from tests.support.miniature_datasets import part, text_of

SENTENCE = "The old stone bridge of the town was drawn by Anna Berg"
TEXT = text_of(
    f"{SENTENCE} in 1850. On the other side of the river it has 12 arches, which cost 300 dollars when"
    " workers were poor. In that year it was 20 percent of what they had."
    " However, most of the traders live in Geneva near the harbour."
)


def asked(text: str, most: int = 100, seeds: int = 40) -> dict[str, set[str]]:
    """Return the questions of some seeds, by what they ask for."""
    made: dict[str, set[str]] = {}
    for seed in range(seeds):
        for lesson in cloze_lessons([text_of(text)], most, seed):
            made.setdefault(part(text, lesson.spans[0]), set()).add(lesson.question)
    return made


@pytest.mark.parametrize(
    ("thing", "asking"),
    [
        ("Anna Berg", ("Who", "What", "Which")),
        ("1850", ("When", "In what year", "What time")),
        ("12", ("How many", "What number of")),
        ("300 dollars", ("How much", "For how much")),
        ("20 percent", ("What percentage", "How many percent")),
        ("Geneva", ("Where", "In what place", "Which place")),
    ],
)
def test_things_are_asked_for_by_their_kind(thing: str, asking: tuple[str, ...]) -> None:
    found = asked(TEXT.text)[thing]
    assert all(one.startswith(asking) for one in found)
    assert all(thing not in one for one in found)
    assert {one.endswith("?") for one in found} == {True, False}


def test_plain_words_are_asked_for_too() -> None:
    found = asked(TEXT.text)
    plain = [thing for thing in found if thing.islower() and thing.isalpha()]
    assert {"workers", "traders"} & set(plain)
    assert any(one.startswith(("What", "Which")) for thing in plain for one in found[thing])


def test_a_question_keeps_the_part_of_the_sentence_around_its_gap() -> None:
    found = asked(TEXT.text)
    assert all("arches" not in one and "Geneva" not in one for one in found["Anna Berg"])
    assert all("bridge" in one and " by " not in one for one in found["Anna Berg"])
    assert all("poor" not in one for one in found["12"])
    assert any(one.startswith("How many arches On the other side of the river it has") for one in found["12"])
    assert all("However" not in one for one in found["Geneva"])


def test_words_that_open_a_sentence_are_left_out_and_no_others() -> None:
    text = "Then, also in these years, the king meant to strengthen the old town of Geneva."
    for one in asked(text)["Geneva"]:
        assert "also in these years, the king meant to strengthen the old town" in one
        assert "Then" not in one


def test_both_words_that_lead_to_the_gap_are_left_out() -> None:
    text = "The workers of the old town had lived for a long time in the Netherlands."
    assert all(" in" not in one and " the?" not in one for one in asked(text)["Netherlands"])


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("For a long time it was the only stone bridge that led to Geneva's harbour.", "Geneva"),
        ("The 19th-century bridge of the town was drawn by a student in a year.", "19th"),
        ("In the town of Korea the best schools in all of Korea were still poor.", "Korea"),
    ],
)
def test_what_makes_no_question_is_not_asked_for(text: str, never: str) -> None:
    found = asked(text)
    assert found and never not in found


def test_what_counts_nothing_is_asked_for_as_a_plain_word_at_most() -> None:
    found = asked("It was the first bridge of the town, and both of its halves were new.")
    assert found and not any(
        one.startswith(("How many", "What number")) for some in found.values() for one in some
    )


def test_what_comes_first_is_asked_for_as_it_stands() -> None:
    found = asked("Anna Berg drew the old stone bridge of the town for the mayor.")["Anna Berg"]
    assert found <= {
        f"{word} drew the old stone bridge of the town for the mayor{mark}"
        for word in ("Who", "What", "Which")
        for mark in ("?", "")
    }


def test_sentences_that_are_short_or_long_are_not_asked_about() -> None:
    assert cloze_lessons([text_of("Anna drew it in 1850.")], 9, 1) == []
    for length, some in ((LONGEST + 1, False), (LONGEST, True), (SHORTEST, True), (SHORTEST - 1, False)):
        start = "In 1850 the old bridge of the town, "
        text = f"{start}{'x' * (length - len(start) - 1)}."
        assert len(text) == length and bool(cloze_lessons([text_of(text)], 9, 1)) is some
    assert cloze_lessons([text_of("")], 9, 1) == []


def test_the_same_arguments_give_the_same_questions() -> None:
    texts = [TEXT, text_of(f"{SENTENCE} in 1851.")]
    assert cloze_lessons(texts, 3, 1) == cloze_lessons(texts, 3, 1) != cloze_lessons(texts, 3, 2)
    assert cloze_lessons(texts[1:], 3, 1) == [
        one for one in cloze_lessons(texts, 3, 1) if one.text is texts[1]
    ]
    assert len(cloze_lessons(texts, 3, 1)) == 6 and cloze_lessons(texts, 0, 1) == []


@given(st.text(alphabet="aA1 .,;()—é%$\n", max_size=400), st.integers(0, 9))
def test_any_text_has_questions_of_the_right_size_about_places_of_it(text: str, seed: int) -> None:
    for lesson in cloze_lessons([text_of(text)], 9, seed):
        assert isinstance(lesson, Lesson)
        ((start, end),) = lesson.spans
        assert 0 <= start < end <= len(text)
        assert any(one.start <= start and end <= one.end for one in lesson.text.sentences)
        assert FEWEST <= len(lesson.question.split()) <= MOST
