"""A database whose tables cannot grow: what was stored stays whole, and what found no room is made up for.

The server may write no file of more than 1 MB, and the tables have grown so far: PostgreSQL meets the limit
where it would meet a full disk or a quota, in the middle of a transaction, as any user and on any machine.
"""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.feedback.places import feedback_of
from bot.feedback.unanswered import UnansweredQuestions
from index.config import Config
from index.library import Library
from index.storage.postgres.database import Database
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import RIGHT, ask, press, seen
from tests.support.discord_questions import NOWHERE
from tests.support.full_tables import FILE_LIMIT, fill
from tests.support.homes import Home
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import Server, running_server
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus
from tests.support.stored_articles import stored_texts

pytestmark = pytest.mark.slow

QUESTION = "How many people live in Raqqa?"
NO_ROOM = "the database has no room left: could not extend file"


@pytest.fixture(scope="module")
def limited_server() -> Iterator[Server]:
    with running_server(FILE_LIMIT) as server:
        if server.folder is None:
            pytest.skip("a server that is not ours is left as it is")
        yield server


@pytest.fixture
def cramped_server(limited_server: Server) -> Server:
    """Return a server whose files may not grow beyond `FILE_LIMIT`."""
    if limited_server.file_limit is None:
        limited_server.limit_files(FILE_LIMIT)
    return limited_server


@pytest.fixture
def config(cramped_server: Server, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a database of that server, which is not full yet."""
    config = with_store(make_config(tmp_path), cramped_server.database(), wait=120)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    return config


def test_an_article_that_finds_no_room_is_made_up_for(
    config: Config, cramped_server: Server, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    home.config.write_text(
        '[corpus]\ndirectory = "corpus"\n[index]\ndirectory = "index"\n[answer]\nreader = "none"\n'
        f'[store]\nurl = "{config.store.url}"\nwait = 120\n',
        "utf-8",
    )
    assert home.footnote("index").code == 0
    database = Database(config.store.url, wait=120)
    before = stored_texts(database)
    fill(cramped_server, config.store.url, "sentences", "library_changes")

    mice = tmp_path / "mice.txt"
    mice.write_text("Mice\n\n" + "".join(f"Mouse {n} eats cheese. " for n in range(80)), "utf-8")
    added = home.footnote("add", str(mice))
    assert (added.code, added.out) == (0, "added mice\n    Mice, 81 sentences\n")
    assert f"the change is in a file until the log can take it: {NO_ROOM}" in added.err
    refused = home.footnote("index")
    assert (refused.code, refused.out) == (1, "")
    error, remedy = refused.err.splitlines()
    assert error.startswith(f"error: {NO_ROOM}")
    assert remedy == "  Free disk space there."
    asked = home.footnote("ask", "--json", QUESTION)
    assert (asked.code, asked.json["answer"]) == (0, "90,000")
    (warning,) = [line for line in asked.err.splitlines() if line.startswith("warning: ")]
    assert warning.startswith(f"warning: {NO_ROOM}")
    assert warning.endswith("Answering from the last index. Free disk space there.")
    assert stored_texts(database) == before

    cramped_server.limit_files(None)
    assert home.footnote("index").out == "1 added, 0 updated, 0 removed, 3 unchanged\n"
    after = stored_texts(database)
    assert len(after.pop("mice")) == 81
    assert after == before
    changes = home.footnote("library", "log", "--json").json
    assert [change["action"] for change in changes if change["file"] == "mice.txt"] == ["added"]
    database.close()


async def test_feedback_that_finds_no_room_is_told_and_kept_once_there_is(
    discord: FakeDiscord,
    config: Config,
    cramped_server: Server,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bots = Bots(discord, Library.open(config), tmp_path, tmp_path / "home")
    bots.store = {"url": config.store.url, "wait": config.store.wait}
    kept = feedback_of(BotConfig.model_validate({"base": tmp_path, "store": bots.store}))
    unanswered = UnansweredQuestions(kept, 90)
    try:
        await bots.start(keep_unanswered=True, deadline=120)
        answer = await ask(discord, QUESTION)
        fill(cramped_server, config.store.url, "feedback", "unanswered")
        with caplog.at_level(logging.WARNING, "bot"):
            said = seen(await press(discord, answer, RIGHT))
            assert said.startswith("Thanks, but I have no room left to keep that.")
            await ask(discord, NOWHERE)
            await discord.until(lambda: "unanswered question not kept" in caplog.messages, 120)
        told = [record for record in caplog.records if record.levelno >= logging.WARNING]
        assert {record.getMessage() for record in told} == {
            "feedback not kept",
            "unanswered question not kept",
        }
        for record in told:
            assert NO_ROOM in record.fields["reason"]  # type: ignore[attr-defined]
            assert not record.exc_info
        assert (kept.list(), list(unanswered.list())) == ([], [])

        await asyncio.to_thread(cramped_server.limit_files, None)
        for _ in range(2):
            await press(discord, answer, RIGHT)
        await ask(discord, NOWHERE)
        await discord.until(lambda: len(unanswered.list()) > 0, 120)
        assert [entry.judgement.answer for entry in kept.list()] == ["About 90,000"]
        assert [each.question for each in unanswered.list()] == [NOWHERE]
    finally:
        await bots.stop_all()
