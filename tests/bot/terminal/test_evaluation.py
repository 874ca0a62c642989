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
def test_quality_is_measured(either_home: Home, questions: Path) -> None:
    run = either_home.footnote("eval", "--json", str(questions))
    assert run.code == 0
    assert run.err == ""
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
    assert lines[-11] == "threshold   answered rightly   wrongly   declined"
    assert lines[-10] == "      0.0              66.7%     33.3%       0.0%"
    start = next(number for number, line in enumerate(lines) if line.startswith("accuracy"))
    shares = [float(line[19:28].strip(" %")) for line in lines[start : start + 5]]
    assert shares[0] == pytest.approx(sum(shares[1:3]), abs=0.2)
    assert sum(shares[1:]) == pytest.approx(100, abs=0.3), "all are shares of all questions"


def test_a_malformed_row_is_named(built_home: Home, questions: Path) -> None:
    questions.write_text(questions.read_text() + '\n{"id": 5}\n')
    run = built_home.footnote("eval", str(questions))
    assert (run.code, run.out) == (1, "")
    assert f"{questions}, line 4: question: is missing" in run.err


@pytest.mark.slow
def test_failed_questions_are_listed_with_what_was_expected_and_what_came(
    built_home: Home, questions: Path
) -> None:
    failed = {**ROWS[0], "id": "b2", "gold_sentences": ["It is kept at\n40 degrees."], "article": None}
    questions.write_text("\n".join(map(json.dumps, [*ROWS, failed])))
    run = built_home.footnote("eval", "--failures", str(questions))
    assert run.code == 0
    assert "warning: question b2: no article holds the gold sentence 'It is kept at 40 degrees.'" in run.err
    lines = run.out[run.out.index("1 question failed") :].splitlines()
    assert lines[2] == f"b2  {ROWS[0]['question']}"
    assert lines[3].startswith("    answered with another sentence, confidence ")
    assert lines[4] == "    expected  It is kept at 40 degrees."
    assert lines[5].startswith("    came      ")
    assert lines[5].endswith("(notes/bees)")
    run = built_home.footnote("eval", "--failures", "--json", str(questions))
    (failure,) = run.json["failures"]
    assert (failure["id"], failure["kind"], failure["rank"]) == ("b2", "answered with another sentence", None)
    assert failure["answer"]["citations"]


@pytest.mark.slow
def test_a_question_that_cannot_be_asked_is_named(built_home: Home, questions: Path) -> None:
    row = {"id": "z", "question": "Why?", "answerable": False, "article": "nowhere"}
    questions.write_text(json.dumps(row))
    run = built_home.footnote("eval", str(questions))
    assert run.code == 1
    assert "question z: " in run.err
    assert "nowhere" in run.err


@pytest.mark.slow
def test_a_right_sentence_with_another_answer_marked_is_listed_with_both(
    built_home: Home, questions: Path
) -> None:
    questions.write_text(json.dumps(ROWS[0] | {"gold_answer": "40 degrees", "gold_answers": ["forty"]}))
    out = built_home.footnote("eval", "--failures", str(questions)).out
    lines = out[out.index("0 questions failed") :].splitlines()
    assert lines[0] == "0 questions failed, and 1 answer marked wrongly in the right sentence"
    assert lines[3].startswith("    the right sentence, but another answer is marked in it, confidence ")
    assert lines[4:6] == ["    expected  40 degrees", "    expected  forty"]
    assert lines[6].startswith("    marked    ")
    assert "35 degrees" in lines[6]
    assert lines[7].startswith("    in        The centre of the cluster")
    (failure,) = built_home.footnote("eval", "--failures", "--json", str(questions)).json["failures"]
    assert failure["expected_answers"] == ["40 degrees", "forty"]
