"""What becomes of a server's library when the bot is removed there: kept `keep_days`, then deleted.

A file in the server's folder says since when the server is left, so that a restart forgets nothing; nor does
the end of libraries of servers, whose folders stay.
"""

import asyncio
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from bot.config import BotConfig
from bot.discord.library.server_libraries import ServerLibraries
from bot.server_folders import (
    delete_server,
    finish_deletions,
    kept_server_ids,
    left_at,
    mark_left,
    unmark_left,
)
from bot.telemetry.log_format import fields
from bot.wording import error_message
from index.errors import FootnoteError

log = logging.getLogger(__name__)


class Departures:
    """Marks the libraries of servers that the bot was removed from, and deletes them in time."""

    def __init__(self, config: BotConfig, libraries: ServerLibraries) -> None:
        self._config = config
        self._libraries = libraries

    async def leave(self, server: int) -> None:
        """Note that the bot was removed from a server. A failure is only logged."""
        await self._note(mark_left, server, "a server's library is kept for now")

    async def join(self, server: int) -> None:
        """Note that the bot was added to a server, perhaps again: its library stays."""
        await self._note(unmark_left, server, "a server's library stays")

    async def settle(self, members: Collection[int], is_ours: Callable[[int], bool]) -> None:
        """Note which servers the bot left or joined while it was not running, and delete what is too old.

        `members` are the servers that it is in. Servers that are not `is_ours` are another process's.
        """
        for server in await asyncio.to_thread(kept_server_ids, self._config):
            if is_ours(server):
                await (self.join(server) if server in members else self.leave(server))
                if server not in members:
                    await self._delete_if_old(server)
        try:
            await asyncio.to_thread(finish_deletions, self._config)
        except OSError as error:
            log.warning("a left server's library was not deleted: %s", error_message(error))

    async def _note(self, note: Callable[[BotConfig], bool], server: int, event: str) -> None:
        try:
            if await asyncio.to_thread(note, self._config.of_server(server)):
                log.info("%s", event, extra=fields(server=server))
        except OSError as error:
            log.warning("%s: not noted: %s", event, error_message(error), extra=fields(server=server))

    async def _delete_if_old(self, server: int) -> None:
        config = self._config.of_server(server)
        async with self._libraries.lock_of(server):
            since = await asyncio.to_thread(left_at, config)
            if since is None or datetime.now(UTC) - since < timedelta(days=config.discord.keep_days):
                return
            try:
                await asyncio.to_thread(delete_server, config)
            except OSError as error:
                log.warning("a left server's library was not deleted: %s", error_message(error))
            except FootnoteError as error:
                log.warning("a left server's library was not deleted: %s", error.message)
            else:
                log.info("a left server's library was deleted", extra=fields(server=server))
        self._libraries.forget(server)
