"""SelQA: its sections as texts, and the words that a model marks in the sentences that people named."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import pytest

from index.models.span_model import SpanModel, TokenScores
from index.training.datasets.selqa import DOMAIN, PARTS, SectionQuestion, part_of, read_selqa, section_lessons
from tests.support.miniature_datasets import part
from tests.support.scripted_reader import QUESTION, Model

CANDIDATES = ["It burnt down.", " ", "Anna Berg owned the mill.", "Carl opened the bridge.", "Nobody wept. "]


def row(question: str, answers: list[int], article: str = "Old Mill") -> dict[str, Any]:
    return {"article": article, "question": question, "candidates": CANDIDATES, "answers": answers}


def read(tmp_path: Path, *rows: dict[str, Any]) -> list[SectionQuestion]:
    path = tmp_path / "selqa.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    return read_selqa(path)


def test_the_sentences_are_those_given_without_the_blank_ones(tmp_path: Path) -> None:
    rows = [
        row(" Who owned it? ", [2]),
        row("Why?", []),
        row("What came of it?", [4, 0]),
        row("Who?", [3], "Hall"),
    ]
    owned, came, hall = read(tmp_path, *rows)
    text = owned.text
    assert (text.domain, text.topic, text.held_out) == (DOMAIN, "Old Mill", False)
    sentences = [text.text[one.start : one.end] for one in text.sentences]
    assert sentences == [one for one in CANDIDATES if one != " "]
    assert (owned.question, owned.gold) == ("Who owned it?", [1])
    assert came.text is text and came.gold == [0, 3]  # the numbers of those that are left
    assert hall.text.topic == "Hall"


def test_an_article_is_in_one_part_and_each_part_has_some() -> None:
    parts = [part_of(f"Article {number}") for number in range(100)]
    assert set(parts) == set(range(PARTS)) and 30 < sum(parts) < 70
    assert parts == [part_of(f"Article {number}") for number in range(100)]
    assert (part_of("DNA"), part_of("Chocolate")) == (0, 1)  # so that a part stays what it was


def test_a_part_has_the_questions_of_its_articles(tmp_path: Path) -> None:
    read(tmp_path, *(row("Who?", [3], topic) for topic in ("Chocolate", "DNA", "Israel")))
    path = tmp_path / "selqa.json"
    topics = [[one.text.topic for one in read_selqa(path, part)] for part in (0, 1, None)]
    assert topics == [["DNA"], ["Chocolate", "Israel"], ["Chocolate", "DNA", "Israel"]]
    read(tmp_path, row("Who?", [3], "Chocolate"))
    with pytest.raises(ValueError, match="holds no question in part 0 with"):
        read_selqa(path, 0)


def test_words_are_marked_in_the_sentences_that_answer_alone(tmp_path: Path) -> None:
    asked = read(tmp_path, row(QUESTION, [2]), row(QUESTION, [2, 3]), row(QUESTION, [1, 2], "Hall"))
    model = cast(SpanModel, Model({"Carl": 9.0, "Anna Berg": 4.0}))
    lessons = section_lessons(asked, model)
    assert [part(one.text.text, one.spans[0]) for one in lessons] == ["Anna Berg", "Carl", "Anna Berg"]
    assert [one.text for one in lessons] == [one.text for one in asked]
    assert {one.question for one in lessons} == {QUESTION}


def test_the_likeliest_span_counts_not_the_likeliest_sentence(tmp_path: Path) -> None:
    (asked,) = read(tmp_path, row(QUESTION, [2, 3]))
    marks = {"Carl": 5.0, "Anna Berg": 4.9, "Anna": 4.8, "owned": 4.8, "mill": 4.8}
    (lesson,) = section_lessons([asked], cast(SpanModel, Model(marks)))
    assert part(lesson.text.text, lesson.spans[0]) == "Carl"


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([], "holds no question with"),
        ([row("Why?", [])], "holds no question with"),
        ({"data": []}, "not a file of SelQA's form"),
        ([{"question": "Why?"}], "not a file of SelQA's form: KeyError"),
        ([{**row("Why?", [0]), "question": None}], "not a file of SelQA's form"),
    ],
)
def test_another_file_is_refused(rows: Any, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "selqa.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        read_selqa(path)


def test_a_sentence_without_tokens_gives_no_lesson(tmp_path: Path) -> None:
    asked = read(tmp_path, {**row(QUESTION, [0]), "candidates": ["\u00ad", "Carl opened it."]})

    class Blind(Model):
        def read(self, question: str, texts: Sequence[str]) -> list[TokenScores]:
            return super().read(question, [text.replace("\u00ad", " ") for text in texts])

    assert section_lessons(asked, cast(SpanModel, Blind())) == []
