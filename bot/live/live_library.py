"""The library that the bot answers from, exchanged for the next one when the articles have changed."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Self

from bot.config import BotConfig
from bot.live.update_process import update_in_child
from bot.remedies import remedy_for
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter
from index.articles.corpus import corpus_files
from index.building import staleness
from index.building.report import BuildReport
from index.building.update import WAIT
from index.errors import (
    ConfigurationError,
    FootnoteError,
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    IndexUnwritableError,
)
from index.library import Library, published_fingerprint
from index.storage.published import check_place

WARM_UP_QUESTION = "What is this about?"
FAILED_CHECKS_SHARE = 0.1
"""After a failed check, wait so long that checking takes at most this part of the time."""

UpdateIndex = Callable[[BotConfig, float], Awaitable[BuildReport]]
"""Updates the index as `index.building.update.update` does, the second argument being the seconds to wait."""

Skipped = frozenset[tuple[str, str, str]]
"""Files that are not in the index, each with the reason."""

_Listing = frozenset[tuple[str, int, int]]  # files of the corpus, each with its size and time

log = logging.getLogger(__name__)


class LiveLibrary:
    """Holds the library in use. A question keeps the one that it began with, even after it was replaced.

    A library closes its files by itself once nothing refers to it. The metrics, if there is a `meter`, are of
    the common library.
    """

    def __init__(
        self,
        config: BotConfig,
        library: Library,
        meter: Meter | None,
        update_index: UpdateIndex = update_in_child,
        skipped: Skipped = frozenset(),
    ) -> None:
        self._config = config
        self._meter = meter
        self._update_index = update_index
        self._skipped = skipped
        self._logged_problem: str | None = None
        self._refused_corpus: tuple[_Listing, ConfigurationError] | None = None
        self._library = library
        self._refreshing = asyncio.Lock()
        self._which = _which(config)
        self._set_metrics()

    @classmethod
    async def open(
        cls,
        config: BotConfig,
        meter: Meter | None,
        update_index: UpdateIndex = update_in_child,
        earlier: Library | None = None,
    ) -> Self:
        """Open the library and warm it up; build or update its index first if necessary.

        An `earlier` library shares its models, which are warm. If an update cannot be made now but there is a
        whole index, that is a warning. Raises FootnoteError.
        """
        check_place(config)
        skipped: Skipped = frozenset()
        try:
            library = await asyncio.to_thread(Library.open, config, earlier)
        except (IndexMissingError, IndexDamagedError, IndexStaleError) as error:
            skipped = await _update(config, update_index, error.message, WAIT)
            library = await asyncio.to_thread(Library.open, config, earlier)
        else:
            comparison = await asyncio.to_thread(staleness.compare, config)
            if comparison.stale_because:
                try:
                    skipped = await _update(config, update_index, comparison.stale_because, 0)
                    library = await asyncio.to_thread(Library.open, config, library)
                except (IndexBusyError, IndexUnwritableError) as error:
                    log.warning(
                        "answering from the last index",
                        extra=fields(reason=error.message, remedy=remedy_for(error), **_which(config)),
                    )
            else:
                await asyncio.to_thread(staleness.remember_times, config, comparison)
        if earlier is None:
            await asyncio.to_thread(_warm_up, library)
        return cls(config, library, meter, update_index, skipped)

    @property
    def library(self) -> Library:
        """The library in use; take it once for everything that belongs together."""
        return self._library

    async def watch(self) -> None:
        """Refresh every `[index] watch` seconds until cancelled; return at once if that is 0."""
        interval = self._config.index.watch
        if not interval:
            return
        pause = interval
        while True:
            await asyncio.sleep(pause)
            started = time.monotonic()
            succeeded = await self.refresh()
            seconds = time.monotonic() - started
            pause = interval if succeeded else max(interval, (1 / FAILED_CHECKS_SHARE - 1) * seconds)

    async def refresh(self) -> bool:
        """Check for changes once, and replace the library if there are any; after a check that is under way.

        Returns False if something prevents it, which is logged once; the library in use stays then. An update
        that is cancelled leaves the index whole.
        """
        async with self._refreshing:
            return await self._refresh()

    async def _refresh(self) -> bool:
        try:
            comparison = await asyncio.to_thread(staleness.compare, self._config)
            if comparison.stale_because:
                self._skipped = await self._update(comparison.stale_because)
            else:
                await asyncio.to_thread(staleness.remember_times, self._config, comparison)
            library = await asyncio.to_thread(self._open_next)
        except Exception as error:
            self._log_problem(error)
            return False
        if self._logged_problem is not None:
            self._logged_problem = None
            log.info("the index is up to date again", extra=fields(**self._which))
        if library is not None:
            self.exchange(library)
        return True

    def exchange(self, library: Library) -> None:
        """Answer from another library from now on."""
        self._library = library
        self._set_metrics()
        if self._meter:
            self._meter.swaps.inc()
        log.info(
            "library exchanged",
            extra=fields(
                generation=library.generation,
                fingerprint=library.fingerprint,
                articles=len(library.titles),
                **self._which,
            ),
        )

    async def _update(self, reason: str) -> Skipped:
        """Update the index. A corpus that was refused, an empty one, is not tried again until it changes."""
        listing = await asyncio.to_thread(_list_corpus, self._config)
        if self._refused_corpus is not None and self._refused_corpus[0] == listing:
            raise self._refused_corpus[1].with_traceback(None)
        try:
            quiet = self._logged_problem is not None
            skipped = await _update(self._config, self._update_index, reason, 0, self._skipped, quiet=quiet)
        except ConfigurationError as error:
            self._refused_corpus = listing, error
            raise
        self._refused_corpus = None
        return skipped

    def _open_next(self) -> Library | None:
        """Open the library that is to replace the one in use; None if that one is up to date."""
        if published_fingerprint(self._config) == self._library.fingerprint:
            return None
        library = Library.open(self._config, earlier=self._library)
        _warm_up(library)
        return library

    def _log_problem(self, error: Exception) -> None:
        """Log what prevents an update, unless that was the last problem too."""
        problem = error.message if isinstance(error, FootnoteError) else f"{type(error).__name__}: {error}"
        if problem == self._logged_problem:
            return
        self._logged_problem = problem
        if isinstance(error, IndexBusyError):
            log.info("waiting for another update", extra=fields(reason=problem, **self._which))
        elif isinstance(error, FootnoteError):
            log.warning(
                "answering from the last index",
                extra=fields(reason=problem, remedy=remedy_for(error), **self._which),
            )
        else:
            log.error("answering from the last index", exc_info=error, extra=fields(**self._which))

    def _set_metrics(self) -> None:
        library = self._library
        if self._meter is None:
            return
        self._meter.index.info({"generation": library.generation, "fingerprint": library.fingerprint})
        self._meter.articles.set(len(library.titles))


async def _update(
    config: BotConfig,
    update_index: UpdateIndex,
    reason: str,
    wait: float,
    already_logged: Skipped = frozenset(),
    *,
    quiet: bool = False,
) -> Skipped:
    """Update the index, log what that did, and return the skipped files; `quiet` leaves out the beginning."""
    which = _which(config)
    level = logging.DEBUG if quiet else logging.INFO
    log.log(level, "updating the index", extra=fields(reason=reason, **which))
    report = await update_index(config, wait)
    log.info("index updated", extra=fields(changes=report.summary, seconds=round(report.seconds, 1), **which))
    skipped = frozenset(report.skipped)
    for file, why, remedy in sorted(skipped - already_logged):
        log.warning("file skipped", extra=fields(file=file, reason=why, remedy=remedy, **which))
    return skipped


def _which(config: BotConfig) -> dict[str, int]:
    """Name the server of a library in the log, if it is a server's own."""
    return {} if config.server is None else {"server": config.server}


def _list_corpus(config: BotConfig) -> _Listing:
    return frozenset(
        (str(file.path), *_size_and_time(file.path)) for file in corpus_files(config.corpus_directory)
    )


def _size_and_time(path: Path) -> tuple[int, int]:
    try:
        state = path.stat()
    except OSError:  # a broken link, or removed meanwhile: the update skips it, and says so
        return -1, -1
    return state.st_size, state.st_mtime_ns


def _warm_up(library: Library) -> None:
    """Bring models, files and titles into memory before anybody waits for them."""
    library.titles.search(WARM_UP_QUESTION)
    with contextlib.suppress(FootnoteError):  # the first question will raise it again
        library.ask(WARM_UP_QUESTION)
