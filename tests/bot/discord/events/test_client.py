"""The client: its intents, its shards, and how they come back."""

import logging
from functools import partial

import discord as discord_py
import pytest
from pydantic import ValidationError

from bot.config import BotConfig
from bot.discord.account.discord_py_globals import api_base
from bot.discord.events.client import FootnoteClient, intents
from bot.telemetry.meter import Meter
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots

RAQQA = "Who predicts the fight for Raqqa will be long and hard?"
PRIVILEGED = ("members", "presences", "message_content")


async def ready_again(discord: FakeDiscord, client: FootnoteClient, shards: int = 1) -> None:
    """Wait until as many shards are counted as ready."""
    count = partial(client.meter.registry.get_sample_value, "footnote_shards", {"state": "ready"})
    await discord.until(lambda: count() == shards, what="shards counted as ready")


async def answered(discord: FakeDiscord) -> None:
    """Ask, and see that the answer comes once."""
    world = discord.world
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    await discord.answer(said)
    asked = await (await discord.slash(world.user, world.channel, "ask", question=RAQQA)).done()
    assert asked.changes == 1
    assert len([answer for answer in discord.answers(said) if answer.reference is said]) == 1


def test_nothing_is_asked_for_that_discord_has_to_grant() -> None:
    assert not any(getattr(intents(), name) for name in PRIVILEGED)
    assert dict(intents()) == dict(discord_py.Intents(guilds=True, guild_messages=True, dm_messages=True))


def test_making_a_client_changes_nothing(bots: Bots) -> None:
    before = api_base()
    config = BotConfig.model_validate(
        {"base": bots.folder, "discord": {"api_base": "http://127.0.0.1:9/api/v10"}}
    )
    for _ in range(2):
        client = FootnoteClient(config, *[None] * 2, Meter())  # type: ignore[arg-type]
    assert api_base() == before
    assert client.allowed_mentions is not None
    assert client.allowed_mentions.to_dict() == {"parse": []}
    assert client.shard_ids is None


def test_deadlines_end_long_before_discord_accepts_no_answer() -> None:
    with pytest.raises(ValidationError, match="240"):
        BotConfig.model_validate({"discord": {"deadline": 241}})


@pytest.mark.slow
async def test_no_messages_or_members_are_kept(discord: FakeDiscord, bot: FootnoteClient) -> None:
    await answered(discord)
    assert list(bot.cached_messages) == []
    assert [member.id for guild in bot.guilds for member in guild.members] == [discord.world.bot.id]


@pytest.mark.slow
async def test_all_requests_go_to_the_configured_server(discord: FakeDiscord, bot: FootnoteClient) -> None:
    await answered(discord)
    assert discord.api_base == api_base()
    await ready_again(discord, bot)
    assert bot.meter.registry.get_sample_value("footnote_gateway_latency_seconds", {"shard": "0"}) is not None


@pytest.mark.slow
async def test_configured_shards_share_the_servers(discord: FakeDiscord, bots: Bots) -> None:
    client = await bots.start(shard_count=2)
    await ready_again(discord, client, shards=2)
    world = discord.world
    for number in range(4):
        guild = world.add_guild(f"server {number}")
        asked = await discord.slash(world.user, guild.channels[0], "ask", question=RAQQA)
        assert "Townsend" in (await asked.done()).message.text  # type: ignore[union-attr]
    assert set(client.shards) == {0, 1}


@pytest.mark.slow
async def test_two_processes_share_the_shards(discord: FakeDiscord, bots: Bots) -> None:
    first = await bots.start(shard_count=2, shard_ids=[0])
    second = await bots.start(shard_count=2, shard_ids=[1])
    assert (set(first.shards), set(second.shards)) == ({0}, {1})
    await answered(discord)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["cut", "reconnect", "resumable", "not resumable"])
async def test_a_lost_gateway_is_found_again_and_nothing_answered_twice(
    discord: FakeDiscord, bot: FootnoteClient, how: str
) -> None:
    await answered(discord)
    before = len(discord.requests)
    {
        "cut": discord.drop,
        "reconnect": discord.reconnect,
        "resumable": partial(discord.invalidate, resumable=True),
        "not resumable": discord.invalidate,
    }[how]()
    count = partial(bot.meter.registry.get_sample_value, "footnote_shards", {"state": "disconnected"})
    await discord.until(lambda: count() == 1, what="a shard counted as disconnected")
    await ready_again(discord, bot)
    assert [request.path for request in discord.requests[before:] if request.method != "GET"] == []
    await answered(discord)


async def test_an_error_outside_of_questions_is_logged_under_a_number(
    discord: FakeDiscord, bot: FootnoteClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "bot"):
        bot.dispatch("guild_join", None)
        await discord.until(lambda: caplog.records)
    (event,) = caplog.records
    assert event.fields["reference"]  # type: ignore[attr-defined]
    assert event.exc_info is not None


async def test_servers_that_come_and_go_are_events(
    discord: FakeDiscord, bot: FootnoteClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "bot"):
        guild = discord.world.add_guild("Another Room")
        new = guild.payload()
        new.pop("unavailable", None)  # that is said of servers that come back after an outage
        discord.world.announce("GUILD_CREATE", new, guild, 1)
        await discord.until(lambda: "server joined" in caplog.messages)
        discord.world.announce("GUILD_DELETE", {"id": str(guild.id)}, guild, 1)
        await discord.until(lambda: "server left" in caplog.messages)
