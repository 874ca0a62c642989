"""Records: what makes a question, and what does not."""

import pytest

from index.errors import EmptyQuestionError
from index.records import Question, clean_question


@pytest.mark.parametrize("blank", ["", "  \n\t", "\0", "\u200b\u200f\u202e", "\ufeff"])
def test_a_question_without_a_visible_character_is_empty(blank: str) -> None:
    with pytest.raises(EmptyQuestionError):
        clean_question(blank)


def test_surrogate_pairs_become_their_character_and_lone_ones_a_mark() -> None:
    assert clean_question("\ud83d\ude00 a\ud83db") == "😀 a\ufffdb"


def test_a_question_for_no_citations_is_none() -> None:
    with pytest.raises(ValueError, match="top_k: expected 1 or more, found 0"):
        Question("Who?", top_k=0)
