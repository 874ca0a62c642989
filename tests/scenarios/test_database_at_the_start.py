"""A database that is away when a process starts: all wait for it but the doctor."""

import asyncio
import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typing_extensions import override

from bot.config import BotConfig
from bot.discord.running import Bot
from bot.web.running import serve_reading_room
from tests.fake_discord import FakeDiscord
from tests.support.bots import bot_config
from tests.support.homes import Home
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus

pytestmark = pytest.mark.slow

QUESTION = "How many people live in Raqqa?"
PATIENCE = 120  # seconds that a process waits here for a server on a slow machine


class Missed(logging.Handler):
    """Starts the server, once, as soon as the log says that somebody waits for it."""

    def __init__(self, server: Server) -> None:
        super().__init__()
        self.starting = threading.Thread(target=server.start)
        self.said: list[str] = []

    @override
    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())
        if len(self.said) == 1:
            self.starting.start()


@pytest.fixture
def home(killable_server: Server, tmp_path: Path, encoder_folder: Path) -> Home:
    """A home whose library is in a database of that server."""
    config = with_store(make_config(tmp_path), killable_server.database())
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    home = Home(tmp_path)
    configure(home, config.store.url, PATIENCE)
    return home


@pytest.fixture
def missed(home: Home, killable_server: Server) -> Iterator[Missed]:
    """Kill the server, and have it started when somebody waits for it."""
    log = logging.getLogger("index.storage.postgres.database")
    handler, level = Missed(killable_server), log.level
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    killable_server.kill()
    yield handler
    log.removeHandler(handler)
    log.setLevel(level)
    if handler.said:
        handler.starting.join()


def configure(home: Home, url: str, wait: float) -> None:
    text = '[corpus]\ndirectory = "corpus"\n[index]\ndirectory = "index"\n'
    home.config.write_text(f'{text}[store]\nurl = "{url}"\nwait = {wait}\n', "utf-8")


def test_a_question_waits_for_a_database_that_starts_after_it(home: Home, missed: Missed) -> None:
    run = home.footnote("ask", "--json", QUESTION)
    assert (run.code, run.json["answer"]) == (0, "About 90,000"), run.err
    assert len(missed.said) == 1
    assert missed.said[0].endswith(f"; waiting up to {PATIENCE} s for it")


async def test_the_bot_waits_for_a_database_that_starts_after_it(
    home: Home, missed: Missed, discord: FakeDiscord, tmp_path: Path
) -> None:
    url = BotConfig.read(home.config).store.url
    config = bot_config(tmp_path, tmp_path / "bot", discord, store={"url": url, "wait": PATIENCE})
    bot, stopping = Bot(config, discord.token), asyncio.Event()
    life = asyncio.create_task(bot.run(stopping))
    await discord.until(lambda: life.done() or bot.health().status == "ready", PATIENCE)
    stopping.set()
    await life
    assert len(missed.said) == 1


async def test_the_reading_room_waits_for_a_database_that_starts_after_it(
    home: Home, missed: Missed, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    stopping = asyncio.Event()
    config = BotConfig.read(home.config)
    room = asyncio.create_task(serve_reading_room(config, "127.0.0.1:0", "web.listen", "", stopping))
    while not room.done() and "the reading room is open" not in caplog.messages:
        await asyncio.wait([room], timeout=0.05)
    stopping.set()
    await room
    assert "the reading room is open" in caplog.messages
    assert len(missed.said) == 1


def test_whoever_waits_in_vain_is_told_so_in_one_line(home: Home, killable_server: Server) -> None:
    configure(home, BotConfig.read(home.config).store.url, 0.3)
    killable_server.kill()
    for command in (("ask", QUESTION), ("articles",), ("index",)):
        run = home.footnote(*command)
        assert (run.code, run.out) == (1, "")
        assert run.err.startswith("error: the database cannot be reached: ")
        assert sum("error" in line for line in run.err.splitlines()) == 1


def test_the_doctor_tells_at_once_that_the_database_is_away(home: Home, missed: Missed) -> None:
    """Nobody waits, so that nobody starts the server; what else needs it is not looked at."""
    checks = {check["check"]: check for check in home.footnote("doctor", "--json").json}
    assert checks["database"]["status"] == "fail"
    assert "the database cannot be reached" in checks["database"]["detail"]
    assert "index" not in checks
    assert checks["model"]["status"] == checks["reader"]["status"] == "ok"
    assert missed.said == []
