"""The library of a server that the bot was removed from: kept for a time, across restarts, then deleted."""

import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.config import BotConfig
from bot.discord.events.client import FootnoteClient
from bot.server_folders import LEFT, left_at, make_server_folder, mark_left, server_ids
from tests.fake_discord import FakeDiscord
from tests.fake_discord.world import GUILDS_INTENT, Guild
from tests.support.bots import Bots
from tests.support.small_library import write_corpus

DAYS = 30


def library_of(client: FootnoteClient, guild: Guild) -> BotConfig:
    """Give a server a library, as if its members had added an article."""
    config = client.services.config.of_server(guild.id)
    make_server_folder(config)
    write_corpus(config.corpus_directory, {"raid.md": "The guild raids on Friday evening.\n"})
    return config


def leave(discord: FakeDiscord, guild: Guild, *, unavailable: bool = False) -> None:
    data = {"id": str(guild.id), **({"unavailable": True} if unavailable else {})}
    discord.world.announce("GUILD_DELETE", data, guild, GUILDS_INTENT)
    if not unavailable:
        del discord.world.guilds[guild.id]


def join(discord: FakeDiscord, guild: Guild) -> None:
    discord.world.guilds[guild.id] = guild
    data = guild.payload()
    del data["unavailable"]  # which Discord says of servers that are available again, not of new ones
    discord.world.announce("GUILD_CREATE", data, guild, GUILDS_INTENT)


def left_days_ago(config: BotConfig, days: float) -> None:
    since = datetime.now(UTC) - timedelta(days=days)
    (config.server_directory / LEFT).write_text(f"{since:%Y-%m-%dT%H:%M:%SZ}\n")


async def test_leaving_marks_a_library_and_joining_again_keeps_it(discord: FakeDiscord, bots: Bots) -> None:
    client = await bots.start(libraries="per-server", keep_days=DAYS)
    guild = discord.world.add_guild("Elsewhere")
    config = library_of(client, guild)
    await discord.until(lambda: len(client.guilds) == 2)
    leave(discord, guild, unavailable=True)  # an outage of Discord's
    await discord.until(lambda: any(each.unavailable for each in client.guilds))
    await client.settle_departures()
    assert left_at(config) is None
    leave(discord, guild)
    await discord.until(lambda: left_at(config) is not None, 10)
    join(discord, guild)
    await discord.until(lambda: left_at(config) is None, 10)
    assert (config.corpus_directory / "raid.md").exists()


async def test_a_left_library_is_deleted_in_time_and_not_before(
    discord: FakeDiscord, bots: Bots, caplog: pytest.LogCaptureFixture
) -> None:
    client = await bots.start(libraries="per-server", keep_days=DAYS)
    mine = library_of(client, discord.world.guild)
    fresh, old, joined = (discord.world.add_foreign_guild(name) for name in ("Fresh", "Old", "Joined"))
    configs = [library_of(client, guild) for guild in (fresh, old, joined)]
    left_days_ago(configs[0], DAYS - 0.1)
    left_days_ago(configs[1], DAYS + 0.1)
    left_days_ago(configs[2], DAYS + 0.1)
    join(discord, joined)  # while the bot was not running, so to say
    await discord.until(lambda: client.get_guild(joined.id) is not None)
    assert (await client.services.libraries.library_of(old.id)).titles.find is not None
    caplog.set_level(logging.INFO)
    await client.settle_departures()
    assert server_ids(client.services.config) == sorted([mine.server or 0, fresh.id, joined.id])
    assert left_at(mine) is None
    assert left_at(configs[2]) is None
    assert [r.fields for r in caplog.records if "was deleted" in r.message] == [{"server": old.id}]  # type: ignore[attr-defined]


async def test_what_was_left_while_the_bot_was_not_running_is_marked(
    discord: FakeDiscord, bots: Bots
) -> None:
    client = await bots.start(libraries="per-server")
    config = library_of(client, discord.world.add_foreign_guild("Elsewhere"))
    await client.settle_departures()
    assert left_at(config) is not None


async def test_a_library_of_before_goes_with_its_server_once_all_libraries_are_common(
    discord: FakeDiscord, bots: Bots
) -> None:
    client = await bots.start(libraries="common", keep_days=DAYS)
    mine, kept = library_of(client, discord.world.guild), discord.world.add_guild("Kept")
    left, old = library_of(client, kept), library_of(client, discord.world.add_foreign_guild("Old"))
    await discord.until(lambda: len(client.guilds) == 2)
    leave(discord, kept)
    await discord.until(lambda: left_at(left) is not None, 10)
    left_days_ago(old, DAYS + 0.1)
    await client.settle_departures()
    assert not old.server_directory.exists()
    assert left_at(mine) is None
    assert mine.corpus_directory.is_dir()
    assert left.corpus_directory.is_dir()


async def test_another_process_has_its_own_servers(discord: FakeDiscord, bots: Bots) -> None:
    client = await bots.start(libraries="per-server")
    elsewhere = discord.world.add_foreign_guild("Elsewhere")
    config = library_of(client, elsewhere)
    await client.departures.settle(set(), lambda server: server != elsewhere.id)
    assert left_at(config) is None


async def test_what_cannot_be_noted_or_deleted_is_logged(
    discord: FakeDiscord, bots: Bots, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await bots.start(libraries="per-server")
    config = library_of(client, discord.world.add_foreign_guild("Elsewhere"))
    mark_left(config)
    left_days_ago(config, 1000)

    def fail(*_: object) -> None:
        raise OSError(13, "Permission denied")

    for name in ("mark_left", "delete_server", "finish_deletions"):
        monkeypatch.setattr(f"bot.discord.library.departures.{name}", fail)
    await client.settle_departures()
    assert [record.levelname for record in caplog.records].count("WARNING") >= 3
    assert config.corpus_directory.is_dir()
