"""A database that goes away under the bot and the reading room: people wait, or are told to come back."""

import asyncio
import logging
import re
import threading
import traceback
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.config import BotConfig
from bot.feedback.places import feedback_of
from bot.feedback.store import FEEDBACK_FILE
from bot.feedback.unanswered import UnansweredQuestions
from index.config import Config
from index.errors import FootnoteError
from index.library import Library
from index.storage.postgres.database import Database
from index.storage.postgres.failures import translated
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import RIGHT, press
from tests.support.discord_questions import NOWHERE, ask, mentioning, starts, text
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server
from tests.support.reading_rooms import Rooms
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus

pytestmark = pytest.mark.slow

QUESTION = "How many people live in Raqqa?"
PATIENCE = 120  # seconds that a question waits here for a server on a slow machine
FRONT_ENDS = {"discord", "live", "web"}
BUSY = re.compile(r"I'm busy.* try again in 10 s\.")


@pytest.fixture
def config(killable_server: Server, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a database that a question waits for as long as it takes."""
    config = with_store(make_config(tmp_path), killable_server.database(), wait=PATIENCE)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    return config


@pytest.fixture
def stored_bots(
    discord: FakeDiscord, config: Config, tmp_path: Path, runner: asyncio.Runner
) -> Iterator[Bots]:
    """Return what starts bots over the library in the database."""
    bots = Bots(discord, Library.open(config), tmp_path, tmp_path / "home")
    bots.store = {"url": config.store.url, "wait": config.store.wait}
    yield bots
    runner.run(bots.stop_all())


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return what is set once somebody has asked the database in vain."""
    in_vain = threading.Event()

    def noted(error: psycopg.Error) -> FootnoteError:
        in_vain.set()
        return translated(error)

    monkeypatch.setattr("index.storage.postgres.database.translated", noted)
    return in_vain


@pytest.fixture(autouse=True)
def asked_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Note where a front end asks the database on its event loop, which must never wait: nowhere."""
    places: list[str] = []
    for name in ("connect", "snapshot", "change"):
        monkeypatch.setattr(Database, name, _noting(getattr(Database, name), places))
    yield places
    assert not places


def _noting(method: Callable[..., Any], places: list[str]) -> Callable[..., Any]:
    def noting(self: Database, *args: Any, **options: Any) -> Any:
        with suppress(RuntimeError):
            asyncio.get_running_loop()  # there is none in other threads
            files = (Path(frame.filename) for frame in traceback.extract_stack())
            places.extend(str(file) for file in files if FRONT_ENDS.intersection(file.parts))
        return method(self, *args, **options)

    return noting


@asynccontextmanager
async def away(server: Server) -> AsyncIterator[None]:
    """Have the server killed, and started again at the end."""
    await asyncio.to_thread(server.kill)
    try:
        yield
    finally:
        await asyncio.to_thread(server.start)


async def test_a_question_in_discord_waits_for_a_database_that_was_killed(
    discord: FakeDiscord, stored_bots: Bots, killable_server: Server, refused: threading.Event
) -> None:
    await stored_bots.start(deadline=PATIENCE)
    async with away(killable_server):
        asked = await (await ask(discord, QUESTION)).acknowledged()
        said = await discord.say(
            discord.world.user, discord.world.channel, f"{discord.world.bot.mention} {QUESTION}"
        )
        await asyncio.to_thread(refused.wait, PATIENCE)
        assert not asked.is_done
    assert "90,000" in text(await asked.done(PATIENCE))
    assert "90,000" in starts(await discord.answer(said, PATIENCE))


async def test_who_waits_too_long_for_the_database_is_told_when_to_come_back(
    discord: FakeDiscord, stored_bots: Bots, killable_server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    stored_bots.library = Library.open(impatient(stored_bots))
    await stored_bots.start()
    async with away(killable_server):
        with caplog.at_level(logging.WARNING, "bot"):
            asked = await (await ask(discord, QUESTION)).done(PATIENCE)
            assert BUSY.fullmatch(text(asked))
            assert BUSY.fullmatch((await mentioning(discord, QUESTION)).content)
    logged = [
        record
        for record in caplog.records
        if record.name.startswith("bot.") and record.levelno >= logging.WARNING
    ]
    assert {record.getMessage() for record in logged} == {"database busy or away"}
    assert not any(record.exc_info for record in logged)
    while BUSY.fullmatch(said := text(await (await ask(discord, QUESTION)).done(PATIENCE))):
        pass  # it is back, but has to be quick for so little patience
    assert "90,000" in said


async def test_a_database_that_stays_away_until_the_deadline(
    discord: FakeDiscord, stored_bots: Bots, killable_server: Server
) -> None:
    client = await stored_bots.start(deadline=1)
    async with away(killable_server):
        assert "took too long" in text(await (await ask(discord, QUESTION)).done(PATIENCE))
    await discord.until(lambda: client.services.question_queue.is_idle, PATIENCE)


async def test_verdicts_and_unanswered_questions_are_in_the_database(
    discord: FakeDiscord, stored_bots: Bots, config: Config, tmp_path: Path
) -> None:
    await stored_bots.start(keep_unanswered=True)
    asked = await (await ask(discord, QUESTION)).done(PATIENCE)
    assert asked.message is not None
    await press(discord, asked.message, RIGHT)
    await (await ask(discord, NOWHERE)).done(PATIENCE)
    kept = feedback_of(BotConfig.model_validate({"base": tmp_path, "store": stored_bots.store}))
    unanswered = UnansweredQuestions(kept, 90)
    await discord.until(lambda: kept.list() and unanswered.list(), PATIENCE)
    assert [entry.judgement.answer for entry in kept.list()] == ["About 90,000"]
    assert [each.question for each in unanswered.list()] == [NOWHERE]
    assert not (tmp_path / "home" / "bot" / FEEDBACK_FILE).exists()


async def test_the_reading_room_waits_for_a_database_that_was_killed(
    rooms: Rooms, config: Config, killable_server: Server, refused: threading.Event
) -> None:
    patient = {"deadline": PATIENCE}
    room = await rooms.open(library=await asyncio.to_thread(Library.open, config), discord=patient)
    async with away(killable_server):
        asked = asyncio.create_task(room.get("/", params={"q": QUESTION}))
        article = asyncio.create_task(room.get("/a/raqqa"))
        await asyncio.to_thread(refused.wait, PATIENCE)
        assert not asked.done()
        assert not article.done()
    assert "About 90,000" in (await asked).words
    assert "predicts a long fight" in (await article).words


async def test_the_reading_room_says_that_the_database_is_away(
    rooms: Rooms, config: Config, killable_server: Server
) -> None:
    hasty = with_store(config, config.store.url, wait=0.5)
    room = await rooms.open(library=await asyncio.to_thread(Library.open, hasty))
    async with away(killable_server):
        for path in ("/", "/api/ask"):
            reply = await room.get(path, params={"q": QUESTION})
            assert reply.status == 503
            assert reply.headers["Retry-After"] == "10"
            assert "The database has no time at the moment." in reply.text
        assert (await room.get("/a/raqqa")).status == 503
    outcomes = {"source": "web", "outcome": "busy"}
    registry = room.services.meter.registry
    assert registry.get_sample_value("footnote_questions_total", outcomes) == 2
    while (reply := await room.get("/", params={"q": QUESTION})).status == 503:
        pass  # it is back, but has to be quick for so little patience
    assert "About 90,000" in reply.words


def impatient(bots: Bots) -> Config:
    """Return the configuration of the bots' library with little patience for the database."""
    folder = bots.library_folder
    return with_store(make_config(folder), bots.store["url"], wait=0.5)
