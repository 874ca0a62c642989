"""How much members of a server may add, wherever they do: refused in one clear line, and nothing stored."""

import asyncio
from pathlib import Path

import pytest

from bot.discord.replies.answer_reply import ANSWER_LABEL
from bot.library_log import SCHEDULE, TERMINAL, LibraryLog
from tests.fake_discord import FakeDiscord
from tests.fake_discord.world import User
from tests.support.bots import THIS_MACHINE, Bots
from tests.support.button_presses import NOWHERE, ask, press, seen
from tests.support.web_server import web_server

ARTICLES = "the library holds as many articles as it may: remove one first."
DAY = "this server has added 2 articles within a day, as many as it may."


@pytest.mark.slow
async def test_no_way_to_add_passes_the_quotas(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    own_bots.hosts = THIS_MACHINE
    settings = {"libraries": "per-server", "learn_answers": True, "server_articles": 1}
    client = await own_bots.start(**settings, server_characters=200, server_additions_per_day=2)
    world = discord.world
    corpus = client.services.config.of_server(world.guild.id).corpus_directory
    log = LibraryLog(client.services.config.bot_directory)

    async def add_message(text: str) -> str:
        said = await discord.say(world.user, world.channel, text)
        return seen(await (await discord.menu(manager, said, "Add to library")).done())

    async def add_page(url: str) -> str:
        used = await discord.slash(manager, world.channel, "library add", url=url)
        return seen(await used.done(60.0))

    async def teach() -> str:
        opened = await press(discord, await ask(discord, NOWHERE), ANSWER_LABEL, manager)
        sent = await discord.submit(manager, opened, answer="About 63,000 dollars.")
        await discord.until(lambda: sent.followups)
        return seen(sent)

    def files() -> list[Path]:
        return [path for path in corpus.rglob("*") if path.is_file()] if corpus.is_dir() else []

    with web_server() as web:
        page = web.put("/wasps", "<h1>Wasps</h1><p>Wasps sting.</p>")
        long = "I stored nothing: it has 300 characters, and the library may take 200 more."
        assert await add_message("ab " * 100) == long.replace("300", "299")
        assert not files()
        assert "Ask away" in await add_message("The pool opens at noon.")
        (only,) = files()
        assert await add_message("The pool closes at nine.") == f"I stored nothing: {ARTICLES}"
        assert f"I stored nothing: {ARTICLES}" in await teach()
        assert await add_page(page) == f"Not added: {ARTICLES}"
        assert files() == [only]
        only.unlink()
        for who, server in ((TERMINAL, world.guild.id), (SCHEDULE, world.guild.id), ("5", 12)):
            log.record(who, "added", "other.md", server=server)  # not by members, or elsewhere
        assert "Ask away" in await add_page(page)
        assert await add_page(page) == f"Not added: {DAY}"
        assert await add_message("The pool is closed.") == f"I stored nothing: {DAY}"
        assert f"I stored nothing: {DAY}" in await teach()
    assert len(files()) == 1


async def test_what_was_removed_counts_as_long_as_it_is_there(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start(libraries="per-server", server_megabytes=1)
    world = discord.world
    config = client.services.config.of_server(world.guild.id)

    async def add_message(text: str) -> str:
        said = await discord.say(world.user, world.channel, text)
        return seen(await (await discord.menu(manager, said, "Add to library")).done(60.0))

    assert "Ask away" in await add_message("The pool opens at noon.")
    trash = config.server_directory / ".trash" / "2026-11-29T09-30-00"
    trash.mkdir(parents=True)
    (trash / "old.pdf").write_bytes(bytes(2**20))
    refused = await add_message("The pool closes at nine.")
    assert "the library may take 0.00 MB more, with what was removed from it" in refused
    assert len(list(config.corpus_directory.rglob("*.md"))) == 1
    (trash / "old.pdf").unlink()
    assert "Ask away" in await add_message("The pool closes at nine.")


async def test_the_common_library_has_none(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    await own_bots.start(server_articles=1, server_characters=1, server_additions_per_day=1)
    world = discord.world
    for text in ("The pool opens at noon.", "The pool closes at nine."):
        said = await discord.say(world.user, world.channel, text)
        await asyncio.sleep(0)
        assert "Ask away" in seen(await (await discord.menu(manager, said, "Add to library")).done())
