"""The bot as Discord sees it: one client over all of this process's shards."""

import logging
import math
import sys
from collections import Counter
from typing import Any

import discord

from bot.config import Config
from bot.discord.account.discord_py_globals import use_api, use_gateway_of_api
from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import Seen
from bot.discord.events.buttons import ITEMS, unknown_component
from bot.discord.events.commands import Tree
from bot.discord.events.conversation import Conversation
from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.question_queue import QuestionQueue
from bot.discord.questions.answering import Answering
from bot.discord.questions.cooldowns import Cooldowns
from bot.discord.telemetry.log_format import fields
from bot.discord.telemetry.meter import Meter
from bot.feedback.store import Feedback

LONGEST_PAUSE = 30.0
"""Seconds that a request waits where Discord asks to slow down; after a longer one nobody needs it."""

log = logging.getLogger(__name__)


def intents() -> discord.Intents:
    """Return what the bot wants to hear of; nothing that Discord has to grant it first."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class FootnoteClient(discord.AutoShardedClient):
    """Listens to Discord and hands what it hears to the commands and the conversation."""

    def __init__(
        self,
        config: Config,
        live_library: LiveLibrary,
        question_queue: QuestionQueue,
        feedback: Feedback,
        meter: Meter,
    ) -> None:
        settings = config.discord
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            shard_count=settings.shard_count,
            max_ratelimit_timeout=LONGEST_PAUSE,
        )
        self.shard_ids = settings.shard_ids  # of this process; None: all
        self.config = config
        self.live_library = live_library
        self.question_queue = question_queue
        self.feedback = feedback
        self.meter = meter
        self.error_reports = ErrorReports(meter)
        self.seen = Seen()
        self.cooldowns = Cooldowns(settings.questions_per_minute, settings.server_questions_per_minute)
        self.answering = Answering(config, live_library, question_queue, self.cooldowns, meter)
        self.tree = Tree(self)
        self._conversation = Conversation(self.answering, self.error_reports, self.seen)
        self._states: dict[int, str] = {}

    async def login(self, token: str) -> None:
        """Log in to Discord, or to the server that `api_base` names."""
        use_api(self.config.discord.api_base)
        await super().login(token)

    async def setup_hook(self) -> None:
        """Handle the buttons of every answer there is; find the gateway."""
        self.add_dynamic_items(*ITEMS)
        await use_gateway_of_api(self)

    async def finish(self, within: float) -> int:
        """Take no more questions and wait until those in flight are answered, at most `within` seconds.

        Returns how many were given up. Who asks meanwhile is told to ask again in a minute.
        """
        self.answering.stop()
        return await self.answering.finished(within)

    async def on_message(self, message: discord.Message) -> None:
        """Hear what was written."""
        if self.user is not None:
            await self._conversation.on_message(message, self.user)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer clicks that no button of ours knows; all else finds its way by itself."""
        await unknown_component(interaction)

    async def on_error(self, event_method: str, /, *args: Any, **kwargs: Any) -> None:
        """Log what went wrong in one of these methods, under a number."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self.error_reports.event(event_method, error)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Note that a shard has a new session."""
        self._note_shard(shard_id, "ready")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Note that a shard went on with its session."""
        self._note_shard(shard_id, "resumed")

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Note that a shard lost the gateway; discord.py connects it again."""
        self._note_shard(shard_id, "disconnected")

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Note that somebody added the bot to a server."""
        log.info("server joined", extra=fields(server=guild.id))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Note that a server removed the bot."""
        log.info("server left", extra=fields(server=guild.id))

    def _note_shard(self, shard_id: int, event: str) -> None:
        log.info("gateway %s", event, extra=fields(shard=shard_id))
        self._states[shard_id] = "disconnected" if event == "disconnected" else "ready"
        counts = Counter(self._states.values())
        for state in ("ready", "disconnected"):
            self.meter.shards.labels(state).set(counts[state])
        self.meter.latency.labels(shard_id).set_function(lambda: self._latency(shard_id))

    def _latency(self, shard_id: int) -> float:
        shard = self.get_shard(shard_id)
        return shard.latency if shard else math.nan
