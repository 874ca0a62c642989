import json
import socket

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from bot.telemetry.health import DISCONNECTED, READY, STARTING, STOPPING, Health, serve


def registry() -> CollectorRegistry:
    found = CollectorRegistry()
    Counter("footnote_test", "A test.", registry=found).inc(3)
    return found


async def get(address: str | None, path: str) -> tuple[int, str, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as response:
        return response.status, response.headers["Content-Type"], await response.text()


async def test_the_pages_say_how_the_bot_is() -> None:
    now = Health(STARTING, "opening the index")
    async with serve("127.0.0.1:0", registry(), lambda: now) as address:
        status, kind, text = await get(address, "/healthz")
        assert (status, kind) == (503, "application/json; charset=utf-8")
        assert json.loads(text) == {"status": "starting", "reason": "opening the index"}
        now = Health(READY, None, 2, 1, "000003", "1f2e3d", 40)
        status, _, text = await get(address, "/healthz")
        assert status == 200
        assert json.loads(text) == {
            "status": "ready",
            "servers": 2,
            "shards": 1,
            "generation": "000003",
            "fingerprint": "1f2e3d",
            "articles": 40,
        }
        for state in (DISCONNECTED, STOPPING):
            now = Health(state, "because")
            assert (await get(address, "/healthz"))[0] == 503
        status, kind, text = await get(address, "/metrics")
        assert status == 200
        assert kind.startswith("text/plain; version=")
        assert "footnote_test_total 3.0" in text.splitlines()


async def test_nowhere_is_nowhere() -> None:
    async with serve("", registry(), lambda: Health(READY)) as address:
        assert address is None


async def test_on_ipv6() -> None:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        pytest.skip("no IPv6 on this machine")
    async with serve("[::1]:0", registry(), lambda: Health(READY)) as address:
        assert (await get(address, "/healthz"))[0] == 200
