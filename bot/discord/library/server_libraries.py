"""Which articles a question may see: those that all share, and in a server those that were added there.

Whatever shows something of a library asks here which one that is. Servers' own indexes are opened when they
are first asked and closed when nobody asks any more; all share the encoder and the reader of the common one.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeVar

from bot.config import BotConfig
from bot.feedback.places import FeedbackStore, open_feedback
from bot.feedback.store import FeedbackError
from bot.live.live_library import LiveLibrary, UpdateIndex
from bot.live.update_process import WorkInChild, update_in_child, work_in_child
from bot.server_folders import has_articles, make_server_folder
from bot.telemetry.log_format import fields
from index.building.report import BuildReport
from index.errors import ConfigurationError, FootnoteError, IndexBusyError, IndexStaleError, Reason
from index.library import Library
from index.records import Progress

IDLE = 900.0
"""Seconds without a question after which a server's index is closed."""
MOST_OPEN = 100
"""Servers' indexes that are open at the same time; of more, those that were asked longest ago are closed."""
OPEN_WITHIN = 5.0
"""Seconds that a question waits for a server's index; the index is built to its end without it."""
RETRY_AFTER = 60.0
"""Seconds until an index that could not be opened is tried again; until then the common one answers alone."""

_CHILDREN = 4  # processes that change corpora at the same time
_UPDATES = 1  # processes that update servers' indexes at the same time

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Server:
    """What is in memory of a server: nothing that would be missed after it is forgotten."""

    config: BotConfig
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    working: asyncio.Lock = field(default_factory=asyncio.Lock)
    live_library: LiveLibrary | None = None
    opening: "asyncio.Task[None] | None" = None
    opening_since: float = 0.0
    opened: bool = False
    retry_at: float = 0.0
    joined: tuple[Library, Library, Library] | None = None
    feedback: FeedbackStore | None = None
    used: float = 0.0

    @property
    def is_busy(self) -> bool:
        """Whether something is done with it that has to come to its end."""
        return self.lock.locked() or self.working.locked() or self.opening is not None

    def joined_of(self, own: Library, common: Library) -> Library | None:
        """Return the two libraries as one, if they were joined already."""
        if self.joined and self.joined[0] is own and self.joined[1] is common:
            return self.joined[2]
        return None


