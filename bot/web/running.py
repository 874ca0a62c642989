"""`footnote serve`: the library, its queue, and the reading room over them, until a signal comes."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.config import BotConfig
from bot.listening import check_address
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue
from bot.live.stopping import run_until_signalled
from bot.telemetry.health import READY, STARTING, STOPPING, Health, serve
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter
from bot.web.services import WebServices
from bot.web.site import reading_room

DEFAULT_LISTEN = "127.0.0.1:8080"
"""Where `footnote serve` listens unless `[web] listen` or its option says otherwise."""

OpenLibrary = Callable[[BotConfig, Meter], Awaitable[LiveLibrary]]

log = logging.getLogger(__name__)


def run_reading_room(config: BotConfig, listen: str, key: str, token: str) -> None:
    """Serve the reading room until SIGTERM or Ctrl-C; a second one ends the process at once.

    Raises ConfigurationError, which names `key`, if nothing can listen at `listen`, and FootnoteError if
    there is no index and none can be built.
    """

    async def run(stopping: asyncio.Event) -> None:
        await serve_reading_room(config, listen, key, token, stopping)

    run_until_signalled(run)


async def serve_reading_room(
    config: BotConfig,
    listen: str,
    key: str,
    token: str,
    stopping: asyncio.Event,
    open_library: OpenLibrary = LiveLibrary.open,
) -> None:
    """Open the library and serve the reading room until `stopping` is set. Raises as `run_reading_room`."""
    await check_address(listen, key)  # before an index is built
    meter = Meter()
    health = Health(STARTING, "opening the index")
    metrics_key = config.named("metrics.listen")
    async with serve(config.metrics.listen, meter.registry, lambda: health, key=metrics_key):
        opening = asyncio.ensure_future(open_library(config, meter))
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait((opening, stop), return_when=asyncio.FIRST_COMPLETED)
        if not opening.done():
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            return
        try:
            live_library = opening.result()
            queue = QuestionQueue.from_settings(config.discord, live_library, meter)
            services = WebServices.create(config, live_library, queue, meter, token)
            async with reading_room(services, listen, key) as address:
                library = live_library.library
                health = Health(
                    READY,
                    generation=library.generation,
                    fingerprint=library.fingerprint,
                    articles=len(library.titles),
                )
                log.info("the reading room is open", extra=fields(address=f"http://{address}"))
                watch = asyncio.create_task(live_library.watch(), name="watch the articles")
                try:
                    await stop
                finally:
                    health = Health(STOPPING, "finishing the last questions")
                    watch.cancel()
                    await asyncio.gather(watch, return_exceptions=True)
            await queue.close(0.0)
        finally:
            stop.cancel()
