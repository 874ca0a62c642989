"""The bot's life, mostly as a process of its own over real sockets."""

import asyncio
import json
import logging
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from bots import bot_config
from loopback import LoopbackDiscord

from bot.config import Config, DiscordSection
from bot.discord import running, start
from bot.discord.health import Health
from bot.discord.log_format import LogHandler
from bot.discord.meter import Meter
from bot.discord.running import Bot
from bot.discord.shelf import Shelf
from bot.frame import Setting
from bot.messages import DEBUG
from index.errors import ConfigurationError, FootnoteError
from index.library import Library

ROOT = Path(__file__).parents[2]
QUESTION = "How long is the red bridge?"


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

    async def line(self, pattern: str, timeout: float = 30.0) -> "re.Match[str]":
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

    async def ended(self, within: float = 20.0) -> int:
        """Wait for the end; returns the exit code."""
        async with asyncio.timeout(within):
            code = await self.process.wait()
            await self._reading
        return code

    def send(self, number: signal.Signals) -> float:
        """Send a signal; returns the time."""
        self.process.send_signal(number)
        return time.monotonic()


def written(library: Path, folder: Path, discord: LoopbackDiscord, *more: str) -> Path:
    """Write a configuration over the shared library; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    sections = (
        f"[corpus]\ndirectory = '{library / 'corpus'}'",
        f"[index]\ndirectory = '{library / 'index'}'\nwatch = 0",
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


async def test_a_whole_life(discord: LoopbackDiscord, library_folder: Path, tmp_path: Path) -> None:
    """Not ready before the gateway is, then ready; stopped, it answers what was asked before it goes."""
    discord.gateway.door.clear()
    config = written(library_folder, tmp_path, discord, "[metrics]\nlisten = '127.0.0.1:0'")
    async with footnote_bot(config, discord.token, "--log-format", "json", "-vv") as bot:
        address = (await bot.line(r'"address": "(127\.0\.0\.1:\d+)"'))[1]
        await bot.line("commands registered")
        status, body = await page(address, "healthz")
        assert (status, json.loads(body)) == (503, {"status": "starting", "reason": "connecting to Discord"})
        discord.gateway.door.set()
        await bot.line('"event": "ready"')
        status, body = await page(address, "healthz")
        health = json.loads(body)
        assert (status, health["status"], health["servers"], health["shards"]) == (200, "ready", 1, 1)
        assert health["articles"] == 4
        library = Library.open(bot_config(library_folder, tmp_path, discord))
        assert (health["generation"], health["fingerprint"]) == (library.generation, library.fingerprint)
        ready = next(event for event in map(json.loads, bot.lines) if event["event"] == "ready")
        assert ready["fingerprint"] == library.fingerprint

        discord.slow("PATCH", "@original", 1.0)
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await asked.acknowledged()
        stopped = bot.send(signal.SIGTERM)
        await bot.line('"event": "stopping"')
        status, body = await page(address, "healthz")
        assert (status, json.loads(body)["status"]) == (503, "stopping")
        await asked.done()
        assert asked.message is not None
        assert "900 metres" in asked.message.text
        assert await bot.ended() == 0
        assert time.monotonic() - stopped < 8
    events = [json.loads(line) for line in bot.lines]
    assert all({"time", "level", "event", "logger"} <= event.keys() for event in events)
    assert [event["event"] for event in events][-1] == "stopped"
    assert not [event for event in events if event["level"] in ("warning", "error")]
    log = "\n".join(bot.lines)
    assert discord.token not in log
    assert asked.token not in log
    assert "red bridge" not in log
    assert discord.gateway.connected == 0


async def test_metrics_are_what_prometheus_reads(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path
) -> None:
    """Also: Ctrl-C ends it with 0, as SIGTERM does; questions are in the log if the owner wants them."""
    config = written(
        library_folder, tmp_path, discord, "log_questions = true", "[metrics]\nlisten = '127.0.0.1:0'"
    )
    async with footnote_bot(config, discord.token) as bot:
        address = (await bot.line(r"address=(\S+)"))[1]
        await bot.line(" ready ")
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await asked.done()
        status, text = await page(address, "metrics")
        assert status == 200
        for line in (
            'footnote_questions_total{outcome="answered",source="slash"} 1.0',
            'footnote_shards{state="ready"} 1.0',
            "footnote_articles 4.0",
            'footnote_stage_seconds_count{stage="compute"} 1.0',
        ):
            assert line in text.splitlines()
        assert re.search(r"footnote_gateway_latency_seconds\{shard=\"0\"\} 0\.\d", text)
        assert re.search(r"footnote_index_info\{.*generation=\"\d+\"", text)
        assert (await page(address, "elsewhere"))[0] == 404
        bot.send(signal.SIGINT)
        assert await bot.ended() == 0
    assert [line for line in bot.lines if "red bridge" in line]
    assert not [line for line in bot.lines if " warning " in line or " error " in line]


async def test_a_second_ctrl_c_ends_it_at_once(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path
) -> None:
    async with footnote_bot(written(library_folder, tmp_path, discord), discord.token) as bot:
        await bot.line(" ready ")
        discord.slow("PATCH", "@original", 3.0)
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await asked.acknowledged()
        bot.send(signal.SIGINT)
        await bot.line("stopping")
        await asyncio.sleep(0.3)
        assert bot.process.returncode is None
        again = bot.send(signal.SIGINT)
        assert await bot.ended() == 130
        assert time.monotonic() - again < 1
    await asyncio.sleep(3.0)  # until the request that nobody waits for has ended


async def test_stopped_while_the_index_is_built(discord: LoopbackDiscord, tmp_path: Path) -> None:
    """Nobody waits for a build: it leaves nothing half."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one.txt").write_text("One sentence stands here.")
    async with footnote_bot(written(tmp_path, tmp_path, discord), discord.token) as bot:
        await bot.line("there is no index")
        stopped = bot.send(signal.SIGTERM)
        assert await bot.ended() == 0
        assert time.monotonic() - stopped < 8
    assert not (tmp_path / "index" / "current").exists()
    assert discord.gateway.identified == []


