"""Fetched articles asked for again by the running bot, every `[corpus] refresh`, in a process of its own."""

import asyncio
import contextlib
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Self

from bot.config import BotConfig
from bot.discord.library.quotas import remaining_quota
from bot.library_log import SCHEDULE, library_log_of
from bot.live.update_process import work_in_child
from bot.server_folders import server_ids
from bot.telemetry.log_format import fields
from bot.wording import error_message
from index.articles.corpus import CorpusFile
from index.errors import FootnoteError
from index.ingestion.corpus_changes import Outcome, find_file, remove_articles
from index.records import Progress

_LAST = "refreshed"
"""File in the bot's folder whose time is that of the last refresh, so that a restart does not put it off."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """How many articles there are of each outcome, and why some could not be asked for, by id.

    `removed` of those that are gone were taken out of the corpus.
    """

    outcomes: Mapping[str, int] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    removed: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether there was nothing to ask for."""
        return not self.outcomes and not self.failures

    def __add__(self, other: Self) -> "RefreshReport":
        """Return what came of both together."""
        outcomes = dict(Counter(self.outcomes) + Counter(other.outcomes))
        return RefreshReport(outcomes, {**self.failures, **other.failures}, self.removed + other.removed)


def refresh_pages(
    config: BotConfig,
    _progress: Progress,
    _wait: float,
    *,
    only: str | None = None,
    who: str = SCHEDULE,
    server: int | None = None,
    prune: bool = False,
) -> RefreshReport:
    """Ask for all fetched articles again, or `only` for the one with that id; `prune` removes what is gone.

    Raises ConfigurationError, and UnknownArticleError if there is no such article.
    """
    from index.ingestion.polite_fetching import PoliteFetcher  # with what only the child needs
    from index.ingestion.refreshing import fetched_files, refresh_article

    corpus = config.corpus_directory
    library_log = library_log_of(config)
    fetcher = PoliteFetcher(config.corpus.allow_hosts)
    quota, outcomes = remaining_quota(config), Counter[str]()
    failures: dict[str, str] = {}
    gone = []
    for file in [find_file(corpus, only)] if only else fetched_files(corpus):
        try:
            refreshed = refresh_article(corpus, file, fetcher, quota)
            outcomes[refreshed.outcome] += 1
            if refreshed.outcome is Outcome.GONE:
                gone.append(file)
            if refreshed.outcome is Outcome.UPDATED:
                library_log.record(who, refreshed.outcome, refreshed.file, refreshed.url, server=server)
        except FootnoteError as error:
            failures[file.id] = error.message
        except OSError as error:
            failures[file.id] = error.strerror or str(error)
    removed, not_removed = remove_gone(config, gone if prune else (), who, server)
    return RefreshReport(dict(outcomes), {**failures, **not_removed}, removed)


def remove_gone(
    config: BotConfig, files: Sequence[CorpusFile], who: str, server: int | None
) -> tuple[int, dict[str, str]]:
    """Move articles whose sources are gone to the trash; return how many, and why others stay, by id."""
    if not files:
        return 0, {}
    try:
        remove_articles(config.corpus_directory, files)
    except OSError as error:
        left = [file for file in files if file.path.exists()]
        failures = {file.id: error.strerror or error_message(error) for file in left}
    else:
        left, failures = [], {}
    library_log = library_log_of(config)
    for file in files:
        if file not in left:
            library_log.record(who, "removed", file.file, server=server)
    return len(files) - len(left), failures


async def refresh_in_child(config: BotConfig) -> RefreshReport:
    """Ask for all fetched articles again, in a process of its own."""
    work = partial(refresh_pages, server=config.server)
    return await work_in_child(config, 0, work, "refreshing the fetched pages")


async def refresh_regularly(
    config: BotConfig, refresh: Callable[[BotConfig], Awaitable[RefreshReport]] = refresh_in_child
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


async def _refresh_and_log(
    config: BotConfig, refresh: Callable[[BotConfig], Awaitable[RefreshReport]]
) -> None:
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
