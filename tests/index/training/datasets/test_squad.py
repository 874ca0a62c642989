"""Files of SQuAD's form, and where in an article a place of a paragraph is."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.records import Sentence
from index.training.datasets.squad import join_paragraphs, read_squad, sentences_at

QUESTION = {"question": " Who? ", "answers": [{"text": "Anna", "answer_start": 0, "more": 1}]}


def write(path: Path, *questions: object) -> Path:
    entry = {"title": "A_B", "paragraphs": [{"context": "Anna came.", "qas": list(questions)}]}
    path.write_text(json.dumps({"version": "2.0", "data": [entry]}), encoding="utf-8")
    return path


def test_both_versions_are_read(tmp_path: Path) -> None:
    unanswerable = {"id": "7", "question": "Why?", "answers": [], "is_impossible": True}
    (article,) = read_squad(write(tmp_path / "squad.json", QUESTION, unanswerable))
    first, second = article.paragraphs[0].qas
    assert article.title == "A_B" and article.paragraphs[0].context == "Anna came."
    assert (first.question, first.id, first.is_impossible) == ("Who?", "", False)
    assert (first.answers[0].text, first.answers[0].answer_start) == ("Anna", 0)
    assert (second.id, list(second.answers), second.is_impossible) == ("7", [], True)


@pytest.mark.parametrize("question", [{"question": "Who?"}, {**QUESTION, "answers": [{"text": "Anna"}]}, 3])
def test_another_form_is_refused(tmp_path: Path, question: object) -> None:
    with pytest.raises(ValueError, match=r"data\.0\.paragraphs\.0\.qas\.0"):
        read_squad(write(tmp_path / "squad.json", question))


@pytest.mark.slow
@given(st.lists(st.text(max_size=9), min_size=1, max_size=5))
def test_paragraphs_begin_where_it_says(paragraphs: list[str]) -> None:
    text, offsets = join_paragraphs(paragraphs)
    for paragraph, offset in zip(paragraphs, offsets, strict=True):
        assert text.startswith(paragraph, offset)
    assert text.split("\n\n") == "\n\n".join(paragraphs).split("\n\n")


def test_a_place_between_sentences_belongs_to_the_next_one() -> None:
    sentences = [Sentence(0, 4), Sentence(5, 9)]
    assert sentences_at(sentences, [3, 0]) == [0]
    assert sentences_at(sentences, [4]) == sentences_at(sentences, [8]) == [1]
    assert sentences_at(sentences, [5, 3]) == [0, 1]
    assert sentences_at(sentences, [9]) == sentences_at([], [0]) == []
