"""Progress of a long task: bars if stderr is a terminal; elsewhere only what happens once is said."""

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from bot.terminal.command_group import GlobalOptions
from index.records import Progress

log = logging.getLogger(__name__)

_WORDS = {
    "copy files": "copying files",
    "fetch": "fetching pages",
    "read": "reading articles",
    "export the encoder": "preparing the model (only this once)",
    "load the model": "loading the model",
    "split into sentences": "splitting into sentences",
    "embed": "embedding texts",
    "write": "writing the index",
    "export the reader": "preparing the reader (only this once)",
}
_ONCE = ("export the encoder", "export the reader")


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a Progress that shows each stage on stderr until the block ends.

    It raises KeyboardInterrupt if an import swallowed a Ctrl-C, as when a file format's parser is loaded:
    the file would count as unreadable.
    """
    context = click.get_current_context(silent=True)
    options = context.find_object(GlobalOptions) if context else None
    with _shown() as show:

        def report(stage: str, done: int, total: int) -> None:
            if options and options.interrupts:
                raise KeyboardInterrupt
            show(stage, done, total)

        yield report


@contextmanager
def _shown() -> Iterator[Progress]:
    if not log.isEnabledFor(logging.INFO):
        yield _nothing
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bars() as report:
            yield report
    else:
        yield _say_once


def _nothing(stage: str, done: int, total: int) -> None:
    """Show nothing."""


def _say_once(stage: str, done: int, total: int) -> None:
    if stage in _ONCE and not done:
        log.info("%s …", _WORDS[stage])


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[count]}"),
        TimeRemainingColumn(compact=True),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True, expand=False) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            # One step, as of loading a model, has neither a count nor a remaining time: its bar only moves.
            count = f"{done}/{total}" if total > 1 else ""
            if stage not in tasks:
                tasks[stage] = bars.add_task(_WORDS.get(stage, stage), total=total, count=count)
            moving = total == 1 and not done
            bars.update(tasks[stage], completed=done, total=None if moving else total, count=count)

        yield report
