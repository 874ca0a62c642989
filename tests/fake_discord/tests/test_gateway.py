"""The fake Discord's gateway keeps Discord's rules: sessions, heartbeats, shards and close codes."""

import aiohttp
import discord as discord_py
import pytest

from tests.fake_discord import FakeDiscord
from tests.support.small_client import SmallClient, post, running


async def test_a_dropped_socket_resumes_and_misses_nothing(discord: FakeDiscord) -> None:
    world = discord.world
    toy = SmallClient(discord)
    async with running(toy, discord):
        for close in (discord.drop, lambda: discord.drop(4000), discord.reconnect):
            discord.gateway.door.clear()
            close()
            await discord.until(lambda: not discord.gateway.connected)
            await discord.say(world.user, world.channel, "meanwhile")
            discord.gateway.door.set()
            await discord.ready()
        await discord.until(lambda: len(toy.seen) == 3)
    assert (discord.gateway.resumed, len(discord.gateway.identified)) == (3, 1)
    assert len({message.id for message in toy.seen}) == 3


async def test_an_invalid_session_identifies_anew(discord: FakeDiscord) -> None:
    toy = SmallClient(discord)
    async with running(toy, discord):
        discord.invalidate()
        await discord.until(lambda: len(discord.gateway.identified) == 2)
        discord.invalidate(resumable=True)
        await discord.until(lambda: discord.gateway.resumed == 1)
    assert not discord.gateway.sessions


async def test_an_event_delivered_twice(discord: FakeDiscord) -> None:
    toy = SmallClient(discord)
    async with running(toy, discord):
        discord.deliver_twice()
        message = await discord.say(discord.world.user, discord.world.channel, "hello")
        await discord.until(lambda: len(toy.seen) == 2)
    assert {seen.id for seen in toy.seen} == {message.id}


async def test_close_codes(discord: FakeDiscord) -> None:
    async def closes(toy: SmallClient) -> int:
        with pytest.raises((discord_py.ConnectionClosed, discord_py.PrivilegedIntentsRequired)):
            async with running(toy, discord) as task:
                await task
        return discord.gateway.closed_with[-1]

    privileged = discord_py.Intents(guilds=True, message_content=True)
    assert await closes(SmallClient(discord, intents=privileged)) == 4014
    discord.gateway.sharding_required = 2
    assert await closes(SmallClient(discord, shard_count=1)) == 4011
    assert await closes(SmallClient(discord, shard_count=2, shard_ids=[2])) == 4010
    discord.gateway.sharding_required = 1
    token, discord.token = discord.token, "new"
    toy = SmallClient(discord)
    toy.http.token = token
    discord.fail("GET", "^/users/@me$", 200)
    with pytest.raises((discord_py.LoginFailure, TypeError, KeyError)):
        await toy.login(token)
    await toy.close()
    discord.expect(0)
    assert (await post(discord, "/users/@me/channels", {}, token))[0] == 401


async def test_a_token_that_is_withdrawn_closes_the_gateway(discord: FakeDiscord) -> None:
    toy = SmallClient(discord)
    with pytest.raises(discord_py.ConnectionClosed) as caught:
        async with running(toy, discord) as task:
            discord.token = "another"  # noqa: S105
            discord.invalidate()
            await task
    assert caught.value.code == 4004


@pytest.mark.slow
async def test_heartbeats(discord: FakeDiscord) -> None:
    discord.gateway.heartbeat_interval = 0.2
    toy = SmallClient(discord)
    async with running(toy, discord):
        await discord.until(lambda: discord.gateway.heartbeats > 3)
        assert toy.latency < 5
    assert discord.gateway.closed_with == []


async def test_a_silent_client_is_closed(discord: FakeDiscord) -> None:
    discord.gateway.heartbeat_interval = 0.05
    url = f"{discord.gateway_url}?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert hello["d"] == {"heartbeat_interval": 50}
        await socket.receive()
        assert socket.close_code == 4009


async def test_shards_get_their_servers(discord: FakeDiscord) -> None:
    world = discord.world
    for number in range(5):
        world.add_guild(f"server {number}")
    one, other = (
        SmallClient(discord, shard_count=2, shard_ids=[0]),
        SmallClient(discord, shard_count=2, shard_ids=[1]),
    )
    async with running(one, discord, shards=1), running(other, discord, shards=2):
        assert sorted(discord.gateway.identified) == [(0, 2), (1, 2)]
        assert {guild.id for guild in one.guilds} | {guild.id for guild in other.guilds} == set(world.guilds)
        assert {(guild.id >> 22) % 2 for guild in one.guilds} == {0}
        await discord.say(world.user, world.dm(world.user), "hello")
        await discord.until(lambda: one.seen)
        assert not other.seen
