"""The group of commands: options before or after a command's name, and errors as messages and exit codes."""

import contextlib
import errno
import io
import logging
import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from typing_extensions import override

from bot.remedies import remedy_for
from bot.terminal import messages
from bot.verbosity import DEBUG, NORMAL, QUIET
from bot.wording import error_message, safe
from index.errors import ConfigurationError, EmptyQuestionError, FootnoteError, ModelMissingError

if TYPE_CHECKING:
    from bot.config import BotConfig

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
    """The global options of one run, collected from before and after the command's name.

    `server` is the id of the server whose library is meant, None for the common one. `interrupts` grows with
    every Ctrl-C, whatever exception results from it.
    """

    config_path: Path | None = None
    server: int | None = None
    verbosity: int = NORMAL
    interrupts: list[int] = field(default_factory=list)

    def config(self, *, new_server: bool = False) -> "BotConfig":
        """Read the configuration, of a server's library if one is meant; a `new_server` gets its folder.

        Raises ConfigurationError, and OSError if that folder cannot be made.
        """
        from bot.config import find_config, read_config

        path = find_config(self.config_path)
        log.debug("Configuration: %s", path or "none found, the defaults")
        config = read_config(path)
        if self.server is None:
            return config
        from bot.server_folders import config_of_server

        return config_of_server(config, self.server, new=new_server)


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
            type=click.Path(path_type=Path, readable=False),  # that a file cannot be read is no wrong usage
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
            help="Print more; -vv adds tracebacks.",
        ),
        click.option(
            "-q", "--quiet", is_flag=True, expose_value=False, callback=_quieter, help="Print errors only."
        ),
        click.help_option("-h", "--help", help="Show this help."),
    )
    for option in reversed(options):
        function = option(function)
    return function


class CommandWithExamples(click.Command):
    """A command whose help ends with examples."""

    def __init__(self, *args: Any, examples: tuple[str, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.examples = examples

    @override
    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Examples"):
            formatter.write("".join(f"  {example}\n" for example in self.examples))


class Command(CommandWithExamples):
    """A command that sets up messages once its options are read."""

    @override
    def invoke(self, context: click.Context) -> Any:
        messages.configure_messages(context.ensure_object(GlobalOptions).verbosity)
        return super().invoke(context)


class Group(CommandWithExamples, click.Group):
    """Commands whose errors become messages and exit codes here; no traceback without `-vv`."""

    command_class = Command

    @override
    def main(self, *args: Any, **kwargs: Any) -> Any:
        # The shell may have closed streams, as in `2>&-`.
        for name in ("stdin", "stdout", "stderr"):
            if getattr(sys, name) is None:
                device = os.open(os.devnull, os.O_RDWR)
                setattr(sys, name, os.fdopen(device, "r" if name == "stdin" else "w"))
        _replace_unencodable()
        try:
            return super().main(*args, **kwargs)
        except OSError as error:  # from printing help or the version; `invoke` catches those of commands
            _discard_stdout()
            complain(error_message(error))
            sys.exit(FAILED)

    @override
    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)  # in the order in which a person needs them, not the alphabet's

    @override
    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        # Whole summaries, wrapped: click cuts them off.
        rows = [(name, command.get_short_help_str(limit=1000)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    @override
    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(context, formatter)
        with formatter.section("Exit codes"):
            formatter.write_text(", ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()) + ".")

    @override
    def invoke(self, context: click.Context) -> Any:
        try:
            result = super().invoke(context)
            sys.stdout.flush()
            return result
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:
            if isinstance(error, OSError) and error.errno == errno.EPIPE:
                _discard_stdout()
                context.exit(0)
            context.exit(_report(error, context.ensure_object(GlobalOptions)))


def _report(error: Exception | KeyboardInterrupt, options: GlobalOptions) -> int:
    """Say on stderr why the run ends, and return its exit code."""
    if not isinstance(error, KeyboardInterrupt | click.Abort):
        write_traceback(options, error)
    if isinstance(error, KeyboardInterrupt | click.Abort) or options.interrupts:  # which may raise anything
        complain("interrupted")
        return INTERRUPTED
    if isinstance(error, FootnoteError):
        complain(error.message, remedy_for(error))
        return exit_code(error)
    complain(error_message(error), "" if options.verbosity >= DEBUG else "Run with -vv for more.")
    return FAILED


def exit_code(error: FootnoteError) -> int:
    """Return the exit code that an error stands for."""
    return next((_ERROR_CODES[kind] for kind in type(error).__mro__ if kind in _ERROR_CODES), FAILED)


def complain(message: str, remedy: str = "") -> None:
    """Write an error to stderr, with its remedy below it, however quiet the run is."""
    with contextlib.suppress(OSError):  # stderr may be closed
        click.echo(f"error: {safe(message)}", err=True)
        if remedy:
            click.echo(f"  {safe(remedy)}", err=True)


def write_traceback(options: GlobalOptions, error: BaseException) -> None:
    """Write an error's traceback to stderr, with `-vv`."""
    if options.verbosity >= DEBUG:
        lines = "".join(traceback.format_exception(error)).splitlines()
        with contextlib.suppress(OSError):
            click.echo("\n".join(map(safe, lines)), err=True)


def _replace_unencodable() -> None:
    """Write "?" for characters that the encoding of stdout or stderr lacks, rather than fail half-way."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="replace")


def _discard_stdout() -> None:
    """Point stdout at the null device: its reader is gone, and the last flush at exit must not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
