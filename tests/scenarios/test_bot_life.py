"""The bot's life in this process: what it makes of a Discord that refuses, or that is not there."""

import asyncio
import logging
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from bot.config import BotConfig, DiscordSection, WebSection
from bot.discord import running
from bot.discord.running import Bot, OpenLibrary
from bot.live.live_library import LiveLibrary
from bot.telemetry.health import Health
from bot.telemetry.log_format import LogHandler
from bot.telemetry.meter import Meter
from index.errors import ConfigurationError
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.support.bot_process import QUESTION
from tests.support.bots import bot_config

WEB_TOKEN = "0123456789abcdef"  # noqa: S105


@pytest.fixture
def shared(library: Library) -> OpenLibrary:
    """Return what lets bots in this process share one library."""

    async def open_library(config: BotConfig, meter: Meter) -> LiveLibrary:
        return LiveLibrary(config, library, meter)

    return open_library


@asynccontextmanager
async def running_bot(bot: Bot) -> AsyncIterator["asyncio.Task[None]"]:
    """Run a bot in this process until the block ends."""
    stopping = asyncio.Event()
    life = asyncio.create_task(bot.run(stopping))
    try:
        yield life
    finally:
        stopping.set()
        await asyncio.wait((life,), timeout=60)
    await life


def no_backoff() -> float:
    return 0.0


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
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    code: int,
    said: str,
) -> None:
    discord.gateway.refuse_with = code
    bot = Bot(
        bot_config(library_folder, tmp_path, discord), discord.token, open_library=shared, backoff=no_backoff
    )
    with pytest.raises(ConfigurationError, match=re.escape(said)) as caught:
        await bot.run(asyncio.Event())
    assert str(code) in caught.value.message or code == 4004
    assert discord.gateway.closed_with == [code]


@pytest.mark.slow
async def test_an_unreachable_discord_is_tried_again_and_logged_in_a_line(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Asked who the bot is, at the login, and for the gateway."""
    discord.fail("GET", "/users/@me$", status=503, times=2)
    discord.fail("GET", "/gateway/bot", status=503, times=2)
    with caplog.at_level("INFO"):
        bot = Bot(
            bot_config(library_folder, tmp_path, discord),
            discord.token,
            open_library=shared,
            backoff=no_backoff,
        )
        async with running_bot(bot):
            await discord.until(lambda: bot.health().status == "ready", 60)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 4
    assert all(line.startswith("Discord cannot be reached: ") and "\n" not in line for line in said)
    assert discord.gateway.identified == [(0, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("status", [403, 408])
async def test_what_a_proxy_refuses_for_a_while_does_not_end_the_bot(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """At the first look, at the login, and where the gateway is asked for."""
    discord.fail("GET", "/users/@me$", status=status, times=2)
    discord.fail("GET", "/gateway/bot", status=status, times=1)
    bot = Bot(
        bot_config(library_folder, tmp_path, discord), discord.token, open_library=shared, backoff=no_backoff
    )
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 60)
    said = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert len(said) == 3
    assert [line for line in said if f": {status} " in line] == said[:2]


async def test_a_token_that_is_refused_later_ends_the_bot(
    discord: FakeDiscord, shared: OpenLibrary, library_folder: Path, tmp_path: Path
) -> None:
    discord.fail("GET", "/oauth2/applications/@me$", status=401)
    bot = Bot(
        bot_config(library_folder, tmp_path, discord), discord.token, open_library=shared, backoff=no_backoff
    )
    with pytest.raises(ConfigurationError, match="refused the bot's token"):
        await bot.run(asyncio.Event())


async def test_a_gateway_out_of_reach_is_tried_again_in_single_lines(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The HTTP API answers, the gateway that it names does not; the bot can be stopped all the same."""
    for logger in ("", "discord"):  # whatever a command that ran before in this process asked for
        caplog.set_level("INFO", logger)
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    monkeypatch.setattr(FakeDiscord, "gateway_url", "ws://127.0.0.1:9/")
    handler = LogHandler("text")
    logging.getLogger().addHandler(handler)
    written: list[str] = []

    def failed() -> list[str]:
        written.append(capsys.readouterr().err)
        return [line for line in "".join(written).splitlines(keepends=True) if "Failed to connect" in line]

    try:
        bot = Bot(
            bot_config(library_folder, tmp_path, discord),
            discord.token,
            open_library=shared,
            backoff=no_backoff,
        )
        async with running_bot(bot):
            await discord.until(lambda: bool(failed()), 60)
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


@pytest.mark.slow
async def test_what_takes_too_long_is_given_up(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    config = bot_config(library_folder, tmp_path, discord)
    bot = Bot(config, discord.token, open_library=shared, grace=0.2)
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 60)
        sending = discord.hold("PATCH", "@original")
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await discord.until(lambda: sending.happened, 60)
    assert caplog.text.count("questions given up") == 1
    assert not asked.is_done
    sending.release()


async def test_stopped_before_it_has_begun(discord: FakeDiscord, tmp_path: Path) -> None:
    introduction = discord.hold("GET", "/users/@me")
    bot = Bot(bot_config(tmp_path, tmp_path, discord), discord.token)
    async with running_bot(bot):
        await discord.until(lambda: introduction.happened, 60)
        assert bot.health() == Health("starting", "asking Discord who the bot is")
    introduction.release()


@pytest.mark.slow
async def test_a_gateway_that_is_lost_is_told_by_the_health_page(
    discord: FakeDiscord, shared: OpenLibrary, library_folder: Path, tmp_path: Path
) -> None:
    bot = Bot(
        bot_config(library_folder, tmp_path, discord), discord.token, open_library=shared, backoff=no_backoff
    )
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 60)
        discord.gateway.door.clear()
        discord.drop()
        await discord.until(lambda: bot.health().status == "disconnected", 60)
        assert "0" in (bot.health().reason or "")
        discord.gateway.door.set()
        await discord.until(lambda: bot.health().status == "ready", 60)
        assert discord.gateway.resumed == 1


