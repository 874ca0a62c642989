"""Progress of a long task: bars if stderr is a terminal, else a line for each stage; nothing if quiet."""

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
    "read": "reading articles",
    "load the model": "loading the model",
    "split into sentences": "splitting into sentences",
    "embed": "embedding texts",
    "write": "writing the index",
    "export the reader": "exporting the reader",
}


@contextmanager
def progress(*, lines: bool = True) -> Iterator[Progress]:
    """Yield a Progress that shows each stage on stderr until the block ends; `lines=False` shows bars only.

    It raises KeyboardInterrupt if an import swallowed a Ctrl-C, as when a file format's parser is loaded:
    the file would count as unreadable.
    """
    context = click.get_current_context(silent=True)
    options = context.find_object(GlobalOptions) if context else None
    with _shown(lines) as show:

        def report(stage: str, done: int, total: int) -> None:
            if options and options.interrupts:
                raise KeyboardInterrupt
            show(stage, done, total)

        yield report


@contextmanager
def _shown(lines: bool) -> Iterator[Progress]:
    if not log.isEnabledFor(logging.INFO):
        yield _nothing
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bars() as report:
            yield report
    else:
        yield _lines() if lines else _nothing


def _nothing(stage: str, done: int, total: int) -> None:
    """Show nothing."""


def _lines() -> Progress:
    logged: set[str] = set()

    def report(stage: str, done: int, total: int) -> None:
        if total and stage not in logged:
            logged.add(stage)
            log.info("%s (%d)", _WORDS.get(stage, stage), total)

    return report


@contextmanager
def _bars() -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True, expand=False) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(_WORDS.get(stage, stage), total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield report
