"""`/library` as people use it: who may, what comes into the library, and what is said of it."""

import asyncio
import errno
import io
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import discord as discord_py
import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.events.commands import definitions
from bot.discord.events.library_changes import NO_ROOM
from bot.discord.events.library_commands import NOT_ALLOWED, NOT_MEMBER
from bot.discord.library.several_servers import FILE, note_servers
from bot.discord.replies.answer_reply import ANSWER_LABEL
from bot.discord.replies.library_changes import (
    GAPS_OFF,
    NO_GAPS,
    NO_OWN_ARTICLES,
    NOTHING_FETCHED,
    ONE_SOURCE,
    SEVERAL_SERVERS,
)
from bot.discord.replies.library_pages import ROWS_PER_PAGE
from bot.feedback.unanswered import UnansweredQuestions
from bot.library_log import LibraryLog
from bot.live.update_process import work_in_child
from bot.server_folders import server_ids
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.fake_discord.people import NotPossibleError
from tests.fake_discord.world import GUILDS_INTENT
from tests.support.bots import THIS_MACHINE, Bots
from tests.support.button_presses import press, seen
from tests.support.discord_questions import NOWHERE, text
from tests.support.small_library import write_corpus
from tests.support.web_server import WebServer, web_server

pytestmark = pytest.mark.slow

LONG = 120.0
PAGE = "<h1>Wasps</h1><p>Wasps build with paper. They sting.</p>"


@pytest.fixture
def web(own_bots: Bots) -> Iterator[WebServer]:
    """Return a web server that stands for the internet, and for what Discord sends attachments from."""
    own_bots.hosts = THIS_MACHINE
    with web_server() as server:
        yield server


async def use(discord: FakeDiscord, command: str, **options: Any) -> str:
    """Use a command as one who may, and return what that person alone is shown."""
    world = discord.world
    world.guild.grant(world.user, "manage_guild")
    used = await (await discord.slash(world.user, world.channel, f"library {command}", **options)).done(LONG)
    assert used.private
    assert used.message is not None
    return used.message.text


def attached(url: str, name: str, size: int = 100) -> dict[str, Any]:
    """Return an attachment as Discord describes it."""
    return {"id": "7", "filename": name, "size": size, "url": url, "proxy_url": url, "content_type": "x/y"}


def logged(client: FootnoteClient) -> list[tuple[str, str]]:
    return [
        (change.action, change.file) for change in LibraryLog(client.services.config.bot_directory).list()
    ]


def test_others_are_not_shown_the_commands() -> None:
    (group,) = [command for command in definitions() if command["name"] == "library"]
    assert group["default_member_permissions"] == discord_py.Permissions(manage_guild=True).value
    assert (group["contexts"], group["integration_types"]) == ([0], [0])
    names = [command["name"] for command in group["options"]]
    assert names == ["add", "remove", "refresh", "list", "gaps", "export"]


