"""The library that the bot answers from, and the next one in its place once the corpus has changed."""

import asyncio
import contextlib
import logging
import time
from typing import Self

from bot.config import Config
from bot.discord.library.update_process import Skipped, update_apart
from bot.discord.telemetry.log_format import fields
from bot.discord.telemetry.meter import Meter
from index.articles.corpus import corpus_files
from index.building.staleness import is_stale
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

WARMING = "What is this about?"
REST = 10
"""A look that fails may take one part in so many of the time; one that takes longer comes less often."""

_Listing = frozenset[tuple[str, int, int]]  # files of the corpus, each with its size and time

log = logging.getLogger(__name__)


class LiveLibrary:
    """Holds the library in use; whoever has one keeps it whole, whatever takes its place meanwhile.

    A library that nobody has any more closes its files by itself.
    """

    def __init__(self, config: Config, library: Library, meter: Meter) -> None:
        self._config = config
        self._meter = meter
        self._trouble: str | None = None
        self._skipped: Skipped = frozenset()
        self._refused: tuple[_Listing, ConfigurationError] | None = None
        self._library = library
        self._measure()

    @classmethod
    async def open(cls, config: Config, meter: Meter) -> Self:
        """Open the library, its index built or updated first if need be, and warm it.

        An update that cannot be made now is a warning where there is a whole index. Raises FootnoteError.
        """
        library, skipped = await _opened(config)
        await asyncio.to_thread(_warm, library)
        live_library = cls(config, library, meter)
        live_library._skipped = skipped
        return live_library

    @property
    def library(self) -> Library:
        """The library in use; take it once for all that belongs together."""
        return self._library

    async def watch(self) -> None:
        """Look every `[index] watch` seconds for changes of the corpus, until cancelled; not at all for 0.

        Where the corpus or the index is in trouble, that is logged once, and the library in use stays.
        """
        every = self._config.index.watch
        if not every:
            return
        pause = every
        while True:
            await asyncio.sleep(pause)
            started = time.monotonic()
            good = await self.look()
            pause = every if good else max(every, (REST - 1) * (time.monotonic() - started))

    async def look(self) -> bool:
        """Look for changes once, and put a new library in the place of this one if there are any.

        Returns False where something stands in the way. An update that is cancelled leaves the index whole.
        """
        try:
            reason = await asyncio.to_thread(is_stale, self._config)
            if reason:
                self._skipped = await self._updated(reason)
            library = await asyncio.to_thread(self._next)
        except Exception as error:
            self._tell(error)
            return False
        if self._trouble is not None:
            self._trouble = None
            log.info("the index is up to date again")
        if library is not None:
            self._library = library
            self._meter.swaps.inc()
            self._measure()
            log.info(
                "library exchanged",
                extra=fields(
                    generation=library.generation,
                    fingerprint=library.fingerprint,
                    articles=len(library.titles),
                ),
            )
        return True

    async def _updated(self, reason: str) -> Skipped:
        """Update the index. A corpus that was refused, an empty one, is not tried again as it is."""
        listing = await asyncio.to_thread(_listing, self._config)
        if self._refused is not None and self._refused[0] == listing:
            raise self._refused[1].with_traceback(None)
        try:
            again = self._trouble is not None
            skipped = await _update(self._config, reason, 0, self._skipped, again=again)
        except ConfigurationError as error:
            self._refused = listing, error
            raise
        self._refused = None
        return skipped

    def _next(self) -> Library | None:
        """Open the library that belongs in the place of this one; None where this one may stay."""
        if published_fingerprint(self._config) == self._library.fingerprint:
            return None
        library = Library.open(self._config, earlier=self._library)
        _warm(library)
        return library

    def _tell(self, error: Exception) -> None:
        """Log what stands in the way, once until it is something else."""
        words = error.message if isinstance(error, FootnoteError) else f"{type(error).__name__}: {error}"
        if words == self._trouble:
            return
        self._trouble = words
        if isinstance(error, IndexBusyError):
            log.info("waiting for another update", extra=fields(reason=words))
        elif isinstance(error, FootnoteError):
            log.warning("answering from the last index", extra=fields(reason=words, remedy=error.remedy))
        else:
            log.error("answering from the last index", exc_info=error)

    def _measure(self) -> None:
        library = self._library
        self._meter.index.info({"generation": library.generation, "fingerprint": library.fingerprint})
        self._meter.articles.set(len(library.titles))


async def _opened(config: Config) -> tuple[Library, Skipped]:
    """Open the library over an index as up to date as can be had, and say which files that skipped."""
    config.check_index_directory()
    try:
        library = await asyncio.to_thread(Library.open, config)
    except (IndexMissingError, IndexDamagedError, IndexStaleError) as error:
        skipped = await _update(config, error.message, WAIT)
        return await asyncio.to_thread(Library.open, config), skipped
    if reason := await asyncio.to_thread(is_stale, config):
        try:
            skipped = await _update(config, reason, 0)
            return await asyncio.to_thread(Library.open, config, library), skipped
        except (IndexBusyError, IndexUnwritableError) as error:
            log.warning("answering from the last index", extra=fields(reason=error.message))
    return library, frozenset()


async def _update(
    config: Config, reason: str, wait: float, known: Skipped = frozenset(), *, again: bool = False
) -> Skipped:
    """Update the index, and return which files it skipped; those that are `known` need no mention.

    An update that failed before and is tried `again` begins without a line.
    """
    log.log(logging.DEBUG if again else logging.INFO, "updating the index", extra=fields(reason=reason))
    done = await update_apart(config, wait)
    log.info("index updated", extra=fields(changes=done.changes, seconds=done.seconds))
    for file, why in sorted(done.skipped - known):
        log.warning("file skipped", extra=fields(file=file, reason=why))
    return done.skipped


def _listing(config: Config) -> _Listing:
    files = ((found.path, found.path.stat()) for found in corpus_files(config.corpus_directory))
    return frozenset((str(path), state.st_size, state.st_mtime_ns) for path, state in files)


def _warm(library: Library) -> None:
    """Bring models, files and titles into memory, before anybody waits for them."""
    library.titles.search(WARMING)
    with contextlib.suppress(FootnoteError):  # whoever asks will be told
        library.ask(WARMING)
