"""The fake Discord and the bot for every test here, and tests that are coroutines."""

import asyncio
import inspect
import shutil
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.discord.events.client import FootnoteClient
from index.config import Config
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.fake_discord.openapi import OpenAPI
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.discord_addresses import restore_on_exit
from tests.support.homes import BEES
from tests.support.paths import CORPUS
from tests.support.shared_folders import link_index, shared_folder
from tests.support.small_library import build, provide_encoder, write_corpus

ARTICLES = {
    "notes/bees.md": BEES,
    "bridges/red.txt": """\
The red bridge

The red bridge is 900 metres long. It was opened in 1931. Ships pass below it at all hours.
""",
    "bridges/green.txt": """\
The green bridge

The green bridge is 40 metres long. Nobody remembers when it was opened.
""",
}


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give each test that is a coroutine the runner of its event loop."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.fixturenames.insert(0, "runner")


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine on the event loop of its fixtures."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    runner: asyncio.Runner = pyfuncitem.funcargs["runner"]
    names = inspect.signature(pyfuncitem.obj).parameters
    runner.run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """Return the runner of the test's own event loop: what went wrong on it unseen fails the test."""
    trouble: list[str] = []
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        loop.set_exception_handler(lambda _, context: trouble.append(_in_words(context)))
        yield runner
        left = runner.run(_left())
    assert not left, f"tasks that nobody ended: {left}"
    assert not trouble, "on the event loop:\n" + "\n".join(trouble)


async def _left() -> set[asyncio.Task[Any]]:
    """Return the tasks that do not end soon; what was cancelled needs a moment to."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    return (await asyncio.wait(tasks, timeout=2))[1] if tasks else set()


def _in_words(context: dict[str, Any]) -> str:
    error = context.get("exception")
    trace = "".join(traceback.format_exception(error)) if error else ""
    return f"{context.get('message')} {context.get('future') or context.get('task') or ''}\n{trace}"


@pytest.fixture(scope="session")
def openapi() -> OpenAPI | None:
    """Return Discord's own description, read once; None where $DISCORD_OPENAPI names none."""
    return OpenAPI.from_environment()


@pytest.fixture
def discord(runner: asyncio.Runner, openapi: OpenAPI | None) -> Iterator[FakeDiscord]:
    """Return a running fake Discord; what it refused and the test did not expect fails the test."""
    server = FakeDiscord(openapi=openapi)
    runner.run(server.__aenter__())
    with restore_on_exit():
        yield server
    runner.run(server.__aexit__(None, None, None))
    server.check()


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Path:
    """Return a folder with `corpus` and its built `index`; tests only read it."""

    def fill(base: Path) -> None:
        shutil.copytree(CORPUS, base / "corpus")
        write_corpus(base / "corpus", ARTICLES)
        config = _library_config(base)
        provide_encoder(config, encoder_folder)
        build(config)

    return shared_folder(tmp_path_factory, "discord-library", fill)


def _library_config(folder: Path) -> Config:
    return Config.model_validate({"base": folder, "index": {"directory": "index"}})


@pytest.fixture(scope="session")
def library(library_folder: Path, shared_models: None) -> Library:
    """Return the library of `library_folder`, warm; all bots share it."""
    library = Library.open(_library_config(library_folder))
    library.ask("How long is the red bridge?")
    return library


@pytest.fixture
def bots(
    discord: FakeDiscord,
    library: Library,
    library_folder: Path,
    tmp_path: Path,
    runner: asyncio.Runner,
) -> Iterator[Bots]:
    """Return what starts bots; `await bots.start(queue=1)` takes keys of `[discord]`."""
    bots = Bots(discord, library, library_folder, tmp_path / "home")
    yield bots
    runner.run(bots.stop_all())


@pytest.fixture
def own_bots(
    discord: FakeDiscord,
    library: Library,
    library_folder: Path,
    tmp_path: Path,
    runner: asyncio.Runner,
) -> Iterator[Bots]:
    """Return what starts bots over a library of the test's own, which it may change, in this process."""
    shutil.copytree(library_folder / "corpus", tmp_path / "corpus")
    link_index(library_folder / "index", tmp_path / "index")
    own = Library.open(_library_config(tmp_path), earlier=library)
    bots = Bots(discord, own, tmp_path, tmp_path / "home")
    yield bots
    runner.run(bots.stop_all())


@pytest.fixture
def bot(bots: Bots, runner: asyncio.Runner) -> FootnoteClient:
    """Return a running bot without cooldowns, its commands registered."""
    return runner.run(bots.start())


@pytest.fixture
def all_worth_showing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every citation shown, however unlikely it is, so that there are pages to turn."""
    monkeypatch.setattr("bot.shown_citations.LEAST_SCORE", 0.0)


@pytest.fixture
def manager(discord: FakeDiscord) -> User:
    """Return a person who may change the library, unlike `discord.world.user`."""
    person = discord.world.add_user("grace")
    discord.world.guild.grant(person, "manage_guild")
    return person
