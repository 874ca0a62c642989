import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.homes import Home

ROWS: list[dict[str, Any]] = [
    {
        "id": "b1",
        "question": "At what temperature is the centre of the cluster kept?",
        "answerable": True,
        "gold_sentences": ["at about 35 degrees Celsius"],
        "gold_answer": "35 degrees Celsius",
        "article": "notes/bees",
    },
    {
        "id": "s1",
        "question": "Who confirmed that the coalition struck pro-government forces?",
        "answerable": True,
        "gold_sentences": ["the Pentagon confirmed"],
        "gold_answer": "the Pentagon",
    },
    {"id": "n1", "question": "What is the price of bitcoin?", "answerable": False, "gold_sentences": []},
]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, ROWS)))
    return path


@pytest.mark.slow
def test_quality_is_measured(built_home: Home, questions: Path) -> None:
    run = built_home.footnote("eval", "--json", str(questions))
    assert run.code == 0
    assert run.err == "answering questions (3)\n"
    found = run.json
    assert (found["questions"], found["answerable"]) == (3, 2)
    assert found["hit_at_1"] == found["hit_at_3"] == 1
    assert found["declined"] == found["accuracy"] == found["abstention_auroc"] == 1
    assert 0 < found["answer_f1"] <= 1
    assert 0 < found["calibration_error"] < 1
    assert [point["threshold"] for point in found["risk_coverage"]][:2] == [0.0, 0.1]


@pytest.mark.slow
def test_quality_is_shown(built_home: Home, questions: Path) -> None:
    lines = built_home.footnote("eval", str(questions)).out.splitlines()
    assert lines[0] == "3 questions, 2 answerable"
    assert "citation hit@1        100.0%   a right sentence is cited first" in lines
    assert max(map(len, lines)) <= 80
    assert lines[-11] == "threshold   answered   of these wrong"
    assert lines[-10] == "      0.0     100.0%            33.3%"


def test_a_malformed_row_is_named(built_home: Home, questions: Path) -> None:
    questions.write_text(questions.read_text() + '\n{"id": 5}\n')
    run = built_home.footnote("eval", str(questions))
    assert (run.code, run.out) == (1, "")
    assert f"{questions}, line 4: question: Field required" in run.err


@pytest.mark.slow
def test_a_question_that_cannot_be_asked_is_named(built_home: Home, questions: Path) -> None:
    row = {"id": "z", "question": "Why?", "answerable": False, "article": "nowhere"}
    questions.write_text(json.dumps(row))
    run = built_home.footnote("eval", str(questions))
    assert run.code == 1
    assert "question z: " in run.err
    assert "nowhere" in run.err
