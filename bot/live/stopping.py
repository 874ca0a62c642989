"""The end of a running front end: SIGTERM or Ctrl-C lets it finish, a second one ends it at once."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable

from bot.telemetry.log_format import fields

THREADS_TIMEOUT = 3.0
"""Seconds for threads that nobody waits for; the index is whole whenever they end."""

log = logging.getLogger(__name__)


def end_process(code: int) -> None:
    """End the process, whatever its threads are doing."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def run_until_signalled(
    run: Callable[[asyncio.Event], Awaitable[None]],
    threads_timeout: float = THREADS_TIMEOUT,
    end: Callable[[int], object] = end_process,
) -> None:
    """Run `run` until it is done; the event that it is given is set by SIGTERM or Ctrl-C.

    A second one ends the process at once, by calling `end` with its exit code; so do threads that still run
    `threads_timeout` seconds after a first one. Raises what `run` does.
    """
    asyncio.run(_run(run, threads_timeout, end))


async def _run(
    run: Callable[[asyncio.Event], Awaitable[None]], threads_timeout: float, end: Callable[[int], object]
) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop(number: signal.Signals) -> None:
        if stopping.is_set():
            end(128 + number)
        stopping.set()
        log.info("stopping", extra=fields(signal=number.name))

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C is a KeyboardInterrupt there
            loop.add_signal_handler(number, stop, number)
    await run(stopping)
    if stopping.is_set():
        log.info("stopped")
        timer = threading.Timer(threads_timeout, end, (0,))
        timer.daemon = True
        timer.start()
