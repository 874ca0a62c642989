"""The client of discord.py that runs all of this process's shards, and hands events to their handlers."""

import asyncio
import logging
import math
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import discord
from typing_extensions import override

from bot.config import BotConfig
from bot.discord.account.discord_py_globals import use_api, use_gateway_of_api
from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.events.buttons import BUTTONS, handle_undispatched
from bot.discord.events.commands import BotCommandTree
from bot.discord.events.conversation import Conversation
from bot.discord.events.services import Services, ServicesClient
from bot.discord.library.corpus_work import DISCORDS, Hosts
from bot.discord.library.departures import Departures
from bot.discord.library.server_libraries import ServerLibraries
from bot.discord.library.several_servers import note_servers
from bot.discord.questions.question_handler import QuestionHandler
from bot.live.cooldowns import ActionCooldowns
from bot.live.question_queue import QuestionQueue
from bot.rewriting import REWRITE_WITHIN, Rewriter
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter
from bot.wording import error_message
from bot.writer import Writer

LONGEST_PAUSE = 30.0
"""Seconds that a request waits if Discord asks to slow down; after a longer wait nobody needs the answer."""

log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Return the events that the bot subscribes to; none of them has to be granted by Discord."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class FootnoteClient(ServicesClient):
    """The client of one bot, with its services, commands and conversation."""

    def __init__(
        self,
        config: BotConfig,
        libraries: ServerLibraries,
        question_queue: QuestionQueue,
        meter: Meter,
        *,
        hosts: Hosts = DISCORDS,
        guild_ready_timeout: float = 2.0,
        clock: Callable[[], float] = time.monotonic,
        rewrite_within: float = REWRITE_WITHIN,
    ) -> None:
        settings = config.discord
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            shard_count=settings.shard_count,
            max_ratelimit_timeout=LONGEST_PAUSE,
            guild_ready_timeout=guild_ready_timeout,  # seconds without a further server until it is ready
        )
        self.shard_ids = settings.shard_ids  # of this process; None: all
        cooldowns = ActionCooldowns.from_settings(settings, clock)
        writer = Writer(config) if config.writer.llm else None
        self.services = Services(
            config=config,
            libraries=libraries,
            question_queue=question_queue,
            question_handler=QuestionHandler(config, libraries, question_queue, cooldowns, meter, writer),
            cooldowns=cooldowns,
            error_reports=ErrorReports(meter),
            handled=RecentIds(),
            hosts=hosts,
            rewriter=Rewriter(writer.language_model, rewrite_within) if writer else None,
        )
        self.meter = meter
        self.departures = Departures(config, libraries)
        self.tree = BotCommandTree(self, written=writer is not None)
        self._conversation = Conversation(self.services)
        self._shard_states: dict[int, str] = {}
        self._noting = asyncio.Lock()

    @override
    async def login(self, token: str) -> None:
        use_api(self.services.config.discord.api_base)
        await super().login(token)

    @override
    async def setup_hook(self) -> None:
        self.add_dynamic_items(*BUTTONS)  # so that those of earlier answers work, too
        await use_gateway_of_api(self)

    async def finish(self, within: float) -> int:
        """Take no more questions and wait until those in flight are answered, at most `within` seconds.

        Returns how many were given up. Anyone who asks meanwhile is told to ask again in a minute.
        """
        self.services.question_handler.stop()
        return await self.services.question_handler.finish(within)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message if it is meant for the bot."""
        if self.user is not None:
            await self._conversation.on_message(message, self.user)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Stop writing into a message that was deleted, or about the question in it."""
        self._deleted((payload.message_id,))

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Do the same for many messages at once."""
        self._deleted(payload.message_ids)

    def _deleted(self, messages: Iterable[int]) -> None:
        if written_answers := self.services.question_handler.written_answers:
            for message in messages:
                written_answers.deleted(message)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what discord.py dispatches to no command and no button."""
        await handle_undispatched(interaction)

    @override
    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self.services.error_reports.event_failed(event_method, error)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Record that a shard has a new session."""
        self._record_shard(shard_id, "ready")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Record that a shard resumed its session."""
        self._record_shard(shard_id, "resumed")

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Record that a shard lost the gateway; discord.py reconnects it."""
        self._record_shard(shard_id, "disconnected")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Log that the bot was added to a server, and keep what it has of it."""
        log.info("server joined", extra=fields(server=guild.id))
        await self.departures.join(guild.id)
        await self._note_servers()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Log that the bot was removed from a server, and note since when."""
        log.info("server left", extra=fields(server=guild.id))
        await self.departures.leave(guild.id)
        await self._note_servers()

    async def settle_departures(self) -> None:
        """Note which servers the bot is in, of those whose shards are this process's, once it is ready."""
        await self.wait_until_ready()
        await self._note_servers()
        members, count = {guild.id for guild in self.guilds}, self.shard_count or 1
        ours = self.shard_ids
        await self.departures.settle(members, lambda server: ours is None or (server >> 22) % count in ours)

    async def _note_servers(self) -> None:
        """Note whether one library is that of several servers; a process with some shards sees not all."""
        config = self.services.config
        if config.has_server_libraries:
            return
        async with self._noting:
            several = self.shard_ids is not None or len(self.guilds) > 1
            try:
                if several or self.is_ready():  # before that it does not know all
                    await asyncio.to_thread(note_servers, config, several=several)
            except OSError as error:
                log.warning("in how many servers it is was not noted: %s", error_message(error))

    def _record_shard(self, shard_id: int, event: str) -> None:
        log.info("gateway %s", event, extra=fields(shard=shard_id))
        self._shard_states[shard_id] = "disconnected" if event == "disconnected" else "ready"
        counts = Counter(self._shard_states.values())
        for state in ("ready", "disconnected"):
            self.meter.shards.labels(state).set(counts[state])
        self.meter.latency.labels(shard_id).set_function(lambda: self._latency(shard_id))

    def _latency(self, shard_id: int) -> float:
        shard = self.get_shard(shard_id)
        return shard.latency if shard else math.nan
