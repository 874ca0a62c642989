"""Tasks that people wait for, so that a stop can wait for them and end what takes too long."""

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

NOTICE_TIME = 1.0
"""Seconds to tell those who wait that they are given up."""

T = TypeVar("T")


class ShutdownError(Exception):
    """The bot stops, and does not wait for this any longer."""


class InFlight:
    """The tasks that people wait for; belongs to one event loop."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self._interruptible: set[asyncio.Task[Any]] = set()
        self._given_up: set[asyncio.Task[Any]] = set()
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        """Count the tasks."""
        return len(self._tasks)

    @contextmanager
    def track(self) -> Iterator[None]:
        """Count the current task as in flight inside the block; a block inside another changes nothing."""
        task = _current_task()
        if task in self._tasks:
            yield
            return
        self._add(task)
        try:
            yield
        finally:
            self._remove(task)

    def track_until_done(self) -> None:
        """Count the current task as in flight until it ends, whatever becomes of it."""
        task = _current_task()
        if task not in self._tasks:
            self._add(task)
            task.add_done_callback(self._remove)

    async def wait_for(self, work: Awaitable[T]) -> T:
        """Wait for something that takes a while. Raises ShutdownError if `finish` gives it up."""
        task = _current_task()
        self._interruptible.add(task)
        try:
            return await work
        except asyncio.CancelledError:
            if task not in self._given_up:
                raise
            self._given_up.discard(task)
            task.uncancel()
            raise ShutdownError from None
        finally:
            self._interruptible.discard(task)

    async def finish(self, within: float) -> int:
        """Wait until nothing is in flight, at most `within` seconds; end the rest, and return how many.

        Shortly before that, whatever `wait_for` still waits for is given up, so that there is time to say so.
        """
        notice_time = min(NOTICE_TIME, within / 2)
        if await self._wait_until_idle(within - notice_time):
            return 0
        interrupted = set(self._interruptible)
        self._given_up |= interrupted
        for task in interrupted:
            task.cancel()
        if await self._wait_until_idle(notice_time):
            return len(interrupted)
        rest = set(self._tasks)
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=NOTICE_TIME)
        return len(interrupted | rest)

    def _add(self, task: asyncio.Task[Any]) -> None:
        self._tasks.add(task)
        self._idle.clear()

    def _remove(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._idle.set()

    async def _wait_until_idle(self, seconds: float) -> bool:
        try:
            await asyncio.wait_for(self._idle.wait(), seconds)
        except TimeoutError:
            return False
        return True


def _current_task() -> asyncio.Task[Any]:
    if (task := asyncio.current_task()) is None:
        raise RuntimeError("expected to run in a task")
    return task
