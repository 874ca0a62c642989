"""The bot's life: index, gateway, ready; and after SIGTERM or Ctrl-C the answers to what was asked."""

import asyncio
import contextlib
import logging
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import discord
from discord.backoff import ExponentialBackoff

from bot.config import BotConfig
from bot.discord.account.command_sync import register_changed_commands
from bot.discord.account.login import is_temporary, logged_in_client, refusal, unreachable_message
from bot.discord.events.client import FootnoteClient
from bot.discord.events.commands import definitions
from bot.discord.events.message_articles import fetch_message
from bot.discord.library.message_refresh import refresh_messages
from bot.discord.library.page_refresh import RefreshReport, refresh_in_child, refresh_regularly
from bot.discord.library.server_libraries import ServerLibraries
from bot.feedback.places import FeedbackStore, feedback_of, open_feedback
from bot.feedback.store import FeedbackError
from bot.feedback.unanswered import UnansweredQuestions
from bot.listening import check_address
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue
from bot.live.stopping import run_until_signalled
from bot.server_folders import feedback_configs
from bot.telemetry.health import DISCONNECTED, READY, STARTING, STOPPING, Health, serve
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter
from bot.web.services import WebServices
from bot.web.site import reading_room
from bot.wording import error_message
from index.errors import ConfigurationError

GRACE = 10.0
"""Seconds for the questions in flight when the bot is stopped."""

_EXPIRY_INTERVAL = 6 * 3600.0  # seconds between two deletions of old questions
_CLOSE_TIMEOUT = 3.0  # seconds for the gateway to close

OpenLibrary = Callable[[BotConfig, Meter], Awaitable[LiveLibrary]]

log = logging.getLogger(__name__)


def run_bot(config: BotConfig, token: str, web_token: str = "") -> None:
    """Run the bot until SIGTERM or Ctrl-C; a second one ends the process at once.

    Raises ConfigurationError if Discord refuses token, intents or shards, or the address of the metrics is
    taken, and FootnoteError if there is no index and none can be built.
    """
    run_until_signalled(Bot(config, token, web_token=web_token).run)


def _open_feedback(config: BotConfig) -> FeedbackStore:
    """Open the feedback. Raises ConfigurationError if its folder cannot be written to."""
    folder = config.bot_directory
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = f"{folder}: {error.strerror or error_message(error)}"
        raise ConfigurationError(f"{config.named('discord.directory')}: {why}") from error
    return open_feedback(config, folder)


async def delete_expired_questions(config: BotConfig) -> None:
    """Delete unanswered questions that are too old, or all if none are to be kept; again and again if so."""
    keep = config.discord.keep_unanswered
    while True:
        complete = True
        for each in await asyncio.to_thread(feedback_configs, config):
            unanswered = UnansweredQuestions(feedback_of(each), config.discord.keep_days if keep else 0)
            try:
                if deleted := await asyncio.to_thread(unanswered.delete_expired):
                    log.info("old unanswered questions deleted", extra=fields(count=deleted))
            except FeedbackError as error:
                complete = False
                log.warning("old unanswered questions not deleted", extra=fields(reason=error.message))
        if complete and not keep:
            return
        await asyncio.sleep(_EXPIRY_INTERVAL)


