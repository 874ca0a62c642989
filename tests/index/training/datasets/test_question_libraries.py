"""Libraries with questions: answers and decoys in their places, also in tables, and what does not fit."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.evaluation.gold_questions import QuestionFileError
from index.training.datasets import question_libraries
from index.training.datasets.question_libraries import read_library
from index.training.datasets.training_libraries import SegmentedArticle, Segmenter

LIBRARIES = Path(question_libraries.__file__).parents[1] / "libraries"
PRICES = """# Mill

Come at nine. The miller is **Anna Berg**.

## Prices

| who | price |
|---|---|
| adults | 4 crowns |
| children | 2 crowns |
"""
ANSWERED: dict[str, Any] = {
    "id": 1,
    "article": "mill",
    "question": "what do kids pay",
    "answerable": True,
    "gold_sentences": ["children 2 crowns"],
    "gold_answer": "2 crowns",
}
UNANSWERED: dict[str, Any] = {
    "id": 2,
    "article": "mill",
    "question": "what do dogs pay",
    "answerable": False,
    "decoy_sentence": "children 2 crowns",
    "decoy": "2 crowns",
}
MILLER: dict[str, Any] = {
    **ANSWERED,
    "id": 3,
    "question": "who runs it",
    "gold_sentences": ["The miller is Anna Berg."],
    "gold_answer": "Anna Berg",
}


def read(folder: Path, *questions: dict[str, Any]) -> list[SegmentedArticle]:
    (folder / "corpus").mkdir(exist_ok=True)
    (folder / "corpus" / "mill.md").write_text(PRICES, encoding="utf-8")
    lines = "\n".join(map(json.dumps, questions))
    (folder / "questions.jsonl").write_text(lines, encoding="utf-8")
    return read_library(folder, Segmenter(len, 1_000))


def test_answers_and_decoys_are_in_their_places(tmp_path: Path) -> None:
    (mill,) = read(tmp_path, ANSWERED, UNANSWERED, MILLER)
    text = mill.article.text
    answered, unanswered, miller = mill.questions
    assert [text[slice(*span)] for span in answered.spans] == ["2 crowns"]
    (row,) = answered.gold
    assert text[mill.sentences[row].start : mill.sentences[row].end].split() == ["children", "2", "crowns"]
    assert unanswered.decoy == answered.spans[0] and not unanswered.spans and not unanswered.gold
    assert text[slice(*miller.spans[0])] == "Anna Berg" and miller.decoy is None


def test_questions_below_the_same_headings_go_together(tmp_path: Path) -> None:
    (mill,) = read(tmp_path, ANSWERED, UNANSWERED, MILLER)
    answered, unanswered, miller = mill.questions
    assert answered.paragraph == unanswered.paragraph != miller.paragraph
    section = mill.article.text[slice(*answered.paragraph)]
    assert "adults" in section and "children" in section and "miller" not in section


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"article": "barn"}, "there is no article 'barn'"),
        ({"gold_answer": "9 crowns"}, "'9 crowns' is not in 'children 2 crowns'"),
        ({"gold_sentences": ["children 7 crowns"]}, "is not in 'children 7 crowns'"),
    ],
)
def test_what_is_not_there_is_named(changes: dict[str, Any], problem: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=problem):
        read(tmp_path, {**ANSWERED, **changes})


@pytest.mark.parametrize("missing", ["article", "gold_answer"])
def test_what_is_missing_is_named(missing: str, tmp_path: Path) -> None:
    with pytest.raises(QuestionFileError, match=f"line 1: {missing}|line 1: .*{missing}"):
        read(tmp_path, {key: value for key, value in ANSWERED.items() if key != missing})
    with pytest.raises(QuestionFileError, match=r"line 1: .*decoy"):
        read(tmp_path, {key: value for key, value in UNANSWERED.items() if key != "decoy"})


@pytest.mark.slow  # some seconds for each thousand questions
@pytest.mark.parametrize(
    "questions", sorted(LIBRARIES.glob("*/questions.jsonl")), ids=lambda path: path.parent.name
)
def test_the_words_of_the_projects_own_libraries_are_in_their_sentences(questions: Path) -> None:
    articles = read_library(questions.parent, Segmenter(len, 1_000))
    assert all(article.questions for article in articles)
