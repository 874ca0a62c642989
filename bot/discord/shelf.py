"""The library that the bot answers from, and the next one in its place once the corpus has changed."""

import asyncio
import contextlib
import logging
import threading
import time
from typing import Self

from bot.config import Config
from bot.discord.log_format import fields
from bot.discord.meter import Meter
from bot.opening import counts, open_library
from index.build import is_stale, update
from index.errors import FootnoteError, IndexBusyError
from index.library import Library, published_fingerprint

WARMING = "What is this about?"
"""A question that brings models and files into memory before anybody waits for them."""
REST = 10
"""Looking may take one part of the time in so many, where a look that fails takes long."""

log = logging.getLogger(__name__)


class Shelf:
    """Holds the library in use; whoever has one keeps it whole, whatever takes its place meanwhile.

    A library that nobody holds any more closes its files by itself.
    """

    def __init__(self, config: Config, library: Library, meter: Meter) -> None:
        self._config = config
        self._meter = meter
        self._trouble: str | None = None
        self._skipped: frozenset[tuple[str, str]] = frozenset()
        self._library = library
        self._measure()

    @classmethod
    async def open(cls, config: Config, meter: Meter) -> Self:
        """Open the library, its index built or updated first if need be, and warm it.

        Raises FootnoteError where there is no index and none can be built.
        """
        return cls(config, await asyncio.to_thread(_opened, config), meter)

    @property
    def library(self) -> Library:
        """The library in use; take it once for all that belongs together."""
        return self._library

    async def watch(self) -> None:
        """Look every `[index] watch` seconds for changes of the corpus, until cancelled; not at all for 0.

        Where the corpus or the index is in trouble, it is logged once, and the library in use stays.
        """
        every = self._config.index.watch
        if not every:
            return
        pause = every
        while True:
            await asyncio.sleep(pause)
            started = time.monotonic()
            good = await self.look()
            pause = every if good else max(every, REST * (time.monotonic() - started))

    async def look(self) -> bool:
        """Look for changes once, and put a new library in the place of this one if there are any.

        Returns False where something stood in the way. When it is cancelled, an update under way stops soon,
        and leaves the index as it was.
        """
        stop = threading.Event()
        try:
            found = await asyncio.to_thread(self._next, stop)
        except asyncio.CancelledError:
            stop.set()
            raise
        except Exception as error:
            self._say(error)
            return False
        if self._trouble is not None:
            self._trouble = None
            log.info("the articles can be looked at again")
        if found is not None:
            self._library = found
            self._measure()
            self._meter.swaps.inc()
            log.info(
                "library exchanged", extra=fields(generation=found.generation, articles=len(found.titles))
            )
        return True

    def _next(self, stop: threading.Event) -> Library | None:
        """Return the library that belongs in the place of this one, warmed; None where this one stays."""

        def progress(stage: str, done: int, total: int) -> None:
            if stop.is_set():
                raise _StoppedError

        if reason := is_stale(self._config):
            log.info("updating the index", extra=fields(reason=reason))
            report = update(self._config, progress, wait=0)
            log.info("index updated", extra=fields(changes=counts(report), seconds=round(report.seconds, 1)))
            for file, why in report.skipped:
                if (file, why) not in self._skipped:
                    log.warning("file skipped", extra=fields(file=file, reason=why))
            self._skipped = frozenset(report.skipped)
        if published_fingerprint(self._config) == self._library.fingerprint:
            return None
        return _warmed(Library.open(self._config))

    def _say(self, error: Exception) -> None:
        """Log what stands in the way, once until it is something else."""
        words = error.message if isinstance(error, FootnoteError) else f"{type(error).__name__}: {error}"
        if words == self._trouble:
            return
        self._trouble = words
        if isinstance(error, IndexBusyError):
            log.info("waiting with an update", extra=fields(reason=words))
        elif isinstance(error, FootnoteError):
            log.warning("answering from the last index", extra=fields(reason=words, mend=error.mend))
        else:
            log.error("answering from the last index", exc_info=error)

    def _measure(self) -> None:
        library = self._library
        self._meter.index.info({"generation": library.generation, "fingerprint": library.fingerprint})
        self._meter.articles.set(len(library.titles))


class _StoppedError(Exception):
    """Raised inside an update that nobody waits for any more."""


def _opened(config: Config) -> Library:
    return _warmed(open_library(config))


def _warmed(library: Library) -> Library:
    """Bring models, files and titles into memory, before anybody waits for them."""
    library.titles.search(WARMING)
    with contextlib.suppress(FootnoteError):  # whoever asks will be told
        library.ask(WARMING)
    return library
