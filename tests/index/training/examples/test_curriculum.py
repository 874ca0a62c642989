"""The rounds of a training: how often each question comes, in which order, and the texts near to it."""

import random
from collections import Counter

import pytest

from index.training.examples.curriculum import (
    FIRST_STAGE,
    NEIGHBOURS,
    SECOND_STAGE,
    first_stage,
    nearest_texts,
    second_stage,
)
from index.training.examples.example import SKIPPED_NEIGHBOURS, Example, neighbour_example
from tests.support.miniature_datasets import lesson_of, part, short_lessons, short_sentences, text_of


def rounds(seed: int = 1) -> list[list[Example]]:
    lessons = [*short_lessons(20), *short_lessons(8, "reddit")]
    return first_stage(lessons, short_sentences(20), nearest_texts(lessons), 2, seed)


@pytest.mark.slow
def test_a_curriculum_is_the_same_for_the_same_seed() -> None:
    assert rounds() == rounds()
    assert rounds() != rounds(2)
    first, second, third = rounds()
    assert second != third and set(second) != set(third)
    assert all("river" in one.question for one in first)
    assert not any(one.question == "Who built the river?" for one in (*second, *third))


def test_how_often_a_question_comes() -> None:
    lessons = [*short_lessons(20), *short_lessons(8, "reddit")]
    expected = sum(FIRST_STAGE.times[lesson.text.domain] for lesson in lessons)
    for stage in rounds()[1:]:
        assert sum(one.answer is not None for one in stage) == expected
        assert 0.5 * expected < sum(one.answer is None for one in stage) < expected
    sentences = rounds()[0]
    assert sum(one.answer is not None for one in sentences) == 20
    assert 0 < sum(one.answer is None for one in sentences) < 20
    assert sentences != sorted(sentences, key=lambda one: one.question)  # mixed


def test_answers_of_a_curriculum_are_the_marked_words() -> None:
    known: dict[str, set[str]] = {}
    for lesson in (*short_lessons(20), *short_lessons(8, "reddit"), *short_sentences(20)):
        known.setdefault(lesson.question, set()).update(part(lesson.text.text, one) for one in lesson.spans)
    for stage in rounds():
        for one in stage:
            assert one.text.strip() == one.text != ""
            if one.answer is not None:
                assert part(one.text, one.answer) in known[one.question]


@pytest.mark.slow
def test_the_second_stage_changes_answerable_questions_with_their_text_too() -> None:
    lessons = [*short_lessons(40), *short_lessons(40, "reddit")]
    near = nearest_texts(lessons)
    (stage,) = second_stage(lessons, [], near, 1, 1, 0.5)
    assert [stage] == second_stage(lessons, [], near, 1, 1, 0.5) != second_stage(lessons, [], near, 1, 2, 0.5)
    known = {lesson.question for lesson in lessons}
    answerable = [one for one in stage if one.answer is not None]
    changed = [one for one in answerable if one.question not in known]
    assert 0.1 * len(answerable) < len(changed) < SECOND_STAGE.changed_pairs * len(answerable) * 1.3
    answers = {part(lesson.text.text, one) for lesson in lessons for one in lesson.spans}
    assert {part(one.text, one.answer) for one in answerable if one.answer} <= answers
    assert 0.8 * len(answerable) < sum(one.answer is None for one in stage) <= len(answerable)


def test_the_second_stage_deals_out_sentences_to_its_rounds() -> None:
    lessons, sentences = short_lessons(8), short_sentences(9)
    near = nearest_texts(lessons)
    (asked,) = {lesson.question for lesson in sentences}
    rounds = second_stage(lessons, sentences, near, 2, 1, 0.0)
    dealt = [[one for one in stage if one.question == asked and one.answer] for stage in rounds]
    assert [len(stage) for stage in dealt] in ([4, 5], [5, 4])
    texts = [part(lesson.text.text, lesson.spans[0]) for lesson in sentences]
    shown = [part(one.text, one.answer) for stage in dealt for one in stage if one.answer]
    assert Counter(shown) == Counter(texts)
    none = second_stage(lessons, [], near, 2, 1, 0.0)
    nulls, before = (sum(one.answer is None for stage in some for one in stage) for some in (rounds, none))
    assert nulls > before
    assert [len(stage) for stage in none] < [len(stage) for stage in rounds]
    assert asked not in {one.question for stage in none for one in stage}


def test_the_nearest_texts_are_of_the_article_without_its_own() -> None:
    red, blue, far = (
        text_of(f"The {word} bridge fell down.", topic)
        for word, topic in (("red", "A"), ("blue", "A"), ("green", "B"))
    )
    lessons = [lesson_of("Which red bridge?", one, "bridge") for one in (red, blue, far)]
    lessons[1] = lesson_of("Which blue bridge?", blue, "bridge")
    lessons[2] = lesson_of("What of B?", far, "bridge")
    near = nearest_texts(lessons)
    assert near == [[blue], [red], []]


def test_the_same_question_to_two_texts_has_the_nearest_of_each() -> None:
    red, blue = text_of("The red bridge fell down."), text_of("The blue bridge fell down.")
    lessons = [lesson_of("Which bridge?", one, "bridge") for one in (red, blue)]
    assert nearest_texts(lessons) == [[blue], [red]]


def test_the_nearest_come_first_and_the_most_similar_reviews_are_skipped() -> None:
    words = [" ".join(f"word{number}" for number in range(20 - size)) for size in range(8)]
    texts = [text_of(f"Review {size} {some}.", f"{size}", "reddit") for size, some in enumerate(words)]
    more = [text_of(f"Filler {number}.", f"more {number}", "reddit") for number in range(40)]
    question = "What of word0 word1 word19 word18 word17 word16 word15?"
    lessons = [lesson_of(question, texts[0], "word0")]
    lessons += [
        lesson_of(f"What is {one.topic}?", one, part(one.text, (0, 6))) for one in (*texts[1:], *more)
    ]
    near = nearest_texts(lessons)[0]
    assert len(near) == NEIGHBOURS and texts[0] not in near
    assert near[0] == texts[1]
    lesson = lesson_of(question, texts[0], "Review 0")
    made = Counter(neighbour_example(lesson, near, random.Random(seed)) for seed in range(60))
    assert not {one.text for one in made if one} & {
        text.text for text in near[: SKIPPED_NEIGHBOURS["reddit"]]
    }
    assert len(made) > 3
    assert neighbour_example(lesson, near[: SKIPPED_NEIGHBOURS["reddit"]], random.Random(1)) is None
