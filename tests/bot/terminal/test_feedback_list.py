"""`footnote feedback`: verdicts as a list, as JSON and as questions for `footnote eval`."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.feedback.store import FEEDBACK_FILE, Feedback, Judgement
from index.evaluation.gold_questions import read_questions
from tests.support.homes import Home
from tests.support.judgements import ANN, DECLINED, RIGHT, SENTENCE, WRONG

LEFT_OUT = "left out: 2 wrong, 0 disputed, 0 of changed articles, 0 whose question is not stored\n"


@pytest.fixture
def judged(tmp_path: Path) -> Home:
    home = Home(tmp_path)
    home.config.write_text("")
    feedback = Feedback.open(tmp_path / ".footnote-bot")
    row = feedback.add(RIGHT, user=ANN, message=1).row
    feedback.note(row, user=ANN, text="Nice\x1b[31m.")
    feedback.add(replace(WRONG, question="Why?", sentence=None, answer="So."), user=ANN, message=2)
    feedback.add(replace(DECLINED, right=False), user=ANN, message=3)
    return home


def test_the_command_lists_feedback(judged: Home) -> None:
    run = judged.footnote("feedback")
    assert (run.code, run.err) == (0, "")
    lines = run.out.splitlines()
    assert lines[0] == "1 right, 2 wrong"
    assert lines[2].startswith("right, 20")
    assert lines[3:6] == [
        "  asked  How warm is the cluster?",
        "  said   35 degrees Celsius (notes/bees)",
        "  note   Nice\ufffd[31m.",
    ]
    assert lines[-1] == "  said   The articles do not say."


def test_the_command_deletes_what_one_person_said(judged: Home) -> None:
    assert judged.footnote("feedback", "--forget", "1").out == "deleted 0 verdicts\n"
    run = judged.footnote("feedback", "--forget", str(ANN), "--json")
    assert (run.code, run.json) == (0, {"deleted": 3})
    assert judged.footnote("feedback", "--json").json == []
    assert judged.footnote("feedback", "--forget", "1", "--export", "-").code == 2
    assert judged.footnote("feedback", "--forget", "somebody").code == 2


def test_the_command_lists_feedback_as_json(judged: Home) -> None:
    first, *others = judged.footnote("feedback", "--json").json
    assert first.pop("judged").endswith("Z")
    assert first == {
        "id": "feedback-1",
        "right": True,
        "note": "Nice\x1b[31m.",
        "question": RIGHT.question,
        "answer": RIGHT.answer,
        "asked_in": None,
        "article": "notes/bees",
        "sentence": SENTENCE,
        "index": "0123abcd",
    }
    assert len(others) == 2


def test_a_verdict_on_somebody_else_s_question_is_listed_without_it(judged: Home) -> None:
    feedback = Feedback.open(judged.folder / ".footnote-bot")
    feedback.add(Judgement(True, None, None, "0123abcd"), user=ANN, message=4)
    lines = judged.footnote("feedback").out.splitlines()
    assert lines[-2].startswith("right, 20")
    assert lines[-1] == "  asked  by somebody else, so the question is not stored"
    last = judged.footnote("feedback", "--json").json[-1]
    assert (last["question"], last["answer"], last["right"]) == (None, None, True)


def test_the_command_lists_nothing_where_nothing_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_text("")
    file = tmp_path / ".footnote-bot" / FEEDBACK_FILE
    assert home.footnote("feedback").out == f"no verdicts yet in {file}\n"
    assert home.footnote("feedback", "--json").out == "[]\n"
    assert list(tmp_path.iterdir()) == [home.config]


def test_the_command_exports_what_eval_reads(judged: Home) -> None:
    file = judged.folder / "judged.jsonl"
    run = judged.footnote("feedback", "--export", str(file))
    assert (run.code, run.err) == (0, "")
    assert run.out == f"exported 1 question\n{LEFT_OUT}"
    assert [gold.gold_sentences for gold in read_questions(file)] == [(SENTENCE,)]
    run = judged.footnote("feedback", "--json", "--export", str(file))
    left_out = {"wrong": 2, "disputed": 0, "changed": 0, "without_question": 0}
    assert run.json == {"questions": 1, **left_out}
    for options in ((), ("--json",)):
        run = judged.footnote("feedback", *options, "--export", "-")
        assert run.out == file.read_text("utf-8")
        assert run.err == LEFT_OUT
    assert judged.footnote("-q", "feedback", "--export", "-").err == ""


def test_an_export_of_nothing_leaves_the_file_alone(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.config.write_text("")
    file = tmp_path / "judged.jsonl"
    file.write_text("dear\n")
    run = home.footnote("feedback", "--export", str(file))
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith("error: there is no question to export\n  Verdicts that were left out: 0 wrong")
    assert file.read_text() == "dear\n"


def test_an_export_that_cannot_be_written_is_said(judged: Home) -> None:
    run = judged.footnote("feedback", "--export", str(judged.folder / "no" / "judged.jsonl"))
    assert run.code == 1
    assert "judged.jsonl" in run.err
    assert "Traceback" not in run.err


def test_a_damaged_file_is_named_by_the_command(judged: Home) -> None:
    file = judged.folder / ".footnote-bot" / FEEDBACK_FILE
    file.write_bytes(b"nonsense" * 100)
    run = judged.footnote("feedback")
    assert (run.code, run.out) == (1, "")
    assert run.err.startswith(f"error: {file} is damaged\n  Move it away")