async def test_a_server_that_added_the_commands_alone_has_no_library(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    """Discord does not say when it removes them, so nobody would know when to delete its library."""
    client = await own_bots.start(libraries="per-server", learn_answers=True)
    world = discord.world
    elsewhere = world.add_foreign_guild("Elsewhere")
    channel = elsewhere.channels[0]
    channel.foreign = False
    elsewhere.grant(world.user, "manage_guild")
    added = await discord.slash(world.user, channel, "library add", url="https://example.org/")
    assert text(await added.done(LONG)) == NOT_MEMBER
    asked = await discord.slash(world.user, channel, "ask", question="How warm is the cluster kept?")
    assert "How bees keep warm" in text(await asked.done(LONG))
    refused = await (await discord.slash(world.user, channel, "ask", question=NOWHERE)).done(LONG)
    assert refused.message is not None
    assert ANSWER_LABEL not in [button["label"] for button in refused.message.buttons]
    assert server_ids(client.services.config) == []


async def test_others_may_do_nothing_even_if_a_server_shows_them_the_commands(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    client = await own_bots.start()
    world = discord.world
    eve = world.add_user("eve")
    with pytest.raises(NotPossibleError):
        await discord.slash(eve, world.channel, "library list")
    options = {"add": {"url": web.put("/wasps", PAGE)}, "remove": {"article": "notes/bees"}}
    for name in ("add", "remove", "refresh", "list", "gaps", "export"):
        given = options.get(name, {})
        used = await discord.slash(eve, world.channel, f"library {name}", forged=True, **given)
        await used.done()
        assert used.message is not None
        assert (used.message.text, used.private) == (NOT_ALLOWED, True)
    assert await discord.autocomplete(eve, world.channel, "library remove", "article", "bees") == []
    assert web.asked == []
    assert logged(client) == []


async def test_a_page_is_added_and_answered_from_at_once(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    own_bots.work = work_in_child
    client = await own_bots.start()
    address = web.put("/wasps", PAGE)
    added = await use(discord, "add", url=address)
    assert added == f"Added **[Wasps](<{address}>)**, 3 sentences. Ask away."
    world = discord.world
    asked = await discord.slash(world.user, world.channel, "ask", question="What do wasps build with?")
    await asked.done()
    assert asked.message is not None
    assert "paper" in asked.message.text
    again = await use(discord, "add", url=address)
    assert "is in the library already, and has not changed" in again
    (change,) = LibraryLog(client.services.config.bot_directory).list()
    assert (change.who, change.server) == (str(world.user.id), str(world.guild.id))
    assert (change.action, change.url) == ("added", address)
    text = LibraryLog(client.services.config.bot_directory).path.read_text()
    assert world.user.name not in text
    assert world.guild.name not in text
    assert asked.token not in text
    assert "paper" not in text


async def test_two_who_add_a_page_at_once_get_sensible_answers(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    client = await own_bots.start()
    address = web.put("/wasps", PAGE)
    texts = await asyncio.gather(*(use(discord, "add", url=address, title="On wasps") for _ in range(2)))
    assert sorted(text.split(" ")[0] for text in texts) == ["Added", "Updated"]
    assert all("On wasps" in text for text in texts)
    assert [action for action, _ in logged(client)] == ["added", "updated"]


async def test_a_file_is_added_and_overwrites_no_other(
    discord: FakeDiscord, own_bots: Bots, web: WebServer, tmp_path: Path
) -> None:
    client = await own_bots.start()
    file = attached(web.put("/a/1", "# Wasps\n\nWasps sting.", "text/plain"), "../my wasps.MD")
    assert await use(discord, "add", file=file, title="On wasps") == (
        "Added **On wasps**, 2 sentences. Ask away."
    )
    (place,) = (tmp_path / "corpus" / "discord").glob("*.md")
    assert place.read_text() == "# Wasps\n\nWasps sting."
    other = attached(web.put("/a/2", "Flies hum.", "text/plain"), "../my wasps.MD")
    refused = await use(discord, "add", file=other)
    assert refused.startswith(f"Not added: discord/{place.name} is in the library already")
    assert "with other content. Remove that article first" in refused
    assert str(tmp_path) not in refused
    assert place.read_text() == "# Wasps\n\nWasps sting."
    assert logged(client) == [("added", f"discord/{place.name}")]


async def test_what_is_no_article_is_refused_before_it_is_fetched(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    await own_bots.start()
    address = web.put("/a", "Wasps sting.", "text/plain")
    assert "larger than 20 MB" in await use(discord, "add", file=attached(address, "a.txt", 20 * 2**20 + 1))
    assert "can't read files like a.exe" in await use(discord, "add", file=attached(address, "a.exe"))
    elsewhere = attached("https://example.org/a.txt", "a.txt")
    assert "not on Discord's servers" in await use(discord, "add", file=elsewhere)
    assert await use(discord, "add") == ONE_SOURCE
    assert await use(discord, "add", url=address, file=attached(address, "a.txt")) == ONE_SOURCE
    assert web.asked == []


@pytest.mark.parametrize("source", ["page", "file"])
async def test_a_full_disk_is_said_and_leaves_the_corpus_as_it_was(
    source: str, discord: FakeDiscord, own_bots: Bots, web: WebServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await own_bots.start()
    address = web.put("/a.txt", "Wasps sting.", "text/plain")
    given = {"url": address} if source == "page" else {"file": attached(address, "a.txt")}
    corpus = own_bots.library_folder / "corpus"
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    with monkeypatch.context() as patch:

        def fail(_: int) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        patch.setattr(os, "fsync", fail)
        refused = await use(discord, "add", **given)
    assert refused.startswith(NO_ROOM)
    assert str(own_bots.library_folder) not in refused
    assert {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()} == before
    assert logged(client) == []
    assert "Ask away" in await use(discord, "add", **given)


async def test_a_file_that_claims_to_be_a_page_is_refused(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    """A refresh would ask for its address, which nobody has checked."""
    await own_bots.start()
    text = "---\nurl: http://wiki.intranet/secret\nfetched: 2026\n---\nWasps sting."
    refused = await use(discord, "add", file=attached(web.put("/a", text, "text/plain"), "a.md"))
    assert refused == "Not added: it says that it was fetched from the web: add its address instead."


async def test_no_machine_of_the_owner_is_asked(discord: FakeDiscord, own_bots: Bots) -> None:
    """Not even one that `allow_hosts` lets the owner ask."""
    await own_bots.start(allow_hosts=["127.0.0.1"])
    with web_server() as server:
        refused = await use(discord, "add", url=server.put("/", PAGE))
        assert server.asked == []
    assert refused == "Not added: 127\\.0.0.1 is not on the public internet."
    assert "Not added: it is no http" in await use(discord, "add", url="file:///etc/passwd")


async def test_an_article_is_removed(discord: FakeDiscord, own_bots: Bots, tmp_path: Path) -> None:
    client = await own_bots.start()
    world = discord.world
    world.guild.grant(world.user, "manage_guild")
    offered, *_ = await discord.autocomplete(
        world.user, world.channel, "library remove", "article", "bees ke"
    )
    removed = await use(discord, "remove", article=offered["value"])
    assert removed == "Removed **How bees keep warm**. Whoever runs me can bring it back."
    assert len(list((tmp_path / ".trash").rglob("bees.md"))) == 1
    assert len(client.services.libraries.common.library.titles) == 3
    assert logged(client) == [("removed", "notes/bees.md")]
    assert "No article is called" in await use(discord, "remove", article=article_key("notes/bees"))


async def test_pages_are_refreshed(discord: FakeDiscord, own_bots: Bots, web: WebServer) -> None:
    client = await own_bots.start(allow_hosts=["127.0.0.1"])  # else pages of this machine are not refreshed
    assert await use(discord, "refresh") == NOTHING_FETCHED
    address = web.put("/wasps", PAGE)
    await use(discord, "add", url=address)
    web.put("/wasps", PAGE.replace("paper", "wood"))
    assert await use(discord, "refresh") == "1 updated, 0 unchanged, 0 failed. Ask away."
    assert await use(discord, "refresh", article="Wasps") == "0 updated, 1 unchanged, 0 failed. Ask away."
    failed = await use(discord, "refresh", article="How bees keep warm")
    assert "1 failed" in failed
    assert "was not fetched from the web" in failed
    assert [action for action, _ in logged(client)] == ["added", "updated"]


async def test_the_list_is_that_of_the_articles_command(discord: FakeDiscord, own_bots: Bots) -> None:
    await own_bots.start()
    world = discord.world
    listed = await (await discord.slash(world.user, world.channel, "articles", search="bees")).done()
    assert listed.message is not None
    assert await use(discord, "list", search="bees") == listed.message.text


async def test_the_list_is_turned_through_what_the_server_can_change(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    client = await own_bots.start(libraries="per-server")
    world = discord.world
    own = client.services.config.of_server(world.guild.id)
    raids = {f"{n}.md": f"# Raid {n}\n\nThe guild raids at {n}.\n" for n in range(ROWS_PER_PAGE + 1)}
    write_corpus(own.corpus_directory, raids)
    world.guild.grant(world.user, "manage_guild")
    listed = (await (await discord.slash(world.user, world.channel, "library list")).done(LONG)).message
    assert listed is not None
    first = listed.text
    assert "9 articles · page 1 of 2" in first
    await press(discord, listed, "Next")
    assert "9 articles · page 2 of 2" in listed.text
    await press(discord, listed, "Previous")
    assert listed.text == first
    for name in raids:
        (own.corpus_directory / name).unlink()
    await client.services.libraries.refresh(world.guild.id)
    assert seen(await press(discord, listed, "Next")) == NO_OWN_ARTICLES


async def test_gaps_are_listed_if_they_are_kept_and_of_one_server(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    client = await own_bots.start()
    assert await use(discord, "gaps") == GAPS_OFF
    await own_bots.stop(client)
    client = await own_bots.start(keep_unanswered=True)
    assert await use(discord, "gaps") == NO_GAPS
    unanswered = UnansweredQuestions(client.services.libraries.feedback, 90)
    bridge = "How many ships pass below the red bridge?"
    for question in ("Who owns the *moon*?", "who owns the *moon*?", bridge):
        unanswered.add(question)
    text = await use(discord, "gaps")
    lines = text.splitlines()
    assert lines[1].startswith(f"**1×** {bridge}")
    assert lines[2].startswith("-# “") and lines[2].endswith("” (The red bridge)")
    assert "**2×** who owns the \\*moon\\*?" in lines[3:5]
    discord.world.add_guild("Elsewhere")
    await discord.until(lambda: len(client.guilds) == 2)
    assert await use(discord, "gaps") == SEVERAL_SERVERS


async def test_gaps_of_several_servers_are_hidden_after_all_but_one_are_left(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    client = await own_bots.start(keep_unanswered=True)
    world = discord.world
    other = world.add_foreign_guild("Elsewhere")
    data = other.payload()
    del data["unavailable"]  # which Discord says of servers that are available again, not of new ones
    world.announce("GUILD_CREATE", data, other, GUILDS_INTENT)
    file = client.services.config.bot_directory / FILE
    await discord.until(lambda: file.exists() and file.read_text() == "now\n", LONG)
    unanswered = UnansweredQuestions(client.services.libraries.feedback, 90)
    unanswered.add("Who owns the moon?")
    world.announce("GUILD_DELETE", {"id": str(other.id)}, other, GUILDS_INTENT)
    await discord.until(lambda: file.read_text() != "now\n", LONG)
    assert await use(discord, "gaps") == NO_GAPS
    file.write_text("2020-02-03T04:05:06Z\n")
    assert "Who owns the moon?" in await use(discord, "gaps")


async def test_gaps_are_not_listed_where_a_process_has_some_of_the_servers(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    await own_bots.start(keep_unanswered=True, shard_count=1, shard_ids=[0])
    assert await use(discord, "gaps") == SEVERAL_SERVERS


async def test_a_server_that_was_left_while_the_bot_was_not_running_counts_until_it_starts(
    discord: FakeDiscord, own_bots: Bots
) -> None:
    client = await own_bots.start(keep_unanswered=True)
    config = client.services.config
    note_servers(config, several=True)
    assert await use(discord, "gaps") == SEVERAL_SERVERS
    UnansweredQuestions(client.services.libraries.feedback, 90).add("Who owns the moon?")
    await client.settle_departures()
    assert await use(discord, "gaps") == NO_GAPS


async def test_the_articles_are_exported(discord: FakeDiscord, own_bots: Bots, tmp_path: Path) -> None:
    await own_bots.start()
    (tmp_path / "corpus" / ".secret").write_text("no article")
    assert await use(discord, "export") == "Here are the articles."
    (content,) = [request.files["library.zip"] for request in discord.requests if request.files]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert "notes/bees.md" in archive.namelist()
        assert len(archive.namelist()) == 4
    discord.attachment_limit = 100
    assert "larger than" in await use(discord, "export")


async def test_an_addition_that_outlasts_discords_patience_is_made_all_the_same(
    discord: FakeDiscord, own_bots: Bots, web: WebServer
) -> None:
    client = await own_bots.start()
    world = discord.world
    world.guild.grant(world.user, "manage_guild")
    discord.fail("PATCH", "@original", 401, 50027, times=None)
    await discord.slash(world.user, world.channel, "library add", url=web.put("/wasps", PAGE))
    await discord.until(lambda: len(client.services.libraries.common.library.titles) == 5, LONG)
    await discord.until(lambda: not len(client.services.question_handler.in_flight), LONG)
    assert [action for action, _ in logged(client)] == ["added"]
