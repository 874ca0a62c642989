"""The bot's life: index, gateway, ready; and on SIGTERM or Ctrl-C to the end of what people have asked."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import tempfile
import threading
import time

import discord
from discord.backoff import ExponentialBackoff

from bot.config import Config
from bot.discord.account.command_sync import sync_changed
from bot.discord.account.login import is_passing, out_of_reach, refusal, visitor
from bot.discord.events.client import FootnoteClient
from bot.discord.events.commands import definitions
from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.question_queue import QuestionQueue
from bot.discord.telemetry.health import DISCONNECTED, READY, STARTING, STOPPING, Health, serve
from bot.discord.telemetry.log_format import fields
from bot.discord.telemetry.meter import Meter
from bot.feedback.store import Feedback
from bot.wording import in_words
from index.errors import ConfigurationError

GRACE = 10.0  # seconds for the questions in flight when the bot is stopped
_FAREWELL = 3.0  # seconds for the gateway to close
_LINGER = 3.0  # seconds for threads that nobody waits for any more: the index is whole whenever they end

log = logging.getLogger(__name__)


def run_bot(config: Config, token: str) -> None:
    """Run the bot until SIGTERM or Ctrl-C; a second one ends the process at once.

    Raises ConfigurationError where Discord refuses token, intents or shards, or the address of the metrics is
    taken, and FootnoteError where there is no index and none can be built.
    """
    asyncio.run(_until_signalled(config, token))


async def _until_signalled(config: Config, token: str) -> None:
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    def stop(number: signal.Signals) -> None:
        if stopping.is_set():
            _end(128 + number)
        stopping.set()
        log.info("stopping", extra=fields(signal=number.name))

    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C is a KeyboardInterrupt there
            loop.add_signal_handler(number, stop, number)
    await Bot(config, token).run(stopping)
    if stopping.is_set():
        log.info("stopped")
        last = threading.Timer(_LINGER, _end, (0,))
        last.daemon = True
        last.start()


def _end(code: int) -> None:
    """End the process, whatever its threads are at."""
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.flush()
    os._exit(code)


def _open_feedback(config: Config) -> Feedback:
    """Open the feedback. Raises ConfigurationError where its folder cannot be written to."""
    folder = config.bot_directory
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = f"{folder}: {error.strerror or in_words(error)}"
        raise ConfigurationError(f"{config.named('discord.directory')}: {why}") from error
    return Feedback.open(folder)


class Bot:
    """One bot from its start to its end."""

    def __init__(self, config: Config, token: str) -> None:
        self.meter = Meter()
        self._config = config
        self._token = token
        self._phase = "asking Discord who the bot is"
        self._stopping = False
        self._live_library: LiveLibrary | None = None
        self._question_queue: QuestionQueue | None = None
        self._client: FootnoteClient | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Run until `stopping` is set and all is finished and closed. Raises what `run_bot` does."""
        listen, key = self._config.metrics.listen, self._config.named("metrics.listen")
        async with serve(listen, self.meter.registry, self.health, key=key):
            life, wish = asyncio.create_task(self._live()), asyncio.create_task(stopping.wait())
            try:
                await asyncio.wait((life, wish), return_when=asyncio.FIRST_COMPLETED)
                if wish.done() and not life.done():
                    self._stopping = True
                    await self._finish()
                    life.cancel()
                await asyncio.gather(life, return_exceptions=True)
            finally:
                for task in (life, wish):
                    task.cancel()
                await asyncio.gather(life, wish, return_exceptions=True)
            if not life.cancelled():
                life.result()

    def health(self) -> Health:
        """Say how the bot is."""
        if self._stopping:
            return Health(STOPPING, "finishing the last questions")
        client, live_library = self._client, self._live_library
        if client is None or live_library is None or not client.is_ready():
            return Health(STARTING, self._phase)
        away = [number for number, shard in client.shards.items() if shard.is_closed()]
        library = live_library.library
        return Health(
            DISCONNECTED if away else READY,
            f"shards without a connection: {', '.join(map(str, away))}" if away else None,
            len(client.guilds),
            len(client.shards),
            library.generation,
            library.fingerprint,
            len(library.titles),
        )

    async def _live(self) -> None:
        """Start and stay. Ends by an error or a cancellation, or after the client was closed."""
        started = time.monotonic()
        await self._introduce()
        feedback = await asyncio.to_thread(_open_feedback, self._config)
        self._phase = "opening the index"
        self._live_library = live_library = await LiveLibrary.open(self._config, self.meter)
        self._question_queue = question_queue = QuestionQueue.from_settings(
            self._config.discord, live_library, self.meter
        )
        self._phase = "connecting to Discord"
        watch = asyncio.create_task(live_library.watch(), name="watch the articles")
        backoff = ExponentialBackoff()
        try:
            while True:
                client = FootnoteClient(self._config, live_library, question_queue, feedback, self.meter)
                await self._connect(client, started)
                if self._stopping:
                    return
                delay = backoff.delay()
                log.info("trying again", extra=fields(seconds=delay))
                await asyncio.sleep(delay)
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
            await question_queue.close(0.0)

    async def _introduce(self) -> None:
        """Find out early, before an index is built, whether Discord takes the token."""
        try:
            async with visitor(self._token, self._config.discord.api_base) as client:
                log.info(
                    "token accepted", extra=fields(bot=str(client.user), application=client.application_id)
                )
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("%s", out_of_reach(error))

    async def _connect(self, client: FootnoteClient, started: float) -> None:
        """Log in and stay connected; returns where that cannot be done now, but may be later."""
        self._client = client
        try:
            await client.login(self._token)
            await sync_changed(client, definitions(), self._config.bot_directory)
            ready = asyncio.create_task(self._tell_when_ready(client, started))
            try:
                await client.connect()
            finally:
                ready.cancel()
        except Exception as error:
            if refused := refusal(error):
                raise refused from None
            if not is_passing(error):
                raise
            log.warning("%s", out_of_reach(error))
        finally:
            await _close(client)

    async def _tell_when_ready(self, client: FootnoteClient, started: float) -> None:
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
        """Answer what was asked, at most GRACE long, and close the gateway."""
        client, question_queue = self._client, self._question_queue
        if client is None or question_queue is None:
            return
        await client.finish(GRACE)
        await question_queue.close(0.0)
        await _close(client)


async def _close(client: discord.Client) -> None:
    try:
        async with asyncio.timeout(_FAREWELL):
            await client.close()
    except Exception as error:  # whatever it is, the end goes on
        log.warning("the gateway did not close: %s", in_words(error))
