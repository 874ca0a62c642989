"""Changes of a library wait for one another, but not for ever."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.events.library_changes import BEING_CHANGED
from bot.library_log import LibraryLog
from tests.fake_discord import FakeDiscord, Interaction
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.discord_questions import text

pytestmark = pytest.mark.slow

LONG = 120.0


def files(bots: Bots) -> dict[Path, bytes]:
    corpus = bots.library_folder / "corpus"
    return {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}


async def change_in_each_way(discord: FakeDiscord, by: User) -> list[Interaction]:
    """Use each command that changes the library, and return what came of it."""
    channel = discord.world.channel
    said = await discord.say(by, channel, "The gate opens at nine.")
    used = [
        await discord.slash(by, channel, "library add", url="https://example.org/"),
        await discord.slash(by, channel, "library remove", article="How bees keep warm"),
        await discord.slash(by, channel, "library refresh"),
        await discord.menu(by, said, "Add to library"),
    ]
    return [await each.done(LONG) for each in used]


def waiting_at_most(client: FootnoteClient, seconds: float) -> None:
    client.services = replace(client.services, change_within=seconds)


async def test_who_waits_too_long_for_others_is_told_and_nothing_is_done(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start()
    waiting_at_most(client, 0.01)
    before = files(own_bots)
    async with client.services.libraries.lock_of(discord.world.guild.id):
        changed = await change_in_each_way(discord, manager)
    assert [text(each) for each in changed] == [BEING_CHANGED] * 4
    assert all(each.private for each in changed)
    assert files(own_bots) == before
    assert LibraryLog(client.services.config.bot_directory).list() == []


async def test_the_next_change_is_made_once_the_others_are_through(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start()
    async with client.services.libraries.lock_of(discord.world.guild.id):
        removed = await discord.slash(
            manager, discord.world.channel, "library remove", article="How bees keep warm"
        )
        await removed.acknowledged()
        assert (own_bots.library_folder / "corpus" / "notes" / "bees.md").exists()
    assert "Removed" in text(await removed.done(LONG))
    assert not client.services.libraries.lock_of(discord.world.guild.id).locked()
