"""Which questions go on from the one before, and what is looked up for them."""

import pytest

from bot.follow_ups import FollowUp, Turn, follow_up

EARLIER = "When does the ferry to Brenn leave in summer?"


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("And in winter?", "When does the ferry to Brenn leave in winter?"),
        ("what about winter", "When does the ferry to Brenn leave in winter?"),
        ("why?", "why does the ferry to Brenn leave in summer?"),
        ("And how often exactly?", "how often does the ferry to Brenn leave in summer?"),
        ("since when?", "since when does the ferry to Brenn leave in summer?"),
        ("why is that?", "why does the ferry to Brenn leave in summer?"),
        ("where is that?", "where is that (ferry Brenn leave summer)?"),
        ("What about dogs?", "What about dogs (ferry Brenn leave summer)?"),
        ("and on the ferry to Orsvik?", "and on the ferry to Orsvik (Brenn leave summer)?"),
        ("who was it", "who was it (ferry Brenn leave summer)"),
    ],
)
def test_what_names_no_subject_is_asked_with_the_one_before(question: str, asked: str) -> None:
    assert follow_up(question, Turn(EARLIER, "9:00")) == FollowUp(asked, is_complete=False)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("Who built it?", "Who built it (ferry Brenn leave summer)?"),
        ("Where does she live?", "Where does she live (ferry Brenn leave summer)?"),
        ("And who pays the captain?", "And who pays the captain (ferry Brenn leave summer)?"),
        ("Can I take my bike there?", "Can I take my bike there (ferry Brenn leave summer)?"),
        ("Who swam there in May?", "Who swam there in May (ferry Brenn leave summer)?"),
        ("how many cars?", "how many cars (ferry Brenn leave summer)?"),
        ("how many are full?", "how many are full (ferry Brenn leave summer)?"),
        ("are there toilets?", "are there toilets (ferry Brenn leave summer)?"),
        ("how many miles is that?", "how many miles is that (ferry Brenn leave summer)?"),
    ],
)
def test_what_may_be_a_question_of_its_own_is_marked_so(question: str, asked: str) -> None:
    assert follow_up(question, Turn(EARLIER, None)) == FollowUp(asked, is_complete=True)


@pytest.mark.parametrize("question", ["Who built it?", "Where does she live?", "how many cars?"])
def test_what_refers_to_an_answer_is_no_question_of_its_own(question: str) -> None:
    found = follow_up(question, Turn(EARLIER, "at nine"))
    assert found is not None
    assert not found.is_complete


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
    found = follow_up(question, Turn(earlier, None))
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
    assert follow_up(question, Turn(EARLIER, "9:00")) is None


def test_the_words_of_the_answer_stay_together() -> None:
    found = follow_up("why?", Turn("Which medal did Halvik decline?", "the King's Medal"))
    assert found is not None
    assert found.question == "why did Halvik decline (King's Medal)?"


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
    assert follow_up("and in 2024?", Turn("How many guests did the fair have?", answer)) == FollowUp(
        asked, is_complete=False
    )


def test_a_long_answer_and_a_question_of_no_terms_add_nothing() -> None:
    found = follow_up("why?", Turn(EARLIER, "at nine in the morning, unless the wind is up"))
    assert found is not None
    assert found.question == "why does the ferry to Brenn leave in summer?"
    assert follow_up("why?", Turn("who?", None)) is None


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "asked"),
    [
        ("How many guests were fined?", "40", "when?", "when were guests fined?"),
        ("Which prize did Ada win?", None, "how often?", "how often did Ada win (prize)?"),
        ("Who wrote the rules?", "Ada Lind", "and when?", "when wrote the rules (Ada Lind)?"),
        ("Did the club buy a tent?", None, "what for?", "for what did the club buy a tent?"),
        ("How warm is its centre (bees)?", "35 degrees", "and why?", "why is its centre (bees) (warm)?"),
    ],
)
def test_only_a_question_word_asks_the_question_before_for_something_else(
    earlier: str, answer: str | None, question: str, asked: str
) -> None:
    found = follow_up(question, Turn(earlier, answer))
    assert found is not None
    assert (found.question, found.is_complete) == (asked, False)


@pytest.mark.parametrize(
    ("earlier", "answer", "question", "asked"),
    [
        ("Who wrote the rules?", "Ada Lind", "How old is she?", "How old is Ada Lind (wrote rules)?"),
        ("Who wrote the rules?", "in 1974", "How old is she?", "How old is she (wrote rules)?"),
        ("Where was Ada Lind born?", "in Brenn", "And her mother?", "And Ada Lind's mother (born Brenn)?"),
        ("Who was Ada Lind's first dog?", None, "did she feed him?", None),
        ("Who taught Ada Lind her first song?", "Tom Rye", "was she good?", "was Ada Lind good ("),
        (
            "What does Ada Lind's son Tom do?",
            "he sails",
            "Is he married?",
            "Is Ada Lind's son Tom married (sails)?",
        ),
        ("Where did Ada Lind's mother sing?", None, "who paid her?", "who paid Ada Lind's mother (sing)?"),
    ],
)
def test_he_and_she_are_who_was_asked_for_or_named(
    earlier: str, answer: str | None, question: str, asked: str | None
) -> None:
    found = follow_up(question, Turn(earlier, answer))
    assert found is not None
    if asked is not None:
        assert found.question.startswith(asked)


def test_after_that_is_after_the_date_of_the_answer() -> None:
    found = follow_up("and after that?", Turn("Until when can I change my name?", "until 10 April"))
    assert found is not None
    assert found.question.startswith("and after 10 April (")


def test_a_long_row_of_follow_ups_stays_short() -> None:
    question, answer = "When does the ferry to Brenn leave?", None
    for number in range(30):
        found = follow_up(
            f"and what about thing{'abcdefghijklmnopqrstuvwxyzABCD'[number]}?", Turn(question, answer)
        )
        assert found is not None
        question = found.question
    assert len(question.split()) < 20
