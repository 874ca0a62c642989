"""Questions in the same words, and questions that are alike."""

import numpy as np

from bot.feedback.grouping import LIKENESS, SameWords, group_alike, in_same_words
from bot.feedback.unanswered import UnansweredQuestion


def asked(row: int, question: str) -> UnansweredQuestion:
    return UnansweredQuestion(row, f"2026-01-0{row}T00:00:00Z", question)


def test_the_same_words_are_one_question_as_it_was_asked_last() -> None:
    latest, other, earlier = asked(3, "Who owns the Moon?"), asked(2, "Why?"), asked(1, "who owns  the moon?")
    assert in_same_words([latest, other, earlier]) == [SameWords(latest, 2), SameWords(other, 1)]


def test_questions_join_the_most_similar_group_or_begin_one() -> None:
    rows = [SameWords(asked(row, str(row)), 1) for row in (5, 4, 3, 2, 1)]
    near = [LIKENESS + 0.01, np.sqrt(1 - (LIKENESS + 0.01) ** 2)]
    far = [LIKENESS - 0.01, -np.sqrt(1 - (LIKENESS - 0.01) ** 2)]
    unknown = [0.0, 0.0]
    vectors = np.array([[1, 0], near, far, unknown, unknown], dtype=np.float32)
    groups = group_alike(rows, vectors)
    assert [[each.latest.row for each in group] for group in groups] == [[5, 4], [3], [2], [1]]
    assert group_alike([], np.empty((0, 2), dtype=np.float32)) == []
