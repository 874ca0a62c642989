"""The bot that refreshes fetched articles by itself: when, and what its log says."""

import asyncio
import contextlib
import logging
import multiprocessing
import os
import time
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.discord.library.page_refresh import RefreshReport, refresh_pages, refresh_regularly
from bot.live.update_process import work_in_child
from index.errors import FootnoteError
from index.ingestion.pages import add_page
from index.ingestion.polite_fetching import PoliteFetcher
from tests.support.web_server import web_server

PAGE = "<h1>Bees</h1><p>Bees hum. They sleep at night.</p>"


def config_in(folder: Path, refresh: str = "1d") -> BotConfig:
    section = {"refresh": refresh, "allow_hosts": ["127.0.0.1"]}
    return BotConfig.model_validate({"base": folder, "corpus": section})


async def calls_within_a_moment(config: BotConfig, outcome: RefreshReport | Exception) -> int:
    """Return how often a refresh begins before the bot has nothing to do but wait."""
    calls = 0

    async def refresh(_: BotConfig) -> RefreshReport:
        nonlocal calls
        calls += 1
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(refresh_regularly(config, refresh), 0.05)
    return calls


async def test_nothing_is_refreshed_unless_it_is_configured(tmp_path: Path) -> None:
    assert await calls_within_a_moment(BotConfig(base=tmp_path), RefreshReport({}, {})) == 0


async def test_pages_are_refreshed_once_they_are_due_whenever_the_bot_starts(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    assert await calls_within_a_moment(config, RefreshReport({}, {})) == 1
    assert await calls_within_a_moment(config, RefreshReport({}, {})) == 0
    a_day_ago = time.time() - 86_401
    os.utime(config.bot_directory / "refreshed", (a_day_ago, a_day_ago))
    assert await calls_within_a_moment(config, RefreshReport({}, {})) == 1


@pytest.mark.parametrize(
    ("outcome", "event"),
    [
        (RefreshReport({"updated": 1}, {}), "fetched pages refreshed"),
        (RefreshReport({}, {"bees": "gone"}), "page not refreshed"),
        (FootnoteError("no corpus"), "the fetched pages were not refreshed"),
        (KeyError("bees"), "the fetched pages were not refreshed"),
    ],
)
async def test_the_log_says_what_came_of_it(
    outcome: RefreshReport | Exception, event: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await calls_within_a_moment(config_in(tmp_path), outcome)
    assert event in [record.message for record in caplog.records]


@pytest.mark.slow
async def test_a_child_refreshes_what_was_fetched(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    with web_server() as web:
        address = web.put("/bees", PAGE)
        gone = web.put("/wasps", PAGE.replace("Bees", "Wasps"))
        fetcher = PoliteFetcher(["127.0.0.1"], 0.0)
        for each in (address, gone):
            added = await asyncio.to_thread(add_page, config.corpus_directory, each, fetcher)
        web.put("/bees", PAGE.replace("hum", "sting"))
        web.pages["/wasps"] = lambda handler: handler.send_error(500)
        refreshed = await work_in_child(config, 0, refresh_pages, "refreshing")
    assert refreshed.outcomes == {"updated": 1}
    assert list(refreshed.failures) == [added.file.removesuffix(".md")]
    assert "sting" in (config.corpus_directory / added.file).with_name("bees.md").read_text()
    assert multiprocessing.active_children() == []
