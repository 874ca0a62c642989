"""Messages of which articles were made, asked for again: what changed comes, and a good copy stays."""

from functools import partial
from pathlib import Path

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.events.message_articles import NOT_READABLE, TROUBLE, fetch_message
from bot.discord.library.message_refresh import HIDDEN, NO_WORDS, refresh_messages
from bot.discord.library.page_refresh import RefreshReport
from bot.discord.replies.library_changes import NOTHING_FETCHED
from bot.library_log import SCHEDULE, LibraryLog
from index.articles.front_matter import front_matter_values
from tests.fake_discord import FakeDiscord, Message
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.button_presses import seen

LONG = 120.0
NOON = "Lunch is at noon."

pytestmark = pytest.mark.slow


async def added(discord: FakeDiscord, manager: User, text: str = NOON) -> Message:
    """Return a message that was added to the library."""
    said = await discord.say(discord.world.user, discord.world.channel, text)
    menu = await (await discord.menu(manager, said, "Add to library")).done(LONG)
    assert "Ask away" in seen(menu)
    return said


async def refresh(discord: FakeDiscord, manager: User, **options: object) -> str:
    used = await discord.slash(manager, discord.world.channel, "library refresh", **options)
    return seen(await used.done(LONG))


def article_of(bots: Bots, message: Message) -> Path:
    return bots.library_folder / "corpus" / "messages" / f"{message.id}.md"


def body_of(bots: Bots, message: Message) -> str:
    return front_matter_values(article_of(bots, message).read_text())[1].strip()


def changes(client: FootnoteClient) -> list[tuple[str, str]]:
    return [(each.who, each.action) for each in LibraryLog(client.services.config.bot_directory).list()]


def asked(discord: FakeDiscord) -> int:
    """Return how many messages the bot asked for."""
    template = "/channels/{channel_id}/messages/{message_id}"
    return sum((each.method, each.template) == ("GET", template) for each in discord.requests)


