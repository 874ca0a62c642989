"""`footnote gaps`: what the bot could not answer, in groups, as JSON and as questions for `footnote eval`."""

from pathlib import Path

import pytest

from bot.feedback.store import FEEDBACK_FILE, Feedback
from bot.feedback.unanswered import UnansweredQuestions
from index.evaluation.gold_questions import read_questions
from tests.support.homes import Home

CLUSTER = "How warm is the centre of the cluster kept?"


@pytest.fixture
def asked(home: Home) -> Home:
    unanswered = UnansweredQuestions(Feedback.open(home.folder / ".footnote-bot"), 90)
    for question in (
        "What is the price of bitcoin in Tuvalu?",
        CLUSTER,
        "what is the price of  bitcoin in Tuvalu?",
        "Who is the owner of the \x1b[31mmoon?",
        "What's the price of a bitcoin in Tuvalu?",
    ):
        unanswered.add(question)
    return home


@pytest.mark.slow
def test_questions_are_listed_in_groups_latest_first(asked: Home) -> None:
    run = asked.footnote("gaps")
    assert run.code == 0
    lines = run.out.splitlines()
    assert lines[0] == "5 unanswered questions in 3 groups, 1 answered by now"
    heads = [line for line in lines if ", asked " in line]
    assert [head.partition(", last ")[0] for head in heads] == [
        "no answer, asked 3 times",
        "no answer, asked once",
        "answered by now, asked once",
    ]
    assert "   1× What's the price of a bitcoin in Tuvalu?" in lines
    assert "   2× what is the price of bitcoin in Tuvalu?" in lines
    assert "\x1b" not in run.out
    assert any("35 degrees Celsius" in line for line in lines)


@pytest.mark.slow
def test_groups_as_json(asked: Home) -> None:
    first, second, third = asked.footnote("gaps", "--json").json
    assert list(first) == ["count", "last_asked", "answered", "questions", "citations"]
    assert (first["count"], first["answered"]) == (3, False)
    assert [(each["id"], each["count"]) for each in first["questions"]] == [
        ("unanswered-5", 1),
        ("unanswered-3", 2),
    ]
    assert second["questions"][0]["question"] == "Who is the owner of the \x1b[31mmoon?"
    assert (third["answered"], third["questions"][0]["question"]) == (True, CLUSTER)
    assert "35 degrees" in third["citations"][0]["sentence"]


@pytest.mark.slow
def test_what_still_has_no_answer_is_exported_for_eval(asked: Home) -> None:
    file = asked.folder / "gaps.jsonl"
    run = asked.footnote("gaps", "--export", str(file))
    assert (run.code, run.out) == (0, "exported 3 questions\nleft out: 1 answered by now\n")
    exported = read_questions(file)
    assert [gold.id for gold in exported] == ["unanswered-5", "unanswered-3", "unanswered-4"]
    assert not any(gold.answerable for gold in exported)
    run = asked.footnote("gaps", "--export", "-")
    assert run.out == file.read_text("utf-8")
    assert "left out: 1 answered by now" in run.err
    assert asked.footnote("gaps", "--json", "--export", str(file)).json == {"questions": 3, "answered": 1}


def empty_home(folder: Path, settings: str) -> Home:
    home = Home(folder)
    home.config.write_text(settings)
    return home


def test_all_questions_are_deleted(tmp_path: Path) -> None:
    home = empty_home(tmp_path, "")
    UnansweredQuestions(Feedback.open(tmp_path / ".footnote-bot"), 90).add("Why?")
    assert home.footnote("gaps", "--forget").out == "deleted 1 question\n"
    assert home.footnote("gaps", "--forget", "--json").json == {"deleted": 0}
    assert home.footnote("gaps", "--forget", "--export", "-").code == 2
    assert home.footnote("gaps", "--json").json == []


def test_without_questions_nothing_is_built_or_created(tmp_path: Path) -> None:
    home = empty_home(tmp_path, "")
    run = home.footnote("gaps")
    assert (run.code, run.out) == (0, "no unanswered questions: [discord] keep_unanswered is off\n")
    assert home.footnote("gaps", "--json").out == "[]\n"
    home.config.write_text("[discord]\nkeep_unanswered = true\n")
    file = tmp_path / ".footnote-bot" / FEEDBACK_FILE
    assert home.footnote("gaps").out == f"no unanswered questions yet in {file}\n"
    assert list(tmp_path.iterdir()) == [home.config]


def test_an_export_of_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    home = empty_home(tmp_path, "")
    file = tmp_path / "gaps.jsonl"
    file.write_text("dear\n")
    run = home.footnote("gaps", "--export", str(file))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: there is no question to export\n")
    assert file.read_text() == "dear\n"


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    home = empty_home(tmp_path, "")
    file = tmp_path / ".footnote-bot" / FEEDBACK_FILE
    file.parent.mkdir()
    file.write_bytes(b"nonsense" * 100)
    run = home.footnote("gaps")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: {file} is damaged\n")