WRONG_TOKEN = ".".join(("MTIzNDU2Nzg5MDEyMzQ1Njc4", "GaBcDe", "abcdefghijklmnopqrstuvwxyz0123456789ab"))


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (None, "error: no token: set DISCORD_BOT_TOKEN"),
        ("hunter2", "error: DISCORD_BOT_TOKEN: not a bot token"),
        (WRONG_TOKEN, "error: Discord refused the bot's token"),
    ],
)
async def test_a_missing_malformed_or_refused_token_is_one_line(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path, token: str | None, said: str
) -> None:
    if token == WRONG_TOKEN:
        discord.expect(0)
    async with footnote_bot(written(library_folder, tmp_path, discord), token) as bot:
        assert await bot.ended() == 78
    (line,) = bot.lines
    assert line.startswith(said)
    assert token is None or token not in line


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_unexpected_end_does_not_tell_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    def fail(config: Config, token: str) -> None:
        raise ValueError(f"header with {token}") from FootnoteError(token)

    monkeypatch.setattr(running, "run_bot", fail)
    monkeypatch.setenv("DISCORD_BOT_TOKEN", WRONG_TOKEN)
    (tmp_path / "config.toml").touch()
    before = logging.getLogger().handlers.copy()
    try:
        assert start.start(Setting(tmp_path / "config.toml", DEBUG), None, log_format) == 1
    finally:
        logging.getLogger().handlers[:] = before
    err = capsys.readouterr().err
    assert "unexpected ValueError: header with [hidden]" in err
    assert WRONG_TOKEN not in err


async def test_the_end_is_an_event_where_the_log_is_json(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[discord]\nqueue = 'long'\n")
    async with footnote_bot(config, WRONG_TOKEN, "--log-format", "json") as bot:
        assert await bot.ended() == 78
    (line,) = bot.lines
    event = json.loads(line)
    assert event["level"] == "error"
    assert f"{config}: discord.queue" in event["event"]


async def test_refused_by_the_gateway_it_does_not_come_back(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path
) -> None:
    discord.gateway.sharding_required = 4
    config = written(library_folder, tmp_path, discord, "shard_count = 2", "shard_ids = [1]")
    async with footnote_bot(config, discord.token) as bot:
        assert await bot.ended(40) == 78
    assert bot.lines[-1].startswith("error: discord.shard_count: ")
    assert not [line for line in bot.lines if "Traceback" in line]
    assert discord.gateway.closed_with == [4011]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4004, "refused the bot's token"),
        (4010, "discord.shard_ids"),
        (4011, "discord.shard_count"),
        (4012, "discord.api_base"),
        (4013, "intents"),
        (4014, "intents"),
    ],
)
async def test_each_refusal_of_the_gateway_is_a_matter_of_configuration(
    discord: LoopbackDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    code: int,
    said: str,
) -> None:
    shared.setattr(discord.gateway, "_refusal", lambda _: code)
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    with pytest.raises(ConfigurationError, match=re.escape(said)) as caught:
        await bot.run(asyncio.Event())
    assert str(code) in caught.value.message or code == 4004
    assert discord.gateway.closed_with == [code]


