"""Unanswered questions in the file of the feedback: their age, what is cut out of them, and their end."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.feedback.store import FEEDBACK_FILE, Feedback
from bot.feedback.unanswered import UnansweredQuestions, anonymous
from tests.support.judgements import ANN, RIGHT

MOON = "Who owns the moon?"


@pytest.fixture
def unanswered(tmp_path: Path) -> UnansweredQuestions:
    return UnansweredQuestions(Feedback.open(tmp_path), 90)


def move_back(folder: Path, asked: str) -> None:
    """Have all stored questions asked at another time."""
    with closing(sqlite3.connect(folder / FEEDBACK_FILE)) as database:
        database.execute("UPDATE unanswered SET asked = ?", (asked,))
        database.commit()


def questions(unanswered: UnansweredQuestions) -> list[str]:
    return [entry.question for entry in unanswered.list()]


def test_questions_are_listed_latest_first(unanswered: UnansweredQuestions) -> None:
    assert questions(unanswered) == []
    unanswered.add(MOON)
    unanswered.add("Why \ud83d?")
    assert questions(unanswered) == ["Why \ufffd?", MOON]
    assert all(entry.asked.endswith("Z") for entry in unanswered.list())


def test_old_questions_are_neither_listed_nor_kept(unanswered: UnansweredQuestions, tmp_path: Path) -> None:
    unanswered.add(MOON)
    assert unanswered.delete_expired() == 0
    move_back(tmp_path, "2020-01-01T00:00:00Z")
    assert questions(unanswered) == []
    assert UnansweredQuestions(Feedback(tmp_path), 3650).list() != []  # it is still in the file
    unanswered.add("Why?")  # which deletes what is too old
    assert [entry.question for entry in UnansweredQuestions(Feedback(tmp_path), 3650).list()] == ["Why?"]
    move_back(tmp_path, "2020-01-01T00:00:00Z")
    assert unanswered.delete_expired() == 1


def test_with_no_days_all_are_deleted(unanswered: UnansweredQuestions, tmp_path: Path) -> None:
    unanswered.add(MOON)
    assert UnansweredQuestions(Feedback(tmp_path), 0).delete_expired() == 1
    assert questions(unanswered) == []


def test_the_latest_are_kept_if_there_are_too_many(tmp_path: Path) -> None:
    Feedback.open(tmp_path)
    unanswered = UnansweredQuestions(Feedback(tmp_path, most_questions=2), 90)
    for number in range(4):
        unanswered.add(f"Why {number}?")
    assert questions(unanswered) == ["Why 3?", "Why 2?"]


def test_all_are_deleted_from_the_file_and_verdicts_stay(
    unanswered: UnansweredQuestions, tmp_path: Path
) -> None:
    feedback = Feedback(tmp_path)
    feedback.add(RIGHT, user=ANN, message=1)
    unanswered.add("Where is the treasure hidden?")
    assert unanswered.forget() == 1
    assert unanswered.forget() == 0
    assert b"treasure" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert len(feedback.list()) == 1


def test_nothing_is_created_to_be_read_or_deleted(tmp_path: Path) -> None:
    nothing = UnansweredQuestions(Feedback(tmp_path / "bot"), 90)
    assert (nothing.list(), nothing.forget(), nothing.delete_expired()) == ([], 0, 0)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("question", "stored"),
    [
        ("Does @Ann Smith pay?", "Does @… pay?"),
        ("Does <@80351110224678912> or <@!5> pay?", "Does @… or @… pay?"),
        ("What is in <#80351110224678912>?", "What is in <#…>?"),
        ("https://discord.com/channels/80351110224678912/80351110224678913 says?", None),
        ("What did 1500 of 80000 do in 2024?", "What did 1500 of 80000 do in 2024?"),
    ],
)
def test_mentions_and_ids_are_not_stored(question: str, stored: str | None) -> None:
    text = anonymous(question, ["@Ann", "@Ann Smith"])
    assert "8035111" not in text
    assert stored is None or text == stored
