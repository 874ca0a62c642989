"""Metrics for Prometheus and a health check: two pages at an address that the configuration names."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from bot.listening import listening
from bot.telemetry.log_format import fields

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
    async with listening(application, listen, key) as address:
        log.info("metrics and health are served", extra=fields(address=address))
        yield address
