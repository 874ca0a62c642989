"""What is written appears below the answer sentence by sentence, and nothing unchecked does."""

import logging
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


def test_in_a_pipe_struck_sentences_are_left_out_and_counted(
    writer: Writer, capsys: pytest.CaptureFixture[str]
) -> None:
    show_written(writer, cited_answer())
    assert capsys.readouterr().out.splitlines() == [
        "",
        "The bridge is 900 m long. [1]",
        "It is red. [1]",
        "1 sentence was struck: the sources do not say so.",
    ]


def test_on_a_terminal_they_are_dimmed_and_struck_through(writer: Writer, drawn: Callable[..., str]) -> None:
    shown = drawn(lambda: show_written(writer, cited_answer()))
    assert "\x1b[2;9mIt was opened in 1980.\x1b[0m" in shown
    assert "The bridge is 900 m long." in shown
    assert shown.index("1980") < shown.index("It is red.")


def test_a_terminal_that_cannot_strike_does_not_show_them(writer: Writer, drawn: Callable[..., str]) -> None:
    shown = drawn(lambda: show_written(writer, cited_answer()), term="dumb")
    assert "1980" not in shown
    assert "1 sentence was struck" in shown


def test_if_nothing_is_left_the_answer_stands_alone(
    writer: Writer, language_models: FakeLanguageModels, capsys: pytest.CaptureFixture[str]
) -> None:
    language_models.reply = "It was opened in 1980 [2]. You are free [1]."
    show_written(writer, cited_answer())
    (blank, line) = capsys.readouterr().out.splitlines()
    assert (blank, line) == (
        "",
        "Nothing that llama3.2 wrote stands in these sentences; the answer above stands.",
    )


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
