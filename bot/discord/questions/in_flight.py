"""What is being answered, so that a stop can wait for it, and end what takes too long."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

FAREWELL = 1.0
"""Seconds to tell those who wait that they are given up."""

T = TypeVar("T")


class LeavingError(Exception):
    """The bot stops, and does not wait for this any longer."""


class InFlight:
    """The tasks that people wait for; belongs to one event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._computing: set[asyncio.Task[Any]] = set()
        self._given_up: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count the current task as in flight; inside of itself it changes nothing."""
        task = _current()
        if task in self._tasks:
            yield
            return
        self._begun(task)
        try:
            yield
        finally:
            self._ended(task)

    def whole_task(self) -> None:
        """Count the current task as in flight until it ends, whatever becomes of it."""
        task = _current()
        if task not in self._tasks:
            self._begun(task)
            task.add_done_callback(self._ended)

    async def computed(self, work: Awaitable[T]) -> T:
        """Wait for something that takes a while. Raises LeavingError where the bot gives it up."""
        task = _current()
        self._computing.add(task)
        try:
            return await work
        except asyncio.CancelledError:
            if task not in self._given_up:
                raise
            self._given_up.discard(task)
            task.uncancel()
            raise LeavingError from None
        finally:
            self._computing.discard(task)

    async def finished(self, within: float) -> int:
        """Wait until nothing is in flight, at most `within` seconds; end the rest, and return how many.

        What is still computed shortly before gets a LeavingError, which leaves the time to say so.
        """
        farewell = min(FAREWELL, within / 2)
        if await self._wait(within - farewell):
            return 0
        told = set(self._computing)
        self._given_up |= told
        for task in told:
            task.cancel()
        if await self._wait(farewell):
            return len(told)
        rest = set(self._tasks)
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=FAREWELL)
        return len(told | rest)

    def _begun(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        self._idle.clear()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._idle.set()

    async def _wait(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _current() -> asyncio.Task[Any]:
    if (task := asyncio.current_task()) is None:
        raise RuntimeError("expected to run in a task")
    return task
