"""What every command shares: the options before or after its name, and errors in words with an exit code."""

import contextlib
import errno
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from bot.remedies import remedy_for
from bot.terminal import messages
from bot.verbosity import DEBUG, NORMAL, QUIET
from bot.wording import in_words, safe
from index.errors import ConfigurationError, EmptyQuestionError, FootnoteError, ModelMissingError

if TYPE_CHECKING:
    from bot.config import Config

FAILED, USAGE, UNANSWERED, CONFIGURATION, INTERRUPTED = 1, 2, 3, 78, 130
EXIT_CODES = {
    0: "answered or done",
    FAILED: "something failed",
    USAGE: "wrong usage",
    UNANSWERED: "the articles do not say",
    CONFIGURATION: "wrong configuration",
    INTERRUPTED: "interrupted",
}
_ERROR_CODES: dict[type, int] = {
    ConfigurationError: CONFIGURATION,
    ModelMissingError: CONFIGURATION,  # a missing file that the configuration names
    EmptyQuestionError: USAGE,
}

log = logging.getLogger(__name__)
Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass
class GlobalOptions:
    """The global options of one run, gathered from before and after the command's name.

    `interrupts` grows with every Ctrl-C, whatever exception comes of it.
    """

    config_path: Path | None = None
    verbosity: int = NORMAL
    interrupts: list[int] = field(default_factory=list)

    def config(self) -> "Config":
        """Read the configuration. Raises ConfigurationError."""
        from bot.config import find_config, read_config

        path = find_config(self.config_path)
        log.debug("Configuration: %s", path or "none found, the defaults")
        return read_config(path)


def _set_config(context: click.Context, _: click.Parameter, value: Path | None) -> None:
    if value is not None:
        context.ensure_object(GlobalOptions).config_path = value


def _louder(context: click.Context, _: click.Parameter, value: int) -> None:
    context.ensure_object(GlobalOptions).verbosity += value


def _quieter(context: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        context.ensure_object(GlobalOptions).verbosity = QUIET


def global_options(function: Function) -> Function:
    """Add `--config`, `-v` and `-q` to a command or to the group."""
    options = (
        click.option(
            "--config",
            type=click.Path(path_type=Path),
            metavar="PATH",
            expose_value=False,
            callback=_set_config,
            help="Configuration file.",
        ),
        click.option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            callback=_louder,
            help="Say more; twice, with tracebacks.",
        ),
        click.option(
            "-q", "--quiet", is_flag=True, expose_value=False, callback=_quieter, help="Say errors only."
        ),
        click.help_option("-h", "--help", help="Show this help."),
    )
    for option in reversed(options):
        function = option(function)
    return function


class WithExamples(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples, a line each."""
        with formatter.section("Examples"):
            formatter.write("".join(f"  {example}\n" for example in self.examples))


class Command(WithExamples):
    """A command that sets up messages once its options are read."""

    def invoke(self, context: click.Context) -> Any:
        """Run the command."""
        messages.configure(context.ensure_object(GlobalOptions).verbosity)
        return super().invoke(context)


class Group(WithExamples, click.Group):
    """The one place where errors become words and exit codes; no traceback without `-vv`."""

    command_class = Command

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the command line, with streams where the shell closed some, as in `2>&-`."""
        for name in ("stdin", "stdout", "stderr"):
            if getattr(sys, name) is None:
                nowhere = os.open(os.devnull, os.O_RDWR)
                setattr(sys, name, os.fdopen(nowhere, "r" if name == "stdin" else "w"))
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # from printing help or the version; a command's own are caught below
            _forget_stdout()
            complain(in_words(error))
            sys.exit(FAILED)

    def list_commands(self, context: click.Context) -> list[str]:
        """List the commands in the order that a person meets them in."""
        return list(self.commands)

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the examples and the exit codes."""
        super().format_epilog(context, formatter)
        with formatter.section("Exit codes"):
            formatter.write_text(", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + ".")

    def invoke(self, context: click.Context) -> Any:
        """Run the command that was asked for, and leave with the exit code that the error stands for."""
        setting = context.ensure_object(GlobalOptions)
        try:
            result = super().invoke(context)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            complain("interrupted")
            context.exit(INTERRUPTED)
        except FootnoteError as error:
            trace(setting, error)
            if setting.interrupts:
                complain("interrupted")
                context.exit(INTERRUPTED)
            complain(error.message, remedy_for(error))
            context.exit(exit_code(error))
        except Exception as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                _forget_stdout()
                context.exit(0)
            trace(setting, error)
            if setting.interrupts:
                complain("interrupted")
                context.exit(INTERRUPTED)
            complain(in_words(error), "" if setting.verbosity >= DEBUG else "Run with -vv for more.")
            context.exit(FAILED)


def exit_code(error: FootnoteError) -> int:
    """Return the exit code that an error stands for."""
    return next((_ERROR_CODES[kind] for kind in type(error).__mro__ if kind in _ERROR_CODES), FAILED)


def complain(message: str, remedy: str = "") -> None:
    """Write an error to stderr, below it what mends it; said however quiet the run is."""
    with contextlib.suppress(OSError):  # stderr may be closed: nobody listens
        click.echo(f"error: {safe(message)}", err=True)
        if remedy:
            click.echo(f"  {safe(remedy)}", err=True)


def trace(setting: GlobalOptions, error: Exception) -> None:
    """Show where an error came from, with `-vv`."""
    if setting.verbosity >= DEBUG:
        lines = "".join(traceback.format_exception(error)).splitlines()
        with contextlib.suppress(OSError):
            click.echo("\n".join(map(safe, lines)), err=True)


def _forget_stdout() -> None:
    """Point stdout nowhere: its reader is gone, and the interpreter's last flush must not complain."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