class ServerLibraries:
    """The common library and, with `[discord] libraries = "per-server"`, those of the servers.

    A server is named by its id; None stands for direct messages, and for servers that the bot is no member
    of. Belongs to one event loop.
    """

    def __init__(
        self,
        config: BotConfig,
        common: LiveLibrary,
        feedback: FeedbackStore,
        update_index: UpdateIndex = update_in_child,
        *,
        work: WorkInChild = work_in_child,
        clock: Callable[[], float] = time.monotonic,
        open_within: float | None = None,
        most_open: int = MOST_OPEN,
    ) -> None:
        """Keep the libraries, the indexes of at most `most_open` servers open at the same time.

        Questions wait `open_within` seconds, None: as their deadline allows.
        """
        self.common = common
        self.feedback = feedback
        self._config = config
        self._update_index = update_index
        self._work = work
        self._clock = clock
        self._most_open = most_open
        self.open_within = min(OPEN_WITHIN, config.discord.deadline / 2)
        if open_within is not None:
            self.open_within = open_within
        self._lock, self._working = asyncio.Lock(), asyncio.Lock()
        self._servers: dict[int, _Server] = {}  # those that were asked last at the end
        self._children = asyncio.Semaphore(_CHILDREN)
        self._updates = asyncio.Semaphore(_UPDATES)

    async def library_of(self, server: int | None) -> Library:
        """Return what is asked and shown in a server: its own articles and the common ones as one library.

        As long as the server's own index is being prepared (`is_preparing`), it is the common ones alone.
        """
        common = self.common.library
        if (state := self._state(server)) is None or (own := await self._own(state)) is None:
            return common
        if (joined := state.joined_of(own, common)) is None:
            try:
                made = await asyncio.to_thread(own.joined_with, common)
            except IndexStaleError as error:  # it has vectors of another model, and could not be updated
                state.live_library = None
                self._retry_later(state, error)
                return common
            if (joined := state.joined_of(own, common)) is None:  # nor joined meanwhile for another question
                state.joined, joined = (own, common, made), made
        return joined

    async def changeable_library_of(self, server: int | None) -> Library | None:
        """Return the library that members of a server can change; None if it is their own and empty.

        Raises IndexBusyError as long as it is being prepared, or could not be opened.
        """
        if (state := self._state(server)) is None:
            return self.common.library
        own = await self._own(state)
        if own is None and not state.opened:
            raise IndexBusyError(f"the index of the server {server} is not ready")
        return own

    def is_preparing(self, server: int | None) -> bool:
        """Tell whether a server's own articles cannot be asked yet, because their index is being built."""
        state = None if server is None else self._servers.get(server)
        return state is not None and state.opening is not None and state.live_library is None

    def config_of(self, server: int | None) -> BotConfig:
        """Return the configuration of the library that members of a server can change."""
        state = self._state(server)
        return self._config if state is None else state.config

    async def feedback_of(self, server: int | None) -> FeedbackStore:
        """Return where the verdicts and unanswered questions of a server are stored. Raises FeedbackError."""
        if (state := self._state(server)) is None:
            return self.feedback
        if state.feedback is None:
            state.feedback = await asyncio.to_thread(_open_feedback, state.config)
        return state.feedback

    def lock_of(self, server: int | None) -> asyncio.Lock:
        """Return the lock that is held while members of a server change their library."""
        state = self._state(server)
        return self._lock if state is None else state.lock

    async def prepare_change(self, server: int | None) -> None:
        """Make the folder of a server's own library. Raises OSError."""
        if state := self._state(server):
            await asyncio.to_thread(make_server_folder, state.config)

    async def work_on(
        self, server: int | None, work: Callable[[BotConfig, Progress, float], T], doing: str
    ) -> T:
        """Do work on the library that members of a server can change, as `work_in_child` does.

        One work of a library at a time, so that no server takes the processes of all others.
        """
        state = self._state(server)
        async with self._working if state is None else state.working, self._children:
            return await self._work(self.config_of(server), 0, work, doing)

    async def refresh(self, server: int | None) -> bool:
        """Answer from what members of a server changed from now on, as `LiveLibrary.refresh` does."""
        state = self._state(server)
        return await (self.common.refresh() if state is None else self._refresh(state))

    async def watch(self) -> None:
        """Follow the articles of the servers that are asked, and close the indexes of others."""
        if not self._config.has_server_libraries:
            return
        interval = self._config.index.watch
        while True:
            await asyncio.sleep(interval or IDLE)
            self.close_idle()
            for state in list(self._servers.values()) if interval else ():
                if state.opened and not state.lock.locked():
                    try:
                        await self._refresh(state)
                    except Exception as error:  # of this server; the others go on
                        self._retry_later(state, error)

    def close_idle(self) -> None:
        """Close the indexes of servers that were not asked for a while, or of which too many are open."""
        now, too_many_by = self._clock(), len(self.open_servers) - self._most_open
        for server, state in list(self._servers.items()):
            too_many = state.live_library is not None and too_many_by > 0
            too_many_by -= too_many
            if (too_many or now - state.used > IDLE) and not state.is_busy:
                del self._servers[server]  # the files are closed once no question holds the library
            elif state.joined and state.joined[1] is not self.common.library:
                state.joined = None

    def forget(self, server: int) -> None:
        """Close the index of a server that was deleted."""
        self._servers.pop(server, None)

    async def close(self) -> None:
        """Stop opening indexes."""
        opening = [state.opening for state in self._servers.values() if state.opening]
        for task in opening:
            task.cancel()
        await asyncio.gather(*opening, return_exceptions=True)

    @property
    def open_servers(self) -> list[int]:
        """Servers whose indexes are open, those that were asked last at the end."""
        return [server for server, state in self._servers.items() if state.live_library is not None]

    def _state(self, server: int | None) -> _Server | None:
        """Return what is in memory of a server that has articles of its own, and may be asked now."""
        if server is None or not self._config.has_server_libraries:
            return None
        state = self._servers.pop(server, None) or _Server(self._config.of_server(server))
        self._servers[server] = state
        state.used = self._clock()
        return state

    async def _own(self, state: _Server) -> Library | None:
        """Return the library of a server's own articles; None if there are none, or it takes long to open."""
        if not state.opened and self._clock() >= state.retry_at:
            opening = self._begin_opening(state)
            with suppress(TimeoutError):
                async with asyncio.timeout_at(state.opening_since + self.open_within):
                    await asyncio.shield(opening)
        return state.live_library.library if state.live_library else None

    async def _refresh(self, state: _Server) -> bool:
        if state.opening:  # perhaps of an earlier state of the articles
            await asyncio.shield(state.opening)
        live_library = state.live_library
        if live_library is not None and await asyncio.to_thread(has_articles, state.config):
            return await live_library.refresh()
        state.opened = False
        await asyncio.shield(self._begin_opening(state))
        return state.opened

    def _begin_opening(self, state: _Server) -> "asyncio.Task[None]":
        """Open the index of a server once, however many wait for it, and whoever of them gives up."""
        if state.opening is None:
            state.opening = asyncio.create_task(self._open_now(state), name="open a server's index")
            state.opening_since = asyncio.get_running_loop().time()
        return state.opening

    async def _open_now(self, state: _Server) -> None:
        try:
            state.live_library = None
            if await asyncio.to_thread(has_articles, state.config):
                common = self.common.library
                state.live_library = await LiveLibrary.open(state.config, None, self._update, common)
                self.close_idle()
            state.opened = True
        except Exception as error:  # the common articles can still be asked
            if isinstance(error, ConfigurationError) and error.reason is Reason.CORPUS_EMPTY:
                state.opened = True
                return
            self._retry_later(state, error)
        finally:
            state.opening = None

    def _retry_later(self, state: _Server, error: Exception) -> None:
        """Log why a server's index cannot be asked; a question after a while opens it again."""
        state.opened, state.retry_at = False, self._clock() + RETRY_AFTER
        reason = error.message if isinstance(error, FootnoteError) else None
        log.warning(
            "a server's own articles are not asked",
            extra=fields(server=state.config.server, reason=reason),
            exc_info=None if reason else error,
        )

    async def _update(self, config: BotConfig, wait: float) -> BuildReport:
        async with self._updates:
            return await self._update_index(config, wait)


def _open_feedback(config: BotConfig) -> FeedbackStore:
    try:
        return open_feedback(config, make_server_folder(config))
    except OSError as error:
        raise FeedbackError(f"{error.filename}: {error.strerror}") from error
