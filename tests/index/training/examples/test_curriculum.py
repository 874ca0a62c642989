"""The order of learning: answers at their places, nulls without an answer, hard negatives."""

import random
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from index.reading.windows import CHARACTERS
from index.training.datasets.lessons import Lesson
from index.training.examples import curriculum as module
from index.training.examples.curriculum import (
    FIRST,
    NEAREST,
    NEIGHBOURS,
    SECOND,
    Example,
    answered,
    changed_question,
    curriculum,
    nearest_texts,
    second_stage,
    things_of,
)
from tests.support.miniature_datasets import lesson_of, part, short_lessons, short_sentences, text_of

FILL = "x" * 90
LONG = text_of(" ".join(f"Sentence {number} tells of thing{number} {FILL}." for number in range(12)))


def test_the_answer_is_at_its_place_in_windows_of_many_kinds() -> None:
    lesson = lesson_of("Of what?", LONG, "thing6")
    made = {answered(lesson, random.Random(seed)) for seed in range(60)}
    assert len({one.text for one in made}) > 2
    for one in made:
        assert one.question == "Of what?"
        assert one.answer is not None and part(one.text, one.answer) == "thing6"
        assert one.text in LONG.text and len(one.text) <= CHARACTERS
        assert one.text.startswith("Sentence") and one.text.endswith(f"{FILL}.")


@given(st.integers(0, 11), st.integers(0, 1_000))
def test_each_sentence_can_answer(number: int, seed: int) -> None:
    lesson = lesson_of("Of what?", LONG, f"thing{number} {FILL}")
    one = answered(lesson, random.Random(seed))
    assert one.answer is not None and part(one.text, one.answer) == f"thing{number} {FILL}"


def test_another_span_stands_in_for_one_that_the_window_cuts() -> None:
    text = text_of(f"It was red {FILL * 3}. It was blue {FILL * 3}. It ended.")
    start = text.text.index("red")
    across = (start, text.text.index("blue") + 4)
    lesson = Lesson("What?", text, [across, (start, start + 3)])
    made = {answered(lesson, random.Random(seed)) for seed in range(40)}
    assert {part(one.text, one.answer) for one in made if one.answer} == {"red"}
    only = answered(Lesson("What?", text, [across]), random.Random(1))
    assert only.answer is not None  # what the window shows of it
    assert part(only.text, only.answer) == f"red {FILL * 3}."


def rounds(seed: int = 1) -> list[list[Example]]:
    lessons = [*short_lessons(20), *short_lessons(8, "reddit")]
    return curriculum(lessons, short_sentences(20), nearest_texts(lessons), 2, seed)


def test_a_curriculum_is_the_same_for_the_same_seed() -> None:
    assert rounds() == rounds()
    assert rounds() != rounds(2)
    first, second, third = rounds()
    assert second != third and set(second) != set(third)
    assert all("river" in one.question for one in first)
    assert not any(one.question == "Who built the river?" for one in (*second, *third))


def test_how_often_a_question_comes() -> None:
    lessons = [*short_lessons(20), *short_lessons(8, "reddit")]
    expected = sum(FIRST.times[lesson.text.domain] for lesson in lessons)
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


def nulls(lesson: Lesson, others: list[Lesson], kind: str) -> set[Example | None]:
    things = things_of([lesson, *others])[lesson.text.topic]
    near = [other.text for other in others]
    return {
        module._null(lesson, near, others, things, {kind: 1.0}, random.Random(seed)) for seed in range(40)
    }


def test_nulls_of_each_kind() -> None:
    text = text_of(f"It rained. In 1998 Anna Berg opened it {FILL}. Carl Olsen and Dina Falk came. It ended.")
    lesson = lesson_of("What did Anna Berg do in 1998?", text, "opened it")
    other = lesson_of("Who sat?", text_of("Emil Holm sat. Anna Berg closed it in 1998."), "Emil Holm")
    holds = lesson_of("Who?", text_of("Anna Berg OPENED IT in 1998."), "Anna")

    for one in nulls(lesson, [other], "question"):
        assert one is not None and one.answer is None
        assert one.question != lesson.question and one.text == text.text
    for one in nulls(lesson, [other], "text"):
        assert one is not None and one.answer is None
        assert one.question == lesson.question and one.text != text.text
        assert one.text.startswith("It rained. In ") and one.text.endswith(
            "Carl Olsen and Dina Falk came. It ended."
        )
    for one in nulls(lesson, [other], "removed"):
        assert one is not None
        assert one.text.split() == "It rained. Carl Olsen and Dina Falk came. It ended.".split()
    for one in nulls(lesson, [other, holds], "neighbour"):
        assert one is not None and one.answer is None and one.text != holds.text.text
    expected = Example(lesson.question, other.text.text, None)
    assert nulls(lesson, [other], "neighbour") == {expected}
    # Where the only neighbour says it, another kind is made.
    for one in nulls(lesson, [holds], "neighbour"):
        assert one is not None and one.question != lesson.question


