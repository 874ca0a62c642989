"""Data sets as small libraries: articles with their questions, what is no question, rows that answer."""

import json
from pathlib import Path

import pytest

from index.training.datasets.training_libraries import (
    Segmenter,
    TrainingLibrary,
    nonsense,
    sample_questions,
    typed_in_a_hurry,
)
from tests.support.miniature_datasets import squad_entry
from tests.support.word_vectors import word_vector

SEGMENTER = Segmenter(len, 1_000)
MILL = "The old mill was built in 1870. Anna Berg owned it. It burnt down later."
BRIDGE = "A new bridge opened in 1998. Carl Olsen drew it. Ships pass below."


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """Return a file of two articles, the second of two paragraphs."""
    mill = squad_entry("The_Old_Mill", [(MILL, [("When was the mill built?", ["1870"])])])
    questions = [("When did it open?", ["1998", "opened in 1998"]), ("Who drew it, and what passes?", [])]
    bridge = squad_entry("Bridge", [(MILL, [("Who owned it? ", ["Anna Berg"])]), (BRIDGE, questions)])
    bridge["paragraphs"][1]["qas"][1] |= {"is_impossible": True}
    bridge["paragraphs"][1]["qas"].append({"question": "Nobody said?", "answers": []})
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [mill, bridge]}), encoding="utf-8")
    return path


def test_a_question_keeps_the_sentences_that_hold_its_answer(squad: Path) -> None:
    mill, bridge = SEGMENTER.read(squad)
    assert (mill.article.title, mill.article.text) == ("The Old Mill", MILL)
    assert bridge.article.text == f"{MILL}\n\n{BRIDGE}"
    assert [(question.text, question.gold) for question in bridge.questions] == [
        ("Who owned it?", {1}),
        ("When did it open?", {3}),
        ("Who drew it, and what passes?", set()),
    ]
    assert bridge.sentence_texts[3] == "A new bridge opened in 1998."


def test_questions_and_paragraphs_may_be_limited(squad: Path) -> None:
    once, again = (SEGMENTER.read(squad, max_questions=2)[1] for _ in range(2))
    assert len(once.questions) == 2 and once == again
    assert SEGMENTER.read(squad, max_paragraphs=1)[1].article.text == MILL


def test_the_rows_of_the_library_that_answer(squad: Path) -> None:
    articles = SEGMENTER.read(squad)
    texts = [text for article in articles for text in article.texts_to_embed()]
    library = TrainingLibrary.build(articles, {text: word_vector(text) for text in texts})
    question = library.questions[2]
    assert (question.text, question.article) == ("When did it open?", 1)
    (row,) = library.gold_rows(question)
    candidates = library.candidates(question.text, question.article)
    assert [one.text for one in candidates if one.row == row] == ["A new bridge opened in 1998."]
    assert {candidate.article for candidate in library.candidates(question.text, None)} == {0, 1}


def test_what_is_no_question_is_the_same_every_time(squad: Path) -> None:
    assert nonsense(5) == nonsense(5)
    assert len(set(nonsense(5))) == 5
    assert typed_in_a_hurry("Who is Anna Berg?") == "who is anna berg"
    assert sample_questions(squad, 3) == sample_questions(squad, 3)
    with pytest.raises(ValueError, match="1000 different questions are needed, and it has 5"):
        sample_questions(squad, 1_000)
