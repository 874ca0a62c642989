"""Progress bars of the training commands."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from index.records import Progress

Item = TypeVar("Item")


@contextmanager
def progress_bars(console: Console | None = None) -> Iterator[Progress]:
    """Show a bar for each stage that reports its progress to the function that this yields."""
    with Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console or Console(stderr=True),
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage)
            bars.update(tasks[stage], completed=done, total=total)

        yield report


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Report progress to nobody."""


def tracked(items: Iterable[Item], total: int, stage: str, progress: Progress) -> Iterator[Item]:
    """Yield items and report each once it is dealt with."""
    for number, item in enumerate(items, 1):
        yield item
        progress(stage, number, total)