@pytest.fixture
def shared(library: Library, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let bots in this process share one library, and return what patches more."""

    async def on_the_shelf(config: Config, meter: Meter) -> Shelf:
        return Shelf(config, library, meter)

    monkeypatch.setattr(Shelf, "open", on_the_shelf)
    return monkeypatch


@asynccontextmanager
async def running_bot(bot: Bot) -> AsyncIterator["asyncio.Task[None]"]:
    """Run a bot in this process until the block ends."""
    stopping = asyncio.Event()
    life = asyncio.create_task(bot.run(stopping))
    try:
        yield life
    finally:
        stopping.set()
        await asyncio.wait((life,), timeout=20)
    await life


async def test_discord_out_of_reach_is_tried_again_and_said_in_a_line(
    discord: LoopbackDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Asked who the bot is, at the login, and for the gateway."""
    shared.setattr(running, "ExponentialBackoff", Soon)
    discord.fail("GET", "/users/@me$", status=503, times=2)
    discord.fail("GET", "/gateway/bot", status=503, times=2)
    with caplog.at_level("INFO"):
        bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
        async with running_bot(bot):
            await discord.until(lambda: bot.health().status == "ready", 20)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 4
    assert all(line.startswith("Discord cannot be reached: ") and "\n" not in line for line in said)
    assert discord.gateway.identified == [(0, 1)]


@pytest.mark.parametrize("status", [403, 408])
async def test_what_a_proxy_refuses_for_a_while_does_not_end_the_bot(
    discord: LoopbackDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """At the first look, at the login, and where the gateway is asked for."""
    shared.setattr(running, "ExponentialBackoff", Soon)
    discord.fail("GET", "/users/@me$", status=status, times=2)
    discord.fail("GET", "/gateway/bot", status=status, times=1)
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 20)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 3
    assert [line for line in said if f": {status} " in line] == said[:2]


async def test_a_token_that_is_refused_later_ends_the_bot(
    discord: LoopbackDiscord, shared: pytest.MonkeyPatch, library_folder: Path, tmp_path: Path
) -> None:
    discord.fail("GET", "/oauth2/applications/@me$", status=401)
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    with pytest.raises(ConfigurationError, match="refused the bot's token"):
        await bot.run(asyncio.Event())


async def test_a_long_rate_limit_is_not_waited_for(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path
) -> None:
    discord.fail("PUT", "/commands$", status=429, retry_after=3600)
    config = written(library_folder, tmp_path, discord)
    async with footnote_bot(config, discord.token, "--sync") as bot:
        assert await bot.ended(10) == 1
    assert bot.lines[-1].startswith("error: Discord cannot be reached: RateLimited: ")


async def test_a_gateway_out_of_reach_is_tried_again_in_single_lines(
    discord: LoopbackDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The HTTP API answers, the gateway that it names does not; the bot can be stopped all the same."""
    shared.setattr(LoopbackDiscord, "gateway_url", "ws://127.0.0.1:9/")
    handler = LogHandler("text")
    logging.getLogger().addHandler(handler)
    try:
        bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
        async with running_bot(bot):
            await discord.until(lambda: "/gateway/bot" in str(discord.requests[-1:]))
            await asyncio.sleep(0.5)
            assert bot.health() == Health("starting", "connecting to Discord")
    finally:
        logging.getLogger().removeHandler(handler)
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "Failed to connect" in line]
    assert "Cannot connect to host 127.0.0.1:9" in line
    assert discord.gateway.identified == []


class Soon:
    """A wait between two tries that is none."""

    def delay(self) -> float:
        return 0.01


async def test_what_is_not_discord_is_a_matter_of_configuration(
    discord: LoopbackDiscord, tmp_path: Path
) -> None:
    base = discord.api_base.removesuffix("/api/v10")
    for path, said in (("/elsewhere", "answers 404"), ("/gateway", "answers 4")):
        config = bot_config(tmp_path, tmp_path, discord).model_copy(
            update={"discord": DiscordSection(api_base=base + path)}
        )
        with pytest.raises(ConfigurationError, match=said):
            await Bot(config, discord.token).run(asyncio.Event())


async def test_what_takes_too_long_is_given_up(
    discord: LoopbackDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    shared.setattr(running, "GRACE", 0.2)
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 20)
        discord.slow("PATCH", "@original", 1.5)
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await asked.acknowledged()
        await asyncio.sleep(0.2)
        stopped = time.monotonic()
    assert time.monotonic() - stopped < 1
    assert caplog.text.count("questions given up") == 1
    await asyncio.sleep(1.5)


async def test_stopped_before_it_has_begun(discord: LoopbackDiscord, tmp_path: Path) -> None:
    discord.slow("GET", "/users/@me", 0.3)
    bot = Bot(bot_config(tmp_path, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await asyncio.sleep(0.1)
        assert bot.health() == Health("starting", "asking Discord who the bot is")
    await asyncio.sleep(0.3)


async def test_a_gateway_that_is_lost_is_told_by_the_health_page(
    discord: LoopbackDiscord, shared: pytest.MonkeyPatch, library_folder: Path, tmp_path: Path
) -> None:
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 20)
        discord.gateway.door.clear()
        discord.drop()
        await discord.until(lambda: bot.health().status == "disconnected")
        assert "0" in (bot.health().reason or "")
        discord.gateway.door.set()
        await discord.until(lambda: bot.health().status == "ready", 20)
        assert discord.gateway.resumed == 1


async def test_the_metrics_address_is_taken(
    discord: LoopbackDiscord, library_folder: Path, tmp_path: Path
) -> None:
    taken = discord.api_base.removeprefix("http://").removesuffix("/api/v10")
    config = written(library_folder, tmp_path, discord, f"[metrics]\nlisten = '{taken}'")
    async with footnote_bot(config, discord.token) as bot:
        assert await bot.ended() == 78
    assert bot.lines == [f"error: metrics.listen: {taken}: address already in use"]
    assert discord.requests == []
