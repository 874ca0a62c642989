"""Which questions go on from the one before, and what is looked up for them."""

import pytest

from bot.follow_ups import FollowUp, follow_up

EARLIER = "When does the ferry to Brenn leave in summer?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("And in winter?", "When does the ferry to Brenn leave in winter?"),
        ("what about winter", "When does the ferry to Brenn leave in winter?"),
        ("why?", "why (ferry Brenn leave summer)?"),
        ("And how long?", "And how long (ferry Brenn leave summer)?"),
        ("What about dogs?", "What about dogs (ferry Brenn leave summer)?"),
        ("and on the ferry to Orsvik?", "and on the ferry to Orsvik (Brenn leave summer)?"),
        ("who was it", "who was it (ferry Brenn leave summer)"),
    ],
)
def test_what_names_no_subject_is_asked_with_the_one_before(question: str, asked: str) -> None:
    assert follow_up(question, EARLIER, "9:00") == FollowUp(asked, is_complete=False)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who built it?", "Who built it (ferry Brenn leave summer)?"),
        ("Where does she live?", "Where does she live (ferry Brenn leave summer)?"),
        ("And who pays the captain?", "And who pays the captain (ferry Brenn leave summer)?"),
        ("Can I take my bike there?", "Can I take my bike there (ferry Brenn leave summer)?"),
    ],
)
def test_what_may_be_a_question_of_its_own_is_marked_so(question: str, asked: str) -> None:
    assert follow_up(question, EARLIER, None) == FollowUp(asked, is_complete=True)


@pytest.mark.parametrize(
    ("earlier", "question", "asked"),
    [
        ("Is the café open on Friday?", "And on Monday?", "Is the café open on Monday?"),
        ("What does a ticket cost for adults?", "and for children", "What does a ticket cost for children?"),
        ("What follows the first warning?", "the second?", None),
        ("What follows the first warning?", "and the second one?", "What follows the second warning?"),
        ("Who won in 1995?", "And in 1996?", "Who won in 1996?"),
        ("Who won the plastics race last?", "And first?", "Who won the plastics race first?"),
        ("Who won in 1995 and 1997?", "And in 1996?", "And in 1996 (won)?"),
    ],
)
def test_one_thing_takes_the_place_of_another_of_its_kind(
    earlier: str, question: str, asked: str | None
) -> None:
    found = follow_up(question, earlier, None)
    assert (found.question if found else None) == asked


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Orsvik?",
        "When does the ferry run if it rains?",
        "Is it allowed to swim in the lake?",
        "Is there a toilet on board?",
        "What did Captain Lind say when he resigned?",
        "Which rules for moderators did they change in the last meeting?",
        "\U0001f41d",
        "",
    ],
)
def test_a_question_with_a_subject_stands_alone(question: str) -> None:
    assert follow_up(question, EARLIER, "9:00") is None


def test_the_words_of_the_answer_stay_together() -> None:
    found = follow_up("why?", "Which medal did Halvik decline?", "the King's Medal")
    assert found is not None
    assert found.question == "why (Halvik decline King's Medal)?"


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("1,204", "and in 2024 (guests fair)?"),
        ("1,204 in 2023", "and in 2024 (guests fair)?"),
        ("about seventy-two", "and in 2024 (guests fair)?"),
        ("35 degrees Celsius", "and in 2024 (guests fair)?"),
        ("40 EUR", "and in 2024 (guests fair)?"),
        ("3 May 1974", "and in 2024 (guests fair)?"),
        ("on Friday", "and in 2024 (guests fair)?"),
        ("at 9:00 in winter", "and in 2024 (guests fair)?"),
        ("the red tent", "and in 2024 (guests fair red tent)?"),
        ("Ada Lind, in 1974", "and in 2024 (guests fair Ada Lind)?"),
        ("Hall 4", "and in 2024 (guests fair Hall)?"),
    ],
)
def test_neither_numbers_nor_dates_of_the_answer_are_carried_along(answer: str, asked: str) -> None:
    assert follow_up("and in 2024?", "How many guests did the fair have?", answer) == FollowUp(
        asked, is_complete=False
    )


def test_a_long_answer_and_a_question_of_no_terms_add_nothing() -> None:
    found = follow_up("why?", EARLIER, "at nine in the morning, unless the wind is up")
    assert found is not None
    assert found.question == "why (ferry Brenn leave summer)?"
    assert follow_up("why?", "who?", None) is None
