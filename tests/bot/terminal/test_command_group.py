"""Errors of commands become messages, remedies and exit codes."""

import errno

import click
import pytest
from click.testing import CliRunner, Result

from bot.feedback.store import FeedbackError
from bot.terminal.cli import main
from bot.terminal.command_group import EXIT_CODES, GlobalOptions, Group, exit_code, global_options
from index.errors import (
    ConfigurationError,
    EmptyQuestionError,
    FootnoteError,
    IndexMissingError,
    ModelDamagedError,
    ModelMissingError,
)


def run(error: BaseException, *arguments: str, interrupts: int = 0) -> Result:
    @click.group(cls=Group)
    @global_options
    def group() -> None:
        pass

    @group.command(examples=("footnote fail",))
    @global_options
    def fail() -> None:
        """Fail."""
        raise error

    options = GlobalOptions(interrupts=[2] * interrupts)
    return CliRunner().invoke(group, [*arguments, "fail"], obj=options)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("wrong"), 78),
        (ModelMissingError("not here"), 78),
        (ModelDamagedError("half"), 1),
        (EmptyQuestionError("empty"), 2),
        (IndexMissingError("none"), 1),
        (FeedbackError("full"), 1),
        (FootnoteError("other"), 1),
    ],
)
def test_each_error_has_its_exit_code(error: FootnoteError, code: int) -> None:
    assert exit_code(error) == run(error).exit_code == code
    assert code in EXIT_CODES


def test_an_error_is_one_line_and_its_remedy_another() -> None:
    assert run(IndexMissingError("there is no index")).stderr == (
        "error: there is no index\n  Run `footnote index`.\n"
    )
    assert run(FootnoteError("a \x1b[31m b"), "-q").stderr == "error: a \ufffd[31m b\n"


def test_an_unexpected_error_is_one_line_without_a_traceback() -> None:
    result = run(ZeroDivisionError("by nothing"))
    assert result.exit_code == 1
    assert result.stderr == "error: unexpected ZeroDivisionError: by nothing\n  Run with -vv for more.\n"


def test_vv_shows_where_an_error_came_from() -> None:
    for error in (ZeroDivisionError("by nothing"), FootnoteError("by nothing")):
        result = run(error, "-vv")
        assert "Traceback" in result.stderr
        assert "Run with -vv" not in result.stderr


@pytest.mark.parametrize(
    ("error", "interrupts"), [(KeyboardInterrupt(), 0), (ImportError("half"), 1), (FootnoteError("half"), 1)]
)
def test_an_interrupt_is_130_whatever_error_it_became(error: BaseException, interrupts: int) -> None:
    result = run(error, interrupts=interrupts)
    assert (result.exit_code, result.stderr) == (130, "error: interrupted\n")


def test_a_command_s_help_ends_with_examples_and_the_group_s_with_exit_codes() -> None:
    @click.group(cls=Group, examples=("footnote one",))
    def group() -> None:
        pass

    @group.command(examples=("footnote two --all",))
    def two() -> None:
        """Do two things."""

    def shown(*arguments: str) -> str:
        return CliRunner().invoke(group, arguments).stdout

    assert shown("two", "--help").endswith("Examples:\n  footnote two --all\n")
    assert "Examples:\n  footnote one\n" in shown("--help")
    assert "130 interrupted." in shown("--help")


def test_an_error_of_the_system_names_its_file() -> None:
    result = run(OSError(errno.EACCES, "Permission denied", "file"))
    assert result.stderr.startswith("error: file: Permission denied\n")


@pytest.mark.parametrize("columns", [50, 80])
def test_summaries_of_commands_are_whole(columns: int) -> None:
    run = CliRunner().invoke(main, ["--help"], terminal_width=columns)
    text = " ".join(run.output.partition("Commands:")[2].split())
    assert "..." not in text
    assert all(command.get_short_help_str(1000) in text for command in main.commands.values())
