"""A `footnote bot` in a process of its own, for tests of its life; or in this one, if it ends by itself."""

import asyncio
import io
import logging
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, redirect_stderr
from pathlib import Path

import aiohttp
import pytest

from bot.discord import running
from bot.terminal import run_bot
from bot.terminal.command_group import GlobalOptions
from bot.verbosity import NORMAL, set_levels
from tests.fake_discord import FakeDiscord
from tests.support.paths import ROOT

QUESTION = "How long is the red bridge?"
WRONG_TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))

LONGEST = 120.0
"""Seconds that a bot may take to write a line, or to end: far more than it does on a busy machine."""


class Process:
    """A `footnote bot` of its own, and the lines that it writes to stderr."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr
        async for line in self.process.stderr:
            self.lines.append(line.decode().rstrip("\n"))
            self._more.set()
            self._more = asyncio.Event()

    async def line(self, pattern: str, timeout: float = LONGEST) -> "re.Match[str]":
        """Wait for a line that matches."""
        try:
            async with asyncio.timeout(timeout):
                while True:
                    more = self._more
                    for line in self.lines:
                        if found := re.search(pattern, line):
                            return found
                    await more.wait()
        except TimeoutError:
            raise AssertionError(f"no {pattern!r} in:\n" + "\n".join(self.lines)) from None

    async def ended(self, within: float = LONGEST) -> int:
        """Wait for the end; returns the exit code."""
        async with asyncio.timeout(within):
            code = await self.process.wait()
            await self._reading
        return code

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)


def written(
    library: Path, folder: Path, discord: FakeDiscord, *more: str, watch: int = 0, reader: str = "none"
) -> Path:
    """Write a configuration over what lies below `library`; returns its path.

    Without a reader, as to load one takes as long as all else that a bot does to start.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sections = (
        f"[corpus]\ndirectory = '{library / 'corpus'}'",
        f"[index]\ndirectory = '{library / 'index'}'\nwatch = {watch}",
        f"[answer]\nreader = '{reader}'",
        f"[discord]\napi_base = '{discord.api_base}'\ndirectory = 'bot'",
        *more,
    )
    path = folder / "config.toml"
    path.write_text("\n".join(sections), "utf-8")
    return path


@asynccontextmanager
async def footnote_bot(config: Path, token: str | None, *arguments: str) -> AsyncIterator[Process]:
    environment = {**os.environ, **({} if token is None else {"DISCORD_BOT_TOKEN": token})}
    command = [sys.executable, "-m", "bot", "--config", str(config), "bot", *arguments]
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=ROOT,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    started = Process(process)
    try:
        yield started
    finally:
        if process.returncode is None:
            process.kill()
        await started.ended()


async def start_here(
    config: Path,
    token: str | None,
    *,
    sync: str | None = None,
    log_format: str = "text",
    verbosity: int = NORMAL,
) -> tuple[int, list[str]]:
    """Do in a thread of this process what the command does in one of its own, which takes seconds to start.

    Returns the exit code and the lines that went to stderr, once the bot has ended by itself: signals, which
    a thread cannot receive, do not reach it.
    """

    def run(life: Callable[[asyncio.Event], Awaitable[None]]) -> None:
        async def without_signals() -> None:
            async with asyncio.timeout(LONGEST):
                await life(asyncio.Event())

        asyncio.run(without_signals())

    options = GlobalOptions(config, verbosity=verbosity)
    with pytest.MonkeyPatch.context() as patch, _log_as_before(), redirect_stderr(io.StringIO()) as err:
        patch.setattr(running, "run_until_signalled", run)
        patch.setenv("PYTHONSAFEPATH", "")
        if token is None:
            patch.delenv("DISCORD_BOT_TOKEN", raising=False)
        else:
            patch.setenv("DISCORD_BOT_TOKEN", token)
        code = await asyncio.to_thread(run_bot.start, options, sync, log_format)
    return code, err.getvalue().splitlines()


@contextmanager
def _log_as_before() -> Iterator[None]:
    """Undo what a command sets of the log."""
    root, library = logging.getLogger(), logging.getLogger("discord")
    handlers, level = root.handlers.copy(), library.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        library.setLevel(level)
        set_levels(NORMAL)
        logging.captureWarnings(False)


async def page(address: str, name: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}/{name}") as response:
        return response.status, await response.text()
