"""The bot's life as a process of its own, over real sockets."""

import asyncio
import json
import logging
import os
import re
import shutil
import signal
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.discord import running
from bot.terminal import run_bot
from bot.terminal.command_group import GlobalOptions
from bot.verbosity import DEBUG
from index.errors import FootnoteError
from index.ingestion.messages import add_message
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.support.bot_process import QUESTION, WRONG_TOKEN, footnote_bot, page, start_here, written
from tests.support.bots import bot_config
from tests.support.shared_folders import link_index

pytestmark = pytest.mark.slow

NOON = "Lunch is at noon."


async def test_a_whole_life(discord: FakeDiscord, library_folder: Path, tmp_path: Path) -> None:
    """Not ready before the gateway is, then ready; stopped, it still sends what was asked.

    Meanwhile, its metrics are what Prometheus reads.
    """
    discord.gateway.door.clear()
    metrics = "[metrics]\nlisten = '127.0.0.1:0'"
    config = written(library_folder, tmp_path, discord, metrics, reader="footnote")
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
        assert health["fingerprint"] == library.fingerprint
        assert health["generation"].isdigit()  # a later one may hold the same, with the files' newer times
        ready = next(event for event in map(json.loads, bot.lines) if event["event"] == "ready")
        assert ready["fingerprint"] == library.fingerprint

        first = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await first.done()
        status, text = await page(address, "metrics")
        async with asyncio.timeout(60):
            while 'footnote_stage_seconds_count{stage="compute"} 1.0' not in text.splitlines():
                await asyncio.sleep(0.05)  # a batch ends after its answers
                status, text = await page(address, "metrics")
        assert status == 200
        for line in (
            'footnote_questions_total{outcome="answered",source="slash"} 1.0',
            'footnote_shards{state="ready"} 1.0',
            "footnote_articles 4.0",
        ):
            assert line in text.splitlines()
        assert re.search(r"footnote_gateway_latency_seconds\{shard=\"0\"\} 0\.\d", text)
        assert re.search(r"footnote_index_info\{.*generation=\"\d+\"", text)
        assert (await page(address, "elsewhere"))[0] == 404

        sending = discord.hold("PATCH", "@original")
        asked = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await discord.until(lambda: sending.happened, 60)
        bot.send(signal.SIGTERM)
        await bot.line('"event": "stopping"')
        status, body = await page(address, "healthz")
        assert (status, json.loads(body)["status"]) == (503, "stopping")
        assert bot.process.returncode is None
        sending.release()
        await asked.done()
        assert asked.message is not None
        assert "900 metres" in asked.message.text
        assert await bot.ended() == 0
    events = [json.loads(line) for line in bot.lines]
    assert all({"time", "level", "event", "logger"} <= event.keys() for event in events)
    assert [event["event"] for event in events][-1] == "stopped"
    assert not [event for event in events if event["level"] in ("warning", "error")]
    log = "\n".join(bot.lines)
    assert discord.token not in log
    assert asked.token not in log
    assert "red bridge" not in log
    assert discord.gateway.connected == 0


