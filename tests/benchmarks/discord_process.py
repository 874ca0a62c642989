"""A `footnote bot` as a process of its own on the fake Discord, seen from outside."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.fake_discord import FakeDiscord
from tests.support.paths import QUESTIONS as QUESTION_FILE
from tests.support.paths import ROOT

QUESTIONS = [json.loads(line)["question"] for line in QUESTION_FILE.read_text("utf-8").splitlines()]
LEFT_ALONE = re.compile(r"never retrieved|never awaited|was destroyed but")


class BotProcess:
    """A running bot."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.events: list[dict[str, Any]] = []
        """Warnings and errors of its log."""
        self.strange: list[str] = []
        """Lines that are no event of its log, or tell of errors that nobody took care of."""
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self._process.stderr is not None
        async for raw in self._process.stderr:
            line = raw.decode(errors="replace").rstrip()
            try:
                event = json.loads(line)
            except ValueError:
                self.strange.append(line)
                continue
            if LEFT_ALONE.search(event["event"]):
                self.strange.append(line)
            if event["level"] not in ("info", "debug"):
                self.events.append(event)

    def status(self, key: str) -> int:
        """Return a number of the kernel's account of it: `VmRSS` in kB, `Threads`."""
        text = Path(f"/proc/{self._process.pid}/status").read_text("ascii")
        found = re.search(rf"^{key}:\s+(\d+)", text, re.MULTILINE)
        assert found is not None
        return int(found[1])

    def files(self) -> int:
        """Return how many files and sockets it has open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    async def stop(self) -> int:
        """End it as a service manager does; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self._process.wait(), 30)
        await self._reading
        return code


@asynccontextmanager
async def running(discord: FakeDiscord, config: Path, **settings: object) -> AsyncIterator[BotProcess]:
    """Run a bot with the library of a configuration file, to which the keys of `[discord]` are added."""
    keys: dict[str, object] = {
        "api_base": discord.api_base,
        "directory": "bot",
        "questions_per_minute": 0,
        "server_questions_per_minute": 0,
        **settings,
    }
    own = config.with_name("discord.toml")
    lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in keys.items())
    own.write_text(f"{config.read_text('utf-8')}\n[discord]\n{lines}", "utf-8")
    command = [sys.executable, "-m", "bot", "--config", str(own), "bot", "--log-format", "json"]
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "DISCORD_BOT_TOKEN": discord.token},
        cwd=ROOT,
        stderr=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    bot = BotProcess(process)
    try:
        await discord.ready(timeout=120)
        await discord.synced()
        await asyncio.sleep(3)  # discord.py waits two seconds for servers before it says that it is ready
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
