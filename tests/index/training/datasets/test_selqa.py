"""SelQA: its sections as texts, and the sentences that answer."""

import json
from pathlib import Path
from typing import Any

import pytest

from index.training.datasets.selqa import DOMAIN, SectionQuestion, read_selqa

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
