"""What is written appears below the answer sentence by sentence, and nothing unchecked does."""

import logging
import re
from collections.abc import Callable

import pytest

from bot.terminal.written import show_written
from bot.writer import Writer
from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import say
from tests.support.language_models import config_of
from tests.support.written_answers import cited_answer

TWO = "The bridge is 900 m long [1]. It was opened in 1980 [2]. It is red [1]."


@pytest.fixture
def writer(language_models: FakeLanguageModels) -> Writer:
    language_models.reply = TWO
    return Writer(config_of(language_models), {})


def test_a_struck_sentence_is_named_and_counted_in_a_pipe(
    writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    show_written(writer, cited_answer())
    assert capsys.readouterr().out.splitlines() == [
        "",
        "The bridge is 900 m long. [1]",
        "Struck: It was opened in 1980.",
        "It is red. [1]",
        "1 sentence was struck: the sources do not say so.",
    ]


def test_on_a_terminal_it_is_dimmed_and_struck_through_too(writer: Writer, drawn: Callable[..., str]) -> None:
    shown = drawn(lambda: show_written(writer, cited_answer()))
    assert "\x1b[2mStruck: \x1b[0m\x1b[2;9mIt was opened in 1980.\x1b[0m" in shown
    assert "The bridge is 900 m long." in shown
    assert shown.index("1980") < shown.index("It is red.")


@pytest.mark.parametrize(("term", "no_color"), [("xterm-256color", "1"), ("dumb", None)])
def test_without_colours_or_styles_the_word_stands_before_it(
    writer: Writer,
    drawn: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
    term: str,
    no_color: str | None,
) -> None:
    if no_color:
        monkeypatch.setenv("NO_COLOR", no_color)
    shown = drawn(lambda: show_written(writer, cited_answer()), term=term)
    assert "Struck: It was opened in 1980." in re.sub(r"\x1b\[[\d;]*m", "", shown)
    assert "1 sentence was struck" in shown


def test_if_nothing_is_left_the_answer_stands_alone(
    writer: Writer, language_models: FakeLanguageModels, capsys: pytest.CaptureFixture[str]
) -> None:
    language_models.reply = "It was opened in 1980 [2]. You are free [1]."
    show_written(writer, cited_answer())
    assert capsys.readouterr().out.splitlines() == [
        "",
        "Struck: It was opened in 1980.",
        "Struck: You are free.",
        "Nothing that llama3.2 wrote stands in these sentences; the answer above stands.",
    ]


def test_a_model_that_finds_no_answer_is_quoted_as_such(
    writer: Writer, language_models: FakeLanguageModels, capsys: pytest.CaptureFixture[str]
) -> None:
    language_models.reply = "The sentences do not say."
    show_written(writer, cited_answer(), blank_line=False)
    assert capsys.readouterr().out == (
        "llama3.2 finds no answer in these sentences; the answer above stands.\n"
    )


def test_a_failure_is_a_warning_and_prints_nothing(
    writer: Writer,
    language_models: FakeLanguageModels,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    language_models.order(Reply(status=500), say("The bridge is red [1]. It is lo", Ending.CUT))
    show_written(writer, cited_answer())
    assert capsys.readouterr().out == ""
    show_written(writer, cited_answer(), blank_line=False)  # what was whole before stands
    assert capsys.readouterr().out == "The bridge is red. [1]\n"
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [line.partition(" ")[2] for line in warnings] == [
        "reports an error (HTTP status 500).",
        "broke off.",
    ]


def test_where_the_articles_do_not_say_nothing_is_written(
    writer: Writer, language_models: FakeLanguageModels, capsys: pytest.CaptureFixture[str]
) -> None:
    show_written(writer, cited_answer(answerable=False))
    assert capsys.readouterr().out == ""
    assert language_models.paths == []


def test_what_a_model_writes_cannot_command_the_terminal(
    writer: Writer, language_models: FakeLanguageModels, drawn: Callable[..., str]
) -> None:
    language_models.reply = "The bridge is \x1b]0;owned\x07 red and [bold]long[/bold] [1]."
    shown = drawn(lambda: show_written(writer, cited_answer()))
    assert "\x1b]0" not in shown
    assert "[bold]long[/bold]" in shown