def test_a_question_from_elsewhere_is_asked_of_a_thing_of_this_text() -> None:
    lesson = lesson_of("Who sat?", text_of("Carl Olsen sat on Anna Berg in 1998."), "Carl Olsen")
    other = lesson_of("What did Emil Holm paint?", text_of("Emil Holm painted walls."), "walls")
    answer = lesson_of("What did Dina Falk do?", text_of("Dina Falk sat."), "sat")
    none = lesson_of("Who ran?", text_of("Emil ran."), "Emil")
    made = nulls(lesson, [lesson, other, answer, none], "elsewhere")
    expected = {f"What did {name} paint?" for name in ("Carl Olsen", "Anna Berg")}
    assert {one.question for one in made if one and one.text == lesson.text.text} == expected
    assert all(one is not None and one.answer is None for one in made)
    review = lesson_of("Who sat?", text_of("Carl Olsen sat.", domain="reddit"), "sat")
    assert module._elsewhere(review, [other], random.Random(1)) is None


def test_the_second_stage_changes_answerable_questions_with_their_text_too() -> None:
    lessons = [*short_lessons(40), *short_lessons(40, "reddit")]
    near = nearest_texts(lessons)
    (stage,) = second_stage(lessons, [], near, 1, 1, 0.5)
    assert [stage] == second_stage(lessons, [], near, 1, 1, 0.5) != second_stage(lessons, [], near, 1, 2, 0.5)
    known = {lesson.question for lesson in lessons}
    answerable = [one for one in stage if one.answer is not None]
    changed = [one for one in answerable if one.question not in known]
    assert 0.1 * len(answerable) < len(changed) < SECOND.again * len(answerable) * 1.3
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


def test_questions_that_nobody_marked_come_once_in_each_round_of_the_second_stage() -> None:
    lessons = short_lessons(8)
    section = text_of("Carl drew the mill in 1900. It burnt down.", "Mills", "selqa")
    other = text_of("Dina sold the farm in 1910. It was small.", "Farms", "selqa")
    more = [
        lesson_of("Who drew the mill?", section, "Carl"),
        lesson_of("Who sold the farm?", other, "Dina"),
        lesson_of("Who then?", lessons[0].text, "Anna"),
    ]
    near = nearest_texts(lessons)
    rounds = second_stage(lessons, [], near, 3, 1, 0.0, more=more)
    before = second_stage(lessons, [], near, 3, 1, 0.0)
    for with_more, without in zip(rounds, before, strict=True):
        added = Counter(with_more) - Counter(without)
        assert not Counter(without) - Counter(with_more)
        answers = [part(one.text, one.answer) for one in added.elements() if one.answer]
        assert len(answers) == 3 and 0 < len(list(added.elements())) - 3 <= 3
        assert with_more != without + [one for one in with_more if one not in without]  # mixed
    nulls = [one for stage in rounds for one in stage if one.answer is None]
    assert other.text in nearest_texts(more)[0][0].text  # of all sections, not of its article alone
    assert any("mill" in one.question and one.text != section.text for one in nulls)


def test_a_null_has_no_sentence_that_answers() -> None:
    twice = text_of("Anna came. Later anna left. It rained.")
    things = things_of([lesson_of("Who came?", twice, "Anna")])["Bridges"]
    assert module._without_answer("Who came?", twice, 0, "Anna") is None  # said again
    alone = text_of("Anna came.")
    assert module._without_answer("Who came?", alone, 0, "Anna") is None  # nothing is left
    assert (
        module._null(lesson_of("Who came?", alone, "Anna"), [], [], things, FIRST.kinds, random.Random(1))
        is None
    )


def test_a_changed_question_keeps_the_window_of_the_answer() -> None:
    lesson = lesson_of("Of what does Sentence 6 tell?", LONG, "thing6")
    made = changed_question(lesson, things_of([lesson])["Bridges"], random.Random(1))
    assert made is not None and made.answer is None
    assert "thing6" in made.text and made.text in LONG.text
    assert made.question != lesson.question


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


def test_the_nearest_come_first_and_the_likest_of_reviews_are_passed_over() -> None:
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
    made = Counter(module._neighbour(lesson, near, random.Random(seed)) for seed in range(60))
    assert not {one.text for one in made if one} & {text.text for text in near[: NEAREST["reddit"]]}
    assert len(made) > 3
    assert module._neighbour(lesson, near[: NEAREST["reddit"]], random.Random(1)) is None
