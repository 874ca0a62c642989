"""Libraries of servers: opened when they are asked, joined with the common one, closed when nobody asks."""

import asyncio
import gc
import json
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.config import BotConfig
from bot.discord.library import server_libraries
from bot.discord.library.server_libraries import IDLE, OPEN_WITHIN, RETRY_AFTER, ServerLibraries
from bot.feedback.store import Feedback
from bot.live.live_library import LiveLibrary
from index.building.report import BuildReport
from index.errors import IndexBusyError, IndexStaleError, IndexUnwritableError
from index.library import Library
from index.storage.generations import SCHEMA
from tests.support.bots import update_here
from tests.support.small_library import write_corpus

RAID, ZOO = "The guild raids on Friday evening.\n", "The zoo has nine zebras.\n"
WHEN, HOW_MANY, BRIDGE = (
    "When does the guild raid?",
    "How many zebras are there?",
    "How long is the red bridge?",
)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Updates:
    """Updates indexes in this process, and counts; fails while `broken`, and waits until `may_go_on`."""

    def __init__(self) -> None:
        self.servers: list[int | None] = []
        self.broken = False
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, config: BotConfig, wait: float) -> BuildReport:
        self.servers.append(config.server)
        await self.may_go_on.wait()
        if self.broken:
            raise IndexUnwritableError("the disk is full")
        return await update_here(config, wait)


@pytest.fixture
def updates() -> Updates:
    return Updates()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def open_libraries(
    library: Library,
    library_folder: Path,
    tmp_path: Path,
    updates: Updates,
    clock: Clock,
    runner: asyncio.Runner,
) -> Iterator[Callable[..., ServerLibraries]]:
    """Return what opens the libraries of servers; those of two calls lie in the same folders."""
    opened: list[ServerLibraries] = []

    def open_libraries(*, watch: float = 0, deadline: float = 30, **options: Any) -> ServerLibraries:
        config = BotConfig.model_validate(
            {
                "base": tmp_path,
                "corpus": {"directory": str(library_folder / "corpus")},
                "index": {"directory": str(library_folder / "index"), "watch": watch},
                "discord": {"libraries": "per-server", "deadline": deadline},
            }
        )
        common, feedback = LiveLibrary(config, library, None, updates), Feedback(config.bot_directory)
        options = {"open_within": 120.0, **options}
        opened.append(ServerLibraries(config, common, feedback, updates, clock=clock, **options))
        return opened[-1]

    yield open_libraries
    for libraries in opened:
        runner.run(libraries.close())


@pytest.fixture
def libraries(open_libraries: Callable[..., ServerLibraries]) -> ServerLibraries:
    return open_libraries()


def write(libraries: ServerLibraries, server: int, text: str, name: str = "own.md") -> Path:
    corpus = libraries.config_of(server).corpus_directory
    write_corpus(corpus, {name: text})
    return corpus / name


async def test_each_server_asks_its_own_and_the_common_articles(
    libraries: ServerLibraries, updates: Updates
) -> None:
    write(libraries, 1, RAID)
    write(libraries, 2, ZOO)
    first, second, third = [await libraries.library_of(server) for server in (1, 2, 3)]
    assert "Friday evening" in (first.ask(WHEN).answer or "")
    assert second.ask(HOW_MANY).answer == "nine"
    for other, question in ((second, WHEN), (first, HOW_MANY), (third, WHEN), (third, HOW_MANY)):
        assert not other.ask(question).answerable
    assert all(each.ask(BRIDGE).answerable for each in (first, second, third))
    assert third is await libraries.library_of(None) is libraries.common.library
    assert first is await libraries.library_of(1)
    assert updates.servers == [1, 2]
    assert first.models is second.models is third.models


async def test_an_index_is_opened_once_however_many_ask_and_give_up(
    libraries: ServerLibraries, updates: Updates
) -> None:
    write(libraries, 1, RAID)
    asking = [asyncio.create_task(libraries.library_of(1)) for _ in range(5)]
    await asyncio.sleep(0)
    asking[0].cancel()
    found = await asyncio.gather(*asking, return_exceptions=True)
    assert isinstance(found[0], asyncio.CancelledError)
    assert {*found[1:]} == {await libraries.library_of(1)}
    assert updates.servers == [1]


@pytest.mark.parametrize("before", ["missing", "older"])
async def test_while_an_index_is_built_the_common_articles_answer_at_once(
    before: str, open_libraries: Callable[..., ServerLibraries], updates: Updates
) -> None:
    """What may take minutes is no question's to wait for."""
    libraries = open_libraries(open_within=0.0)
    write(libraries, 1, RAID)
    if before == "older":
        await open_libraries().library_of(1)
        pointer = libraries.config_of(1).index_directory / "current"
        pointer.write_text(json.dumps({"schema": SCHEMA - 1}))
        updates.servers.clear()
    updates.may_go_on.clear()
    for _ in range(2):
        assert await libraries.library_of(1) is libraries.common.library
        assert libraries.is_preparing(1)
    with pytest.raises(IndexBusyError):
        await libraries.changeable_library_of(1)
    assert not any(libraries.is_preparing(server) for server in (2, None))
    updates.may_go_on.set()
    assert await libraries.refresh(1)  # waits
    assert not libraries.is_preparing(1)
    assert (await libraries.library_of(1)).ask(WHEN).answerable
    assert updates.servers == [1]


async def test_a_question_waits_no_longer_than_its_deadline_allows(
    open_libraries: Callable[..., ServerLibraries],
) -> None:
    waits = [open_libraries(deadline=deadline, open_within=None).open_within for deadline in (2, 30)]
    assert waits == [1, OPEN_WITHIN]


