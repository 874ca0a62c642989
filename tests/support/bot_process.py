"""A `footnote bot` in a process of its own, for the tests of its life."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.fake_discord import FakeDiscord
from tests.support.paths import ROOT

QUESTION = "How long is the red bridge?"
WRONG_TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))


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

    async def line(self, pattern: str, timeout: float = 120.0) -> "re.Match[str]":
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

    async def ended(self, within: float = 120.0) -> int:
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


async def page(address: str, name: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}/{name}") as response:
        return response.status, await response.text()
