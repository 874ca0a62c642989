"""Fetched articles asked for again by the running bot, every `[corpus] refresh`, in a process of its own."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.config import BotConfig
from bot.discord.library.quotas import room_of
from bot.library_log import SCHEDULE, LibraryLog
from bot.live.update_process import work_in_child
from bot.server_folders import server_ids
from bot.telemetry.log_format import fields
from index.errors import FootnoteError
from index.records import Progress

_LAST = "refreshed"
"""File in the bot's folder whose time is that of the last refresh, so that a restart does not put it off."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PageRefresh:
    """How many articles there are of each outcome, and why some could not be asked for, by id."""

    outcomes: Mapping[str, int]
    failures: Mapping[str, str]


def refresh_pages(
    config: BotConfig,
    _progress: Progress,
    _wait: float,
    *,
    only: str | None = None,
    who: str = SCHEDULE,
    server: int | None = None,
) -> PageRefresh:
    """Ask for all fetched articles again, or `only` for the one with that id.

    Raises ConfigurationError, and UnknownArticleError if there is no such article.
    """
    from index.ingestion.corpus_changes import Outcome, find_file  # with what only the child needs
    from index.ingestion.polite_fetching import PoliteFetcher
    from index.ingestion.refreshing import fetched_files, refresh_article

    corpus = config.corpus_directory
    library_log = LibraryLog(config.bot_directory)
    fetcher = PoliteFetcher(config.corpus.allow_hosts)
    room, outcomes = room_of(config), Counter[str]()
    failures: dict[str, str] = {}
    for file in [find_file(corpus, only)] if only else fetched_files(corpus):
        try:
            refreshed = refresh_article(corpus, file, fetcher, room)
            outcomes[refreshed.outcome] += 1
            if refreshed.outcome is Outcome.UPDATED:
                library_log.record(who, refreshed.outcome, refreshed.file, refreshed.url, server=server)
        except FootnoteError as error:
            failures[file.id] = error.message
        except OSError as error:
            failures[file.id] = error.strerror or str(error)
    return PageRefresh(dict(outcomes), failures)


async def _refresh_in_child(config: BotConfig) -> PageRefresh:
    work = partial(refresh_pages, server=config.server)
    return await work_in_child(config, 0, work, "refreshing the fetched pages")


async def refresh_regularly(
    config: BotConfig, refresh: Callable[[BotConfig], Awaitable[PageRefresh]] = _refresh_in_child
) -> None:
    """Refresh the fetched articles at each interval until cancelled; return at once if none is configured."""
    interval = config.corpus.refresh_seconds
    if not interval:
        return
    last = config.bot_directory / _LAST
    with contextlib.suppress(OSError):  # there was none yet
        await asyncio.sleep(min(interval, last.stat().st_mtime + interval - time.time()))
    while True:
        await _refresh_and_log(config, refresh)
        for server in await asyncio.to_thread(server_ids, config):
            of_server = config.of_server(server)
            if of_server.corpus_directory.is_dir():
                await _refresh_and_log(of_server, refresh)
        try:
            last.parent.mkdir(parents=True, exist_ok=True)
            last.touch()
        except OSError as error:
            log.warning("cannot keep when pages were refreshed", extra=fields(reason=error.strerror))
        await asyncio.sleep(interval)


async def _refresh_and_log(config: BotConfig, refresh: Callable[[BotConfig], Awaitable[PageRefresh]]) -> None:
    which = {} if config.server is None else {"server": config.server}
    try:
        refreshed = await refresh(config)
    except FootnoteError as error:
        log.warning("the fetched pages were not refreshed", extra=fields(reason=error.message, **which))
    except Exception as error:  # the next time may go better
        log.error("the fetched pages were not refreshed", exc_info=error, extra=fields(**which))
    else:
        log.info("fetched pages refreshed", extra=fields(**refreshed.outcomes, **which))
        for article, reason in refreshed.failures.items():
            log.warning("page not refreshed", extra=fields(article=article, reason=reason, **which))