async def test_an_index_that_is_not_asked_is_closed_and_opened_again(
    libraries: ServerLibraries, clock: Clock, updates: Updates
) -> None:
    write(libraries, 1, RAID)
    before = weakref.ref(await libraries.library_of(1))
    clock.now += IDLE
    libraries.close_idle()
    assert libraries.open_servers == [1]
    clock.now += 1
    libraries.close_idle()
    assert libraries.open_servers == []
    await asyncio.sleep(0)  # the event loop holds what was awaited last
    gc.collect()
    assert before() is None
    assert (await libraries.library_of(1)).ask(WHEN).answerable
    assert updates.servers == [1]


async def test_of_too_many_the_one_asked_longest_ago_is_closed(
    open_libraries: Callable[..., ServerLibraries],
) -> None:
    libraries = open_libraries(most_open=2)
    for server in (1, 2, 3):
        write(libraries, server, RAID)
    for server in (1, 2, 1, 98, 99):  # two have no articles
        await libraries.library_of(server)
    assert libraries.open_servers == [2, 1]
    await libraries.library_of(3)
    assert libraries.open_servers == [1, 3]
    async with libraries.lock_of(3):  # somebody is changing it
        await libraries.library_of(1)
        await libraries.library_of(2)
        assert len(libraries.open_servers) == 3
    libraries.close_idle()
    assert len(libraries.open_servers) == 2


async def test_vectors_of_another_model_are_not_asked(
    libraries: ServerLibraries, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(libraries, 1, RAID)

    def stale(*_: object) -> Library:
        raise IndexStaleError("another model")

    with monkeypatch.context() as patch:
        patch.setattr(Library, "joined_with", stale)
        assert await libraries.library_of(1) is libraries.common.library
    assert await libraries.library_of(1) is libraries.common.library
    clock.now += RETRY_AFTER
    assert (await libraries.library_of(1)).ask(WHEN).answerable


async def test_what_fails_for_one_server_does_not_stop_the_watch(
    open_libraries: Callable[..., ServerLibraries], monkeypatch: pytest.MonkeyPatch
) -> None:
    libraries = open_libraries(watch=0.01)
    for server, text in ((1, RAID), (2, ZOO)):
        write(libraries, server, text)
        await libraries.library_of(server)
    read = server_libraries.has_articles

    def fails_for_one(config: BotConfig) -> bool:
        if config.server == 1:
            raise OSError("no permission")
        return read(config)

    monkeypatch.setattr(server_libraries, "has_articles", fails_for_one)
    write(libraries, 2, RAID, "raid.md")
    watching = asyncio.create_task(libraries.watch())
    async with asyncio.timeout(60):
        while not (await libraries.library_of(2)).ask(WHEN).answerable:
            await asyncio.sleep(0.01)
    assert not watching.done()
    watching.cancel()


async def test_changes_are_answered_from_down_to_the_last_article(libraries: ServerLibraries) -> None:
    assert await libraries.changeable_library_of(1) is None
    file = write(libraries, 1, RAID)
    assert await libraries.refresh(1)
    assert (await libraries.library_of(1)).ask(WHEN).answerable
    write(libraries, 1, ZOO, "zoo.md")
    assert await libraries.refresh(1)
    assert (await libraries.library_of(1)).ask(HOW_MANY).answerable
    changeable = await libraries.changeable_library_of(1)
    assert changeable is not None
    assert [row.id for row in changeable.articles()] == ["own", "zoo"]
    file.unlink()
    file.with_name("zoo.md").unlink()
    assert await libraries.refresh(1)
    assert await libraries.library_of(1) is libraries.common.library
    assert await libraries.changeable_library_of(1) is None


async def test_without_its_index_a_server_asks_the_common_articles_and_tries_again_later(
    libraries: ServerLibraries, updates: Updates, clock: Clock
) -> None:
    updates.broken = True
    write(libraries, 1, RAID)
    for _ in range(3):
        assert await libraries.library_of(1) is libraries.common.library
    assert updates.servers == [1]
    assert not await libraries.refresh(1)
    updates.broken = False
    clock.now += RETRY_AFTER
    assert (await libraries.library_of(1)).ask(WHEN).answerable


async def test_a_common_library_that_was_exchanged_is_asked_at_once(
    libraries: ServerLibraries, library_folder: Path, library: Library
) -> None:
    write(libraries, 1, RAID)
    before = await libraries.library_of(1)
    libraries.common.exchange(Library.open(libraries.config_of(None), library))
    after = await libraries.library_of(1)
    assert after is not before
    assert after.ask(WHEN).answerable


async def test_feedback_lies_with_the_articles_it_is_about(libraries: ServerLibraries) -> None:
    of_one = await libraries.feedback_of(1)
    assert of_one.path.parent == libraries.config_of(1).server_directory
    assert await libraries.feedback_of(None) is libraries.feedback
    assert await libraries.feedback_of(1) is of_one


async def test_no_server_takes_the_processes_of_the_others(
    open_libraries: Callable[..., ServerLibraries],
) -> None:
    running: list[int | None] = []
    at_once: list[list[int | None]] = []
    may_end = asyncio.Event()

    async def work(config: BotConfig, *_: object) -> None:
        running.append(config.server)
        at_once.append([*running])
        await may_end.wait()
        running.remove(config.server)

    libraries = open_libraries(work=work)
    servers = (1, 1, 1, 1, 1, 2, None, None)
    tasks = [asyncio.create_task(libraries.work_on(server, lambda *_: None, "x")) for server in servers]
    while len(running) < 3:
        await asyncio.sleep(0)
    libraries.close_idle()
    may_end.set()
    await asyncio.gather(*tasks)
    assert len(at_once) == len(servers)
    assert {1, 2, None} in [{*each} for each in at_once]
    assert all(len(each) == len({*each}) for each in at_once)
