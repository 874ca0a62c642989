"""The bot's life in this process: what it makes of a Discord that refuses, or that is not there."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.config import Config, DiscordSection
from bot.discord import running
from bot.discord.library.live_library import LiveLibrary
from bot.discord.running import Bot
from bot.discord.telemetry.health import Health
from bot.discord.telemetry.log_format import LogHandler
from bot.discord.telemetry.meter import Meter
from index.errors import ConfigurationError
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.support.bot_process import QUESTION
from tests.support.bots import bot_config


@pytest.fixture
def shared(library: Library, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Let bots in this process share one library, and return what patches more."""

    async def on_the_shelf(config: Config, meter: Meter) -> LiveLibrary:
        return LiveLibrary(config, library, meter)

    monkeypatch.setattr(LiveLibrary, "open", on_the_shelf)
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


class Soon:
    """A wait between two tries that is none."""

    def delay(self) -> float:
        return 0.01


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
    discord: FakeDiscord,
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


async def test_discord_out_of_reach_is_tried_again_and_said_in_a_line(
    discord: FakeDiscord,
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
    discord: FakeDiscord,
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
    discord: FakeDiscord, shared: pytest.MonkeyPatch, library_folder: Path, tmp_path: Path
) -> None:
    discord.fail("GET", "/oauth2/applications/@me$", status=401)
    bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
    with pytest.raises(ConfigurationError, match="refused the bot's token"):
        await bot.run(asyncio.Event())


async def test_a_gateway_out_of_reach_is_tried_again_in_single_lines(
    discord: FakeDiscord,
    shared: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The HTTP API answers, the gateway that it names does not; the bot can be stopped all the same."""
    for logger in ("", "discord"):  # whatever a command that ran before in this process asked for
        caplog.set_level("INFO", logger)
    shared.setattr(logging.getLogger(), "handlers", [])
    shared.setattr(FakeDiscord, "gateway_url", "ws://127.0.0.1:9/")
    handler = LogHandler("text")
    logging.getLogger().addHandler(handler)
    written: list[str] = []

    def failed() -> list[str]:
        written.append(capsys.readouterr().err)
        return [line for line in "".join(written).splitlines(keepends=True) if "Failed to connect" in line]

    try:
        bot = Bot(bot_config(library_folder, tmp_path, discord), discord.token)
        async with running_bot(bot):
            await discord.until(lambda: bool(failed()), 20)
            assert bot.health() == Health("starting", "connecting to Discord")
    finally:
        logging.getLogger().removeHandler(handler)
    assert all("Cannot connect to host 127.0.0.1:9" in line for line in failed())
    assert discord.gateway.identified == []


async def test_what_is_not_discord_is_a_matter_of_configuration(discord: FakeDiscord, tmp_path: Path) -> None:
    base = discord.api_base.removesuffix("/api/v10")
    for path, said in (("/elsewhere", "answers 404"), ("/gateway", "answers 4")):
        config = bot_config(tmp_path, tmp_path, discord).model_copy(
            update={"discord": DiscordSection(api_base=base + path)}
        )
        with pytest.raises(ConfigurationError, match=said):
            await Bot(config, discord.token).run(asyncio.Event())


async def test_what_takes_too_long_is_given_up(
    discord: FakeDiscord,
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


async def test_stopped_before_it_has_begun(discord: FakeDiscord, tmp_path: Path) -> None:
    discord.slow("GET", "/users/@me", 0.3)
    bot = Bot(bot_config(tmp_path, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await asyncio.sleep(0.1)
        assert bot.health() == Health("starting", "asking Discord who the bot is")
    await asyncio.sleep(0.3)


async def test_a_gateway_that_is_lost_is_told_by_the_health_page(
    discord: FakeDiscord, shared: pytest.MonkeyPatch, library_folder: Path, tmp_path: Path
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
