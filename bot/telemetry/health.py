"""Metrics for Prometheus and a health check: two pages at an address that the configuration names."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.telemetry.log_format import fields
from bot.wording import error_message
from index.errors import ConfigurationError

STARTING, READY, DISCONNECTED, STOPPING = "starting", "ready", "disconnected", "stopping"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Health:
    """State of the bot: one of the four above, with a short reason if it is not ready."""

    status: str
    reason: str | None = None
    servers: int | None = None
    shards: int | None = None
    generation: str | None = None
    fingerprint: str | None = None
    articles: int | None = None


@asynccontextmanager
async def serve(
    listen: str,
    registry: CollectorRegistry,
    current_health: Callable[[], Health],
    *,
    key: str = "metrics.listen",
) -> AsyncIterator[str | None]:
    """Serve `/metrics` and `/healthz` at `listen` ("host:port"; empty: nowhere) until the block ends.

    The status of `/healthz` is 200 if the bot is ready, else 503. Yields the address, with the actual port if
    `listen` has 0. Raises ConfigurationError, which names `key`, if it cannot listen.
    """
    if not listen:
        yield None
        return

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def healthz(_: web.Request) -> web.Response:
        health = current_health()
        facts = {key: value for key, value in asdict(health).items() if value is not None}
        return web.Response(
            status=200 if health.status == READY else 503,
            text=json.dumps(facts) + "\n",
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    application = web.Application()
    application.add_routes([web.get("/metrics", metrics), web.get("/healthz", healthz)])
    runner = web.AppRunner(application, access_log=None, handle_signals=False, shutdown_timeout=1.0)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, *host_and_port(listen)).start()
        except (OSError, OverflowError, ValueError) as error:
            raise ConfigurationError(f"{key}: {listen}: {reason_not_listening(error)}") from error
        address = f"{listen.rpartition(':')[0]}:{runner.addresses[0][1]}"
        log.info("metrics and health are served", extra=fields(address=address))
        yield address
    finally:
        await runner.cleanup()


def host_and_port(listen: str) -> tuple[str, int]:
    """Split "host:port"; an IPv6 address stands in brackets. Raises ValueError."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def reason_not_listening(error: Exception) -> str:
    """Return in a few words why nothing can listen at an address."""
    if isinstance(error, OSError):
        words = error.strerror if error.errno else ""
        # asyncio puts its own sentence before the system's words.
        return words.rpartition(": ")[2].rstrip(")").lower() if words else error_message(error)
    return "expected a host and a port from 0 to 65535"