async def test_what_changed_is_answered_from(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    """Messages that were added are refreshed by schedule; a changed article is answered from.

    Also: questions are in the log if the owner wants them; Ctrl-C ends the bot with 0, as SIGTERM does.
    """
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    link_index(library_folder / "index", tmp_path / "index")  # an update makes files of its own
    world, red = discord.world, tmp_path / "corpus" / "bridges" / "red.txt"
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {NOON}")
    link = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{said.id}"
    file = add_message(tmp_path / "corpus", said.id, NOON, published="2026-11-29", url=link).file
    said.edit({"content": f"{world.bot.mention} Lunch is at one."})
    config = written(tmp_path, tmp_path, discord, "log_questions = true", watch=1)
    config.write_text(config.read_text("utf-8").replace("[corpus]", '[corpus]\nrefresh = "1d"'), "utf-8")
    async with footnote_bot(config, discord.token) as bot:
        await bot.line(r"fetched pages refreshed updated=1", 120)
        assert "Lunch is at one." in (tmp_path / "corpus" / file).read_text("utf-8")
        await bot.line(" ready ")
        red.write_text(red.read_text("utf-8").replace("900 metres", "1200 metres"), "utf-8")
        (tmp_path / "corpus" / "last.txt").write_text(
            "The last article was written after the change.", "utf-8"
        )
        exchanged = await bot.line(r"library exchanged generation=\d+ fingerprint=(\w+) articles=6", 120)
        asked = await discord.slash(world.user, world.channel, "ask", question=QUESTION)
        await asked.done()
        bot.send(signal.SIGINT)
        assert await bot.ended() == 0
    assert exchanged[1] == Library.open(bot_config(tmp_path, tmp_path, discord)).fingerprint
    assert asked.message is not None
    assert "1200 metres" in asked.message.text
    assert [line for line in bot.lines if "red bridge" in line]
    assert not [line for line in bot.lines if " warning " in line or " error " in line]


async def test_a_second_ctrl_c_ends_it_at_once(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    async with footnote_bot(written(library_folder, tmp_path, discord), discord.token) as bot:
        await bot.line(" ready ")
        sending = discord.hold("PATCH", "@original")
        await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTION)
        await discord.until(lambda: sending.happened, 60)
        bot.send(signal.SIGINT)
        await bot.line("stopping")
        assert bot.process.returncode is None
        bot.send(signal.SIGINT)
        assert await bot.ended() == 130
    sending.release()


async def test_stopped_while_the_index_is_built(discord: FakeDiscord, tmp_path: Path) -> None:
    """Nobody waits for a build: it leaves nothing half."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one.txt").write_text("One sentence stands here.")
    async with footnote_bot(written(tmp_path, tmp_path, discord), discord.token) as bot:
        await bot.line("there is no index")
        bot.send(signal.SIGTERM)
        assert await bot.ended() == 0
    assert not (tmp_path / "index" / "current").exists()
    assert discord.gateway.identified == []


async def test_a_refused_token_is_one_line_and_ends_it(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    discord.expect(0)
    async with footnote_bot(written(library_folder, tmp_path, discord), WRONG_TOKEN) as bot:
        assert await bot.ended() == 78
    (line,) = bot.lines
    assert line.startswith("error: Discord refused the bot's token")
    assert WRONG_TOKEN not in line


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (None, "error: no token: set DISCORD_BOT_TOKEN"),
        ("hunter2", "error: DISCORD_BOT_TOKEN: not a bot token"),
    ],
)
async def test_a_missing_or_malformed_token_is_one_line(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path, token: str | None, said: str
) -> None:
    code, (line,) = await start_here(written(library_folder, tmp_path, discord), token)
    assert code == 78
    assert line.startswith(said)
    assert token is None or token not in line


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_an_unexpected_end_does_not_tell_the_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], log_format: str
) -> None:
    def fail(config: BotConfig, token: str, web_token: str) -> None:
        assert "DISCORD_BOT_TOKEN" not in os.environ
        raise ValueError(f"header with {token}") from FootnoteError(token)

    monkeypatch.setattr(running, "run_bot", fail)
    monkeypatch.setenv("DISCORD_BOT_TOKEN", WRONG_TOKEN)
    monkeypatch.setenv("PYTHONSAFEPATH", "")
    (tmp_path / "config.toml").touch()
    before = logging.getLogger().handlers.copy()
    try:
        assert run_bot.start(GlobalOptions(tmp_path / "config.toml", verbosity=DEBUG), None, log_format) == 1
    finally:
        logging.getLogger().handlers[:] = before
    err = capsys.readouterr().err
    assert "unexpected ValueError: header with [hidden]" in err
    assert WRONG_TOKEN not in err


async def test_the_end_is_an_event_where_the_log_is_json(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[discord]\nqueue = 'long'\n")
    code, (line,) = await start_here(config, WRONG_TOKEN, log_format="json")
    assert code == 78
    event = json.loads(line)
    assert event["level"] == "error"
    assert f"{config}: discord.queue" in event["event"]


async def test_refused_by_the_gateway_it_does_not_come_back(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    discord.gateway.sharding_required = 4
    config = written(library_folder, tmp_path, discord, "shard_count = 2", "shard_ids = [1]")
    code, lines = await start_here(config, discord.token)
    assert code == 78
    assert lines[-1].startswith("error: discord.shard_count: ")
    assert not [line for line in lines if "Traceback" in line]
    assert discord.gateway.closed_with == [4011]


async def test_a_long_rate_limit_is_not_waited_for(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    discord.fail("PUT", "/commands$", status=429, retry_after=3600)
    config = written(library_folder, tmp_path, discord)
    code, lines = await start_here(config, discord.token, sync="everywhere")
    assert code == 1
    assert lines[-1].startswith("error: Discord cannot be reached: RateLimited: ")


async def test_a_folder_that_cannot_be_written_to_is_said_before_the_index_is_built(
    discord: FakeDiscord, tmp_path: Path
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "one.txt").write_text("One sentence stands here.")
    (tmp_path / "bot").touch()
    config = written(tmp_path, tmp_path, discord)
    code, lines = await start_here(config, discord.token)
    assert code == 78
    assert lines[-1] == f"error: {config}: discord.directory: {tmp_path / 'bot'}: File exists"
    assert not (tmp_path / "index").exists()


async def test_the_metrics_address_is_taken(
    discord: FakeDiscord, library_folder: Path, tmp_path: Path
) -> None:
    taken = discord.api_base.removeprefix("http://").removesuffix("/api/v10")
    config = written(library_folder, tmp_path, discord, f"[metrics]\nlisten = '{taken}'")
    code, lines = await start_here(config, discord.token)
    assert code == 78
    assert lines == [f"error: {config}: metrics.listen: {taken}: address already in use"]
    assert discord.requests == []