class Bot:
    """One bot from its start to its end."""

    def __init__(
        self,
        config: BotConfig,
        token: str,
        *,
        web_token: str = "",
        grace: float = GRACE,
        open_library: OpenLibrary = LiveLibrary.open,
        backoff: Callable[[], float] | None = None,
    ) -> None:
        """Prepare a bot; `backoff` returns the seconds to wait before the next attempt to connect.

        `web_token` is what the API of the reading room asks for.
        """
        self.meter = Meter()
        self._config = config
        self._token = token
        self._web_token = web_token
        self._grace = grace
        self._open_library = open_library
        self._backoff = backoff or ExponentialBackoff().delay
        self._phase = "asking Discord who the bot is"
        self._stopping = False
        self._live_library: LiveLibrary | None = None
        self._question_queue: QuestionQueue | None = None
        self._client: FootnoteClient | None = None
        self._logged_in = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until `stopping` is set and everything is answered and closed. Raises what `run_bot` does."""
        listen, key = self._config.metrics.listen, self._config.named("metrics.listen")
        async with serve(listen, self.meter.registry, self.health, key=key):
            running, stop = asyncio.create_task(self._start_and_stay()), asyncio.create_task(stopping.wait())
            try:
                await asyncio.wait((running, stop), return_when=asyncio.FIRST_COMPLETED)
                if stop.done() and not running.done():
                    self._stopping = True
                    await self._finish()
                    running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            finally:
                for task in (running, stop):
                    task.cancel()
                await asyncio.gather(running, stop, return_exceptions=True)
            if not running.cancelled():
                running.result()

    def health(self) -> Health:
        """Return the state of the bot."""
        if self._stopping:
            return Health(STOPPING, "finishing the last questions")
        client, live_library = self._client, self._live_library
        if client is None or live_library is None or not client.is_ready():
            return Health(STARTING, self._phase)
        closed = [number for number, shard in client.shards.items() if shard.is_closed()]
        library = live_library.library
        return Health(
            DISCONNECTED if closed else READY,
            f"shards without a connection: {', '.join(map(str, closed))}" if closed else None,
            len(client.guilds),
            len(client.shards),
            library.generation,
            library.fingerprint,
            len(library.titles),
        )

    async def _start_and_stay(self) -> None:
        """Open the index, connect, and stay until the client is closed."""
        started = time.monotonic()
        if self._config.web.listen:  # that it is taken is found out before an index is built
            await check_address(self._config.web.listen, self._config.named("web.listen"))
        await self._check_token()
        feedback = await asyncio.to_thread(_open_feedback, self._config)
        self._phase = "opening the index"
        self._live_library = live_library = await self._open_library(self._config, self.meter)
        self._question_queue = question_queue = QuestionQueue.from_settings(
            self._config.discord, live_library, self.meter
        )
        self._phase = "connecting to Discord"
        libraries = ServerLibraries(self._config, live_library, feedback)
        watch = asyncio.create_task(live_library.watch(), name="watch the articles")
        watch_servers = asyncio.create_task(libraries.watch(), name="watch the servers' articles")
        refresh = asyncio.create_task(refresh_regularly(self._config, self._refresh), name="refresh articles")
        expiry = asyncio.create_task(delete_expired_questions(self._config), name="delete old questions")
        try:
            async with self._reading_room(live_library, question_queue):
                await self._stay_connected(libraries, question_queue, started)
        finally:
            for task in (watch, watch_servers, refresh, expiry):
                task.cancel()
            await asyncio.gather(watch, watch_servers, refresh, expiry, return_exceptions=True)
            await libraries.close()
            await question_queue.close(0.0)

    @contextlib.asynccontextmanager
    async def _reading_room(
        self, live_library: LiveLibrary, question_queue: QuestionQueue
    ) -> AsyncIterator[None]:
        """Serve the reading room over the common library until the block ends, where `[web] listen` says."""
        listen, key = self._config.web.listen, self._config.named("web.listen")
        if not listen:
            yield
            return
        services = WebServices.create(self._config, live_library, question_queue, self.meter, self._web_token)
        async with reading_room(services, listen, key) as address:
            log.info("the reading room is open", extra=fields(address=f"http://{address}"))
            yield

    async def _stay_connected(
        self, libraries: ServerLibraries, question_queue: QuestionQueue, started: float
    ) -> None:
        """Connect, and again whenever the connection ends, until the bot stops."""
        while True:
            client = FootnoteClient(self._config, libraries, question_queue, self.meter)
            await self._connect(client, started)
            if self._stopping:
                return
            delay = self._backoff()
            log.info("trying again", extra=fields(seconds=delay))
            await asyncio.sleep(delay)

    async def _check_token(self) -> None:
        """Find out before an index is built whether Discord accepts the token."""
        try:
            async with logged_in_client(self._token, self._config.discord.api_base) as client:
                log.info(
                    "token accepted", extra=fields(bot=str(client.user), application=client.application_id)
                )
        except Exception as error:
            if not is_temporary(error):
                raise
            log.warning("%s", unreachable_message(error))

    async def _connect(self, client: FootnoteClient, started: float) -> None:
        """Log in and stay connected; return if that fails now but may work later."""
        self._client = client
        try:
            await client.login(self._token)
            self._logged_in.set()
            commands = definitions(written=bool(self._config.writer.llm))
            await register_changed_commands(client, commands, self._config.bot_directory)
            ready = asyncio.create_task(self._log_when_ready(client, started))
            departures = asyncio.create_task(self._settle_departures(client))
            try:
                await client.connect()
            finally:
                ready.cancel()
                departures.cancel()
        except Exception as error:
            if refused := refusal(error):
                raise refused from None
            if not is_temporary(error):
                raise
            log.warning("%s", unreachable_message(error))
        finally:
            await _close(client)

    async def _refresh(self, config: BotConfig) -> RefreshReport:
        """Ask again for the pages and the messages of which articles of a library were made."""
        pages = await refresh_in_child(config)
        await self._logged_in.wait()
        if (client := self._client) is None or client.is_closed():
            return pages
        fetch = partial(fetch_message, client)
        return pages + await refresh_messages(config, fetch, server=config.server)

    async def _settle_departures(self, client: FootnoteClient) -> None:
        """Delete the libraries of servers that were left long ago, again and again."""
        while True:
            await client.settle_departures()
            await asyncio.sleep(_EXPIRY_INTERVAL)

    async def _log_when_ready(self, client: FootnoteClient, started: float) -> None:
        await client.wait_until_ready()
        health = self.health()
        log.info(
            "ready",
            extra=fields(
                bot=str(client.user),
                servers=health.servers,
                shards=health.shards,
                articles=health.articles,
                generation=health.generation,
                fingerprint=health.fingerprint,
                after=time.monotonic() - started,
            ),
        )

    async def _finish(self) -> None:
        """Answer what was asked, within the grace period, and close the gateway."""
        client, question_queue = self._client, self._question_queue
        if client is None or question_queue is None:
            return
        await client.finish(self._grace)
        await question_queue.close(0.0)
        await _close(client)


async def _close(client: discord.Client) -> None:
    try:
        async with asyncio.timeout(_CLOSE_TIMEOUT):
            await client.close()
    except Exception as error:  # whatever it is, the end goes on
        log.warning("the gateway did not close: %s", error_message(error))
