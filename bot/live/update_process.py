"""Index updates in a separate process, so that the memory they need is not taken from the bot.

The bot goes on answering, undisturbed by the update's work, and survives if the update runs out of memory.
The child inherits the bot's environment, from which the token has been removed.
"""

import asyncio
import contextlib
import logging
import math
import multiprocessing
import os
import signal
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol, TypeVar

from bot.config import BotConfig
from bot.telemetry.log_format import fields
from index.building.report import BuildReport
from index.building.update import update
from index.errors import FootnoteError
from index.records import Progress

STAGE_INTERVAL = 10.0
"""Seconds between two lines of the log on one stage."""

_SPAWN = multiprocessing.get_context("spawn")
_NICENESS = 5  # answers come first
_LONGEST_LAST_LINE = 500  # characters

T = TypeVar("T")
Update = Callable[[BotConfig, Progress, float], BuildReport]


class WorkInChild(Protocol):
    """What does work as `work_in_child` does."""

    async def __call__(
        self, config: BotConfig, wait: float, work: Callable[[BotConfig, Progress, float], T], doing: str
    ) -> T:
        """Return what `work` returns."""


log = logging.getLogger(__name__)


async def update_in_child(
    config: BotConfig, wait: float, work: Update = update, context: BaseContext = _SPAWN
) -> BuildReport:
    """Bring the index up to date as `update` does, in a child process that is killed if this is cancelled.

    Raises what `update` does, and FootnoteError if the child died.
    """
    return await work_in_child(config, wait, work, "updating the index", context)


async def work_in_child(
    config: BotConfig,
    wait: float,
    work: Callable[[BotConfig, Progress, float], T],
    doing: str,
    context: BaseContext = _SPAWN,
) -> T:
    """Return what `work` returns, done in a child process that is killed if this is cancelled.

    Raises what `work` does, and FootnoteError if the child died; it says what it was `doing`, and ends with
    the last line that the child wrote to stderr. `context` says how the child is started.
    """
    stages, sender = context.Pipe(duplex=False)
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    stderr = Path(folder.name, "stderr")
    earlier = multiprocessing.active_children()
    pool = ProcessPoolExecutor(1, context, _prepare_child, (sender, stderr))
    report = asyncio.wrap_future(pool.submit(_work, work, config, wait))
    (child,) = (process for process in multiprocessing.active_children() if process not in earlier)
    sender.close()  # the child has the last one, so that the pipe ends with it
    # None of the event loop's own: a child has one as long as it lives, and ends only with a second.
    threads = ThreadPoolExecutor(2, "child")
    loop = asyncio.get_running_loop()
    logging_stages = loop.run_in_executor(threads, _log_stages, stages)
    try:
        return await report
    except asyncio.CancelledError:
        child.kill()
        raise
    except BrokenProcessPool:
        await loop.run_in_executor(threads, pool.shutdown)
        raise FootnoteError(f"{doing} ended with {_ending(child, stderr)}") from None
    except (KeyboardInterrupt, SystemExit) as error:  # the child's; raised here, it would stop the event loop
        raise FootnoteError(f"{doing} ended with {type(error).__name__}") from None
    finally:
        ended = loop.run_in_executor(threads, pool.shutdown)
        threads.shutdown(wait=False)  # once these two are done
        await asyncio.shield(ended)
        await asyncio.shield(logging_stages)
        folder.cleanup()


def _ending(child: BaseProcess, stderr: Path) -> str:
    code = child.exitcode or 0
    ending = f"status {code}" if code >= 0 else signal.Signals(-code).name
    written = stderr.read_text(encoding="utf-8", errors="replace") if stderr.exists() else ""
    last_line = written.strip().rpartition("\n")[2][-_LONGEST_LAST_LINE:]
    return f"{ending}: {last_line}".removesuffix(": ")


def _log_stages(stages: Connection) -> None:
    with stages, contextlib.suppress(EOFError, OSError):
        while True:
            stage, done, total = stages.recv()
            log.info("indexing", extra=fields(stage=stage, done=done, total=total))


def throttle(progress: Progress, interval: float, clock: Callable[[], float] = time.monotonic) -> Progress:
    """Return a `progress` that reports each stage when it begins, then at most every `interval` seconds."""
    reported: dict[str, float] = {}

    def report(stage: str, done: int, total: int) -> None:
        now = clock()
        if total and now - reported.get(stage, -math.inf) >= interval:
            reported[stage] = now
            progress(stage, done, total)

    return report


_bot: Connection | None = None
"""In a child process: the connection to the bot, over which it reports its stages."""


def _prepare_child(bot: Connection, stderr: Path) -> None:
    """Lower the priority, keep output out of the bot's log, and end when the bot ends."""
    # The terminal sends Ctrl-C to the child too; its KeyboardInterrupt would come back pickled and stop the
    # bot's event loop.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    global _bot
    _bot = bot
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := multiprocessing.parent_process():
        parent.join()
    os._exit(1)


def _work(work: Callable[[BotConfig, Progress, float], T], config: BotConfig, wait: float) -> T:
    return work(config, throttle(_send_stage, STAGE_INTERVAL), wait)


def _send_stage(stage: str, done: int, total: int) -> None:
    if _bot is not None:
        _bot.send((stage, done, total))