async def test_fetched_pages_are_refreshed_while_it_runs(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def refresh(*_: object) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    monkeypatch.setattr(running, "refresh_regularly", refresh)
    config = bot_config(library_folder, tmp_path, discord)
    async with running_bot(Bot(config, discord.token, open_library=shared)):
        await asyncio.wait_for(begun.wait(), 60)
        assert not ended.is_set()
    assert ended.is_set()


async def test_the_bot_serves_the_reading_room_and_links_to_it(
    discord: FakeDiscord,
    shared: OpenLibrary,
    library_folder: Path,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    web = WebSection(listen="127.0.0.1:0", public_url="https://docs.example.org/library")
    config = bot_config(library_folder, tmp_path, discord).model_copy(update={"web": web})
    bot = Bot(config, discord.token, web_token=WEB_TOKEN, open_library=shared)
    async with running_bot(bot):
        await discord.until(lambda: bot.health().status == "ready", 60)
        world = discord.world
        said = await discord.say(world.user, world.channel, f"{world.bot.mention} {QUESTION}")
        embed = (await discord.answer(said)).embeds[0]["description"]
        (link,) = re.findall(r"\(<https://docs\.example\.org/library(/a/bridges/red)#s(\d+)>\)", embed)
        (address,) = (
            record.fields["address"]  # type: ignore[attr-defined]
            for record in caplog.records
            if record.message == "the reading room is open"
        )
        async with aiohttp.ClientSession() as session:
            async with session.get(address + link[0]) as response:
                assert f'id="s{link[1]}"' in await response.text()
            async with session.get(f"{address}/api/articles") as response:
                assert response.status == 401


async def test_a_taken_address_of_the_reading_room_is_said_at_once(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        web = WebSection(listen=f"127.0.0.1:{taken.getsockname()[1]}")
        config = bot_config(library_folder, tmp_path, discord).model_copy(update={"web": web})
        with pytest.raises(ConfigurationError, match="address already in use"):
            await Bot(config, discord.token).run(asyncio.Event())
