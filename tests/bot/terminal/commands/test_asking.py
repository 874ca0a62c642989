"""`footnote ask`: the answer, its exit code, and questions of all kinds."""

import json
import subprocess
from pathlib import Path

import pytest

from bot.terminal.commands.asking import LONGEST_QUESTION
from index.config import AnswerSection
from tests.support.homes import STRIKE, Home

UNKNOWN = "What is the price of bitcoin?"


def sentence_of(home: Home, citation: dict[str, object]) -> str:
    article = citation["article"]
    assert isinstance(article, dict)
    text: str = home.footnote("show", "--json", article["id"]).json["text"]
    return text[citation["start"] : citation["end"]]  # type: ignore[index,misc,unused-ignore]


@pytest.mark.slow
def test_an_answer_is_as_promised(either_home: Home) -> None:
    run = either_home.footnote("ask", "--json", STRIKE)
    assert (run.code, run.err) == (0, "")
    found = run.json
    assert list(found) == [
        "question",
        "answerable",
        "maybe",
        "confidence",
        "answer",
        "citations",
        "elapsed_ms",
    ]
    assert found["question"] == STRIKE
    assert found["answerable"] is True
    assert found["confidence"] == found["citations"][0]["score"] >= 0.2
    assert [citation["number"] for citation in found["citations"]] == [1, 2, 3]
    for citation in found["citations"]:
        assert sentence_of(either_home, citation) == citation["sentence"]
    first = found["citations"][0]
    start, end = first["highlight"] or (first["start"], first["end"])
    assert found["answer"] == first["sentence"][start - first["start"] : end - first["start"]]
    assert "the Pentagon confirmed" in first["sentence"]


@pytest.mark.slow
@pytest.mark.usefixtures("computed_anew")
def test_the_same_question_gives_the_same_answer(either_home: Home) -> None:
    first, second = (either_home.footnote("ask", "--json", STRIKE).json for _ in range(2))
    first.pop("elapsed_ms"), second.pop("elapsed_ms")
    assert first == second


@pytest.mark.slow
def test_words_without_quotes_are_one_question(built_home: Home) -> None:
    run = built_home.footnote("ask", "Who", "confirmed", "it?", "--json")
    assert run.json["question"] == "Who confirmed it?"
    dashed = built_home.footnote("ask", "--json", "--", "--who", "confirmed it?")
    assert dashed.json["question"] == "--who confirmed it?"


@pytest.mark.slow
def test_unanswered_exits_with_3_and_cites_the_nearest(either_home: Home) -> None:
    run = either_home.footnote("ask", "--json", UNKNOWN)
    assert run.code == 3
    assert (run.json["answerable"], run.json["answer"]) == (False, None)
    assert len(run.json["citations"]) == 3
    plain = either_home.footnote("ask", UNKNOWN)
    assert plain.code == 3
    assert plain.out.startswith("The articles do not say.\n")


@pytest.mark.slow
def test_whom_to_ask_is_said_where_the_articles_do_not_say(built_home: Home) -> None:
    config = built_home.folder / "contact.toml"
    line = "contact = 'Ask in <#123> or a moderator'"
    config.write_text(built_home.config.read_text("utf-8").replace('contact = ""', line), encoding="utf-8")
    asked = built_home.footnote("--config", str(config), "ask", UNKNOWN)
    chat = built_home.footnote("--config", str(config), "chat", stdin=UNKNOWN)
    for run in (asked, chat):
        assert run.out.startswith("The articles do not say.\nAsk in <#123> or a moderator\n")
    assert "moderator" not in built_home.footnote("--config", str(config), "ask", STRIKE).out


@pytest.mark.slow
def test_top_k_and_article(either_home: Home) -> None:
    run = either_home.footnote("ask", "--json", "--top-k", "2", "--article", "notes/bees", STRIKE)
    assert [citation["article"]["id"] for citation in run.json["citations"]] == ["notes/bees"] * 2
    assert run.json["citations"][0]["article"] == {
        "id": "notes/bees",
        "title": "How bees keep warm",
        "url": "https://example.org/bees",
    }
    most = either_home.footnote("ask", "--json", "--top-k", "50", STRIKE).json["citations"]
    assert len(most) == sum(row["sentences"] for row in either_home.footnote("articles", "--json").json)


@pytest.mark.parametrize("question", ["", " \t\n", "\0", "\u200b\u2060\ufeff", "\u202e"])
def test_an_empty_question_is_wrong_usage_and_builds_no_index(tmp_path: Path, question: str) -> None:
    home = Home(tmp_path)
    home.config.touch()
    run = home.footnote("ask", question)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ")
    assert not home.index.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    ["?", "x", "\U0001f41d" * 3, "من أكد الضربة؟", "a\ud800b", "who\0", "\u202ewho\u202c", "w" * 100_000],
)
def test_odd_questions_are_answered_or_declined(built_home: Home, question: str) -> None:
    run = built_home.footnote("ask", "--json", question)
    assert run.code in (0, 3), run.err
    assert run.json["citations"]
    assert built_home.footnote("ask", question).code == run.code


@pytest.mark.slow
def test_bytes_that_are_no_text_are_no_traceback(built_home: Home) -> None:
    process = built_home.start(
        "ask", "--json", b"\xff\xfe who?", reads=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # type: ignore[arg-type]
    out, err = process.communicate(timeout=60)
    assert process.returncode in (0, 3), err
    assert json.loads(out)["question"].endswith(" who?")


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [["ask", "--json", "-"], ["ask", "--json"]])
def test_a_question_is_read_from_stdin_all_its_lines_as_one(built_home: Home, arguments: list[str]) -> None:
    run = built_home.footnote(*arguments, stdin="\ufeffWho confirmed that\r\nthe coalition\n  struck?\n")
    assert run.code in (0, 3)
    assert run.json["question"] == "Who confirmed that the coalition struck?"


def test_a_question_from_stdin_that_is_empty_or_endless_is_wrong_usage(built_home: Home) -> None:
    nothing = built_home.footnote("ask", stdin=" \n")
    assert nothing.code == 2
    assert "Give a QUESTION, - to read it from stdin, or --batch FILE." in nothing.err
    assert built_home.footnote("ask", "-", stdin=b"").code == 2
    endless = built_home.footnote("ask", "-", stdin=b"w" * (LONGEST_QUESTION + 1))
    assert endless.code == 2
    assert "longer than" in endless.err


def test_the_help_gives_the_thresholds_that_hold_unless_others_are_configured(bare: Home) -> None:
    answer = AnswerSection()
    words = " ".join(bare.footnote("ask", "--help").out.split())
    assert f"Below `threshold`, {answer.threshold:.0%} unless configured,".replace("%", " %") in words
    least = answer.maybe_from(answer.threshold)
    assert f"from `maybe_threshold` on, {least:.0%},".replace("%", " %") in words


def test_what_a_misspelt_question_was_read_as_stands_above_its_answer(built_home: Home) -> None:
    misspelt = STRIKE.replace("confirmed", "confirmd").replace("coalition", "coaliton")
    run, plain = (built_home.footnote("ask", question).out for question in (misspelt, STRIKE))
    assert run == f"Read as: {STRIKE}\n{plain}"
    found = built_home.footnote("ask", "--json", misspelt).json
    assert (found["question"], found["read_as"]) == (misspelt, STRIKE)
