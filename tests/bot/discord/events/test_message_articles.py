"""Messages that members add to the library by the message's menu."""

import errno
from pathlib import Path

import pytest

from bot.discord.events import message_articles
from bot.discord.events.library_changes import CHANGED_BY_HAND, NO_ROOM, NOT_ALLOWED
from bot.discord.events.message_articles import NO_WORDS, OWN_ANSWER
from index.articles.front_matter import front_matter_values
from tests.fake_discord import FakeDiscord, Message
from tests.fake_discord.people import NotPossibleError
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.button_presses import NOWHERE, ask

PRICE = "**Bitcoin** costs 63,000 US dollars in Tuvalu.\nSame as everywhere, @everyone!"


async def add(discord: FakeDiscord, message: Message, by: User) -> str:
    """Add a message to the library, and return what the person alone reads."""
    added = await (await discord.menu(by, message, "Add to library")).done()
    assert added.private
    assert not added.followups
    assert added.message is not None
    return added.message.text


def stored(bots: Bots) -> list[Path]:
    return sorted((bots.library_folder / "corpus").glob("messages/*.md"))


@pytest.mark.slow
async def test_a_message_is_cited_with_a_link_to_it(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    world = discord.world
    said = await discord.say(world.user, world.channel, PRICE)
    text = await add(discord, said, manager)
    assert "is in the library: 2 sentences. Ask away." in text
    (path,) = stored(own_bots)
    assert path.name == f"{said.id}.md"
    link = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{said.id}"
    values, body = front_matter_values(path.read_text())
    del values["sha256"]
    title = "Bitcoin costs 63,000 US dollars in Tuvalu."
    assert values == {"url": link, "title": title, "published": said.created[:10]}
    assert body == f"{title}\\\nSame as everywhere, @everyone!\n"
    shown = (await ask(discord, NOWHERE)).embed["description"]
    assert shown.startswith("**63,000 US dollars")
    assert f"[{title}](<{link}>)" in shown


@pytest.mark.slow
async def test_a_message_added_twice_is_brought_up_to_date(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(name_authors=True)
    world = discord.world
    said = await discord.say(world.user, world.channel, "Lunch is at noon.")
    await add(discord, said, manager)
    assert "in the library already, just as it is" in await add(discord, said, manager)
    said.edit({"content": "Lunch is at one."})
    assert "is up to date in the library: 1 sentence." in await add(discord, said, manager)
    (path,) = stored(own_bots)
    values, body = front_matter_values(path.read_text())
    assert body == "Lunch is at one.\n"
    assert values["updated"] == f"{str(said.edited)[:19]}Z"
    assert values["author"] == world.user.name.title()
    path.write_text(path.read_text().replace("at one", "at two"))
    said.edit({"content": "Lunch is at three."})
    assert CHANGED_BY_HAND in await add(discord, said, manager)
    assert "at two" in path.read_text()


@pytest.mark.slow
async def test_names_stand_for_mentions(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    await own_bots.start()
    world = discord.world
    said = await discord.say(world.user, world.channel, f"Ask {manager.mention} for the key.")
    await add(discord, said, manager)
    assert front_matter_values(stored(own_bots)[0].read_text())[1] == "Ask @Grace for the key.\n"


async def test_a_message_without_words(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    await own_bots.start()
    world = discord.world
    said = await discord.say(world.user, world.channel, "🙂")
    assert await add(discord, said, manager) == NO_WORDS
    said.edit({"content": "", "embeds": [{"description": "Only in here"}]})
    assert await add(discord, said, manager) == NO_WORDS
    assert not stored(own_bots)


async def test_an_answer_of_the_bot_is_no_source(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    await own_bots.start()
    assert await add(discord, await ask(discord), manager) == OWN_ANSWER
    assert not stored(own_bots)


async def test_others_are_told_so(discord: FakeDiscord, own_bots: Bots) -> None:
    await own_bots.start()
    world = discord.world
    said = await discord.say(world.user, world.channel, PRICE)
    assert await add(discord, said, world.user) == NOT_ALLOWED
    assert not stored(own_bots)


async def test_it_is_offered_in_servers_only(discord: FakeDiscord, own_bots: Bots) -> None:
    await own_bots.start()
    world = discord.world
    said = await discord.say(world.user, world.dm(world.user), PRICE)
    await discord.answer(said)
    with pytest.raises(NotPossibleError):
        await discord.menu(world.user, said, "Add to library")


async def test_a_full_disk_is_named(
    discord: FakeDiscord, own_bots: Bots, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    await own_bots.start()

    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/x.md")

    monkeypatch.setattr(message_articles, "add_message", fail)
    world = discord.world
    said = await discord.say(world.user, world.channel, PRICE)
    text = await add(discord, said, manager)
    assert text.startswith(NO_ROOM)
    assert "/srv" not in text