async def test_an_edited_message_brings_its_article_up_to_date(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start(name_authors=True)
    said = await added(discord, manager)
    assert await refresh(discord, manager) == "0 updated, 1 unchanged, 0 failed. Ask away."
    said.edit({"content": f"{discord.world.bot.mention} Lunch is at **one**."})
    assert await refresh(discord, manager) == "1 updated, 0 unchanged, 0 failed. Ask away."
    values, body = front_matter_values(article_of(own_bots, said).read_text())
    assert body == "Lunch is at one.\n"
    assert values["updated"] == f"{str(said.edited)[:19]}Z"
    assert (values["published"], values["author"]) == (said.created[:10], discord.world.user.name.title())
    lunch = await discord.slash(
        manager, discord.world.channel, "ask", question="When is lunch?", private=True
    )
    assert "at one" in seen(await lunch.done(LONG))
    assert await refresh(discord, manager) == "0 updated, 1 unchanged, 0 failed. Ask away."
    assert changes(client) == [(str(manager.id), "added"), (str(manager.id), "updated")]


async def test_words_that_discord_does_not_show_never_replace_those_that_are_stored(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    """Without a privileged intent, Discord gives an empty text for what does not mention the bot."""
    client = await own_bots.start()
    said = await added(discord, manager)
    said.edit({"content": "Lunch is at one."})
    told = await refresh(discord, manager)
    assert told.startswith("0 updated, 0 unchanged, 1 failed.")
    assert HIDDEN in told
    assert body_of(own_bots, said) == NOON
    menu = await (await discord.menu(manager, said, "Add to library")).done(LONG)
    assert "is up to date in the library" in seen(menu)
    said.edit({"content": "Lunch is at one. "})  # edited, but with the same words
    await (await discord.menu(manager, said, "Add to library")).done(LONG)
    assert await refresh(discord, manager) == "0 updated, 1 unchanged, 0 failed. Ask away."
    assert [action for _, action in changes(client)] == ["added", "updated"]


async def test_a_message_without_words_leaves_its_article(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    said = await added(discord, manager)
    said.edit({"content": f"{discord.world.bot.mention} 🙂"})
    assert NO_WORDS in await refresh(discord, manager)
    assert body_of(own_bots, said) == NOON


async def test_the_article_of_a_deleted_message_goes_only_if_that_is_asked_for(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start()
    said, other = await added(discord, manager), await added(discord, manager, "The pool opens at nine.")
    said.delete()
    discord.expect(10008)
    assert await refresh(discord, manager) == (
        "0 updated, 1 unchanged, 1 gone (the copies stay), 0 failed. Ask away."
    )
    assert body_of(own_bots, said) == NOON
    discord.expect(10008)
    assert await refresh(discord, manager, prune=True) == (
        "0 updated, 1 unchanged, 1 gone (1 removed), 0 failed. Ask away."
    )
    assert not article_of(own_bots, said).exists()
    assert article_of(own_bots, other).exists()
    assert len(list((own_bots.library_folder / ".trash").rglob(f"{said.id}.md"))) == 1
    assert changes(client)[-1] == (str(manager.id), "removed")
    del discord.world.channels[discord.world.channel.id]  # and with the channel, what was said there
    discord.expect(10003)
    gone = await refresh_messages(client.services.config, partial(fetch_message, client))
    assert gone == RefreshReport({"gone": 1})


@pytest.mark.parametrize("permission", ["view_channel", "read_message_history"])
async def test_what_the_bot_may_not_read_stays(
    permission: str, discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    said = await added(discord, manager)
    discord.world.channel.deny(permission)
    discord.expect(50001)
    told = await refresh(discord, manager, prune=True)
    assert told.startswith("0 updated, 0 unchanged, 1 failed.")
    assert NOT_READABLE in told
    assert body_of(own_bots, said) == NOON


@pytest.mark.parametrize("status", [404, 500])
async def test_an_error_on_the_way_is_no_deletion(
    status: int, discord: FakeDiscord, own_bots: Bots, manager: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await own_bots.start()
    said = await added(discord, manager)

    async def no_pause(_: float) -> None:  # between the tries of discord.py
        return None

    monkeypatch.setattr("discord.http.asyncio.sleep", no_pause)
    discord.fail("GET", "/messages/", status=status, times=None)
    done = await refresh_messages(client.services.config, partial(fetch_message, client), prune=True)
    assert done == RefreshReport({}, {f"messages/{said.id}": TROUBLE})
    assert body_of(own_bots, said) == NOON


async def test_one_article_is_refreshed_by_its_name(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    assert await refresh(discord, manager) == NOTHING_FETCHED
    said = await added(discord, manager)
    await added(discord, manager, "The pool opens at nine.")
    one = "0 updated, 1 unchanged, 0 failed. Ask away."
    assert await refresh(discord, manager, article=f"messages/{said.id}") == one
    assert asked(discord) == 1
    other = await refresh(discord, manager, article="How bees keep warm")
    assert "was not fetched from the web" in other
    assert asked(discord) == 1


async def test_no_other_message_is_read_than_the_one_that_was_added(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    """Whoever wrote to the file of an article gets no message of another channel or server by it."""
    client = await own_bots.start(libraries="per-server")
    world = discord.world
    said = await added(discord, manager)
    secret = await discord.say(world.user, world.guild.add_channel("staff"), f"{world.bot.mention} Hush.")
    await discord.answer(secret)
    config = client.services.config.of_server(world.guild.id)
    article = config.corpus_directory / "messages" / f"{said.id}.md"
    good = article.read_text()
    elsewhere = world.add_guild("Elsewhere")
    refresh_all = partial(refresh_messages, config, partial(fetch_message, client))
    for link in (
        f"{world.guild.id}/{secret.channel.id}/{secret.id}",
        f"{elsewhere.id}/{world.channel.id}/{said.id}",
        f"{world.guild.id}/{world.channel.id}/../{said.id}",
    ):
        article.write_text(good.replace(f"{world.guild.id}/{world.channel.id}/{said.id}", link))
        (why,) = (await refresh_all()).failures.values()
        assert why.startswith("has another link than to its message")
    assert asked(discord) == 0
    article.write_text(good)
    assert await refresh_all(server=world.guild.id) == RefreshReport({"unchanged": 1})


async def test_a_schedule_asks_too_and_is_recorded(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start()
    said = await added(discord, manager)
    said.edit({"content": f"{discord.world.bot.mention} Lunch is at one."})
    article_of(own_bots, said).with_name("notes.md").write_text("---\nurl: https://example.org\n---\nNotes.")
    done = await refresh_messages(client.services.config, partial(fetch_message, client))
    assert done == RefreshReport({"updated": 1})
    assert changes(client)[-1] == (SCHEDULE, "updated")
