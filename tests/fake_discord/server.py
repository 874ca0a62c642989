"""The fake Discord itself: starts, stops, and what a test asks it for."""

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.fake_discord import api_application, api_interactions, api_messages
from tests.fake_discord.api import Api, RecordedRequest
from tests.fake_discord.clock import TIMEOUT, Clock
from tests.fake_discord.faults import Fault, Faults
from tests.fake_discord.gateway import Gateway
from tests.fake_discord.interactions import ACKNOWLEDGE_WITHIN, Interaction
from tests.fake_discord.openapi import OpenAPI
from tests.fake_discord.people import People
from tests.fake_discord.rates import Rates
from tests.fake_discord.world import Channel, Guild, World

ROUTERS = [api_application.router, api_interactions.router, api_messages.router]


class FakeDiscord(People):
    """A Discord that listens on this machine only, on the event loop that it was entered on.

    `silent`: refuse text that does not rule out mentions, which is what the bot promises. `openapi`: check
    every request and every answer against Discord's own description too.
    """

    def __init__(self, *, silent: bool = True, openapi: OpenAPI | None = None) -> None:
        self.silent = silent
        self.clock = Clock()
        self.rates = Rates(self.clock)
        self.faults = Faults()
        self.gateway = Gateway(self)
        self.world = World(self._announce)
        self.token = f"{self.world.bot.id}.{secrets.token_hex(3)}.{secrets.token_urlsafe(28)}"
        self.commands: dict[int | None, list[dict[str, Any]]] = {None: []}
        """Registered commands by server, everyone's under None."""
        self.interactions: dict[str, Interaction] = {}
        self.typing: list[Channel] = []
        self.advised_shards = 1
        self.acknowledge_within = ACKNOWLEDGE_WITHIN
        """Seconds; more for a test that is not about them and keeps the machine busy."""
        self.attachment_limit = 10 * 2**20
        """Bytes of a file that a person may attach."""
        self.application_flags = 0
        self.application_settings: dict[str, Any] = {}
        """Fields of the application that are not as usual."""
        self.crashes: list[str] = []
        """Errors of this server itself: always a failed test."""
        self.openapi = openapi
        self._api = Api(self, ROUTERS, self.openapi)
        self._expected: set[int] = set()
        self._wanted: set[int] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._change = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._address = ""

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**20)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_route("*", "/api/v10/{path:.*}", self._api.handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, backlog=1024)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._address = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.faults.clear()
        await self.gateway.close()
        if self._runner is not None:
            await self._runner.cleanup()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.crashes and error is None:
            raise AssertionError("the fake Discord itself failed:\n" + "\n".join(self.crashes))

    @property
    def api_base(self) -> str:
        """Where the HTTP API is, as `[discord] api_base` names it."""
        return f"http://{self._address}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where the gateway is."""
        return f"ws://{self._address}/gateway/"

    def _announce(self, event: str, data: dict[str, Any], guild: Guild | None, intents: int) -> None:
        self.gateway.dispatch(event, data, guild.id if guild else None, intents)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run something beside all else; if it fails, that is an error of this server."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            self.crashes.append(repr(task.exception()))

    def changed(self) -> None:
        """Wake whoever waits for something to happen."""
        self._change.set()
        self._change = asyncio.Event()

    async def until(self, true: Callable[[], object], timeout: float = TIMEOUT, what: str = "it") -> None:
        """Wait until `true()`. Raises TimeoutError with what happened so far, AssertionError if refused."""
        try:
            async with asyncio.timeout(timeout):
                while not true():
                    self._no_trouble()
                    change = self._change
                    try:
                        async with asyncio.timeout(0.05):  # some things change without a request
                            await change.wait()
                    except TimeoutError:
                        continue
        except TimeoutError:
            story = "\n".join(map(str, self.requests[-20:])) or "no requests"
            raise TimeoutError(f"waited {timeout} s for {what}; the last requests:\n{story}") from None

    async def ready(self, timeout: float = TIMEOUT, shards: int = 1) -> None:
        """Wait until `shards` shards are connected."""
        await self.until(lambda: self.gateway.connected >= shards, timeout, f"{shards} connected shards")

    async def synced(self, timeout: float = TIMEOUT) -> None:
        """Wait until commands are registered."""
        await self.until(lambda: any(self.commands.values()), timeout, "registered commands")

    @property
    def requests(self) -> list[RecordedRequest]:
        """All requests so far."""
        return self._api.recorded

    @property
    def refused(self) -> list[RecordedRequest]:
        """What this server refused by itself, and no test said to expect."""
        return [one for one in self.requests if one.refusal and one.code not in self._expected]

    def check_recorded(self, openapi: OpenAPI | None) -> None:
        """Check all requests so far against Discord's description; for runs that it would slow down."""
        complaints = self._api.check_recorded(openapi) if openapi else []
        assert not complaints, "\n".join(complaints[:20])

    def expect(self, *codes: int, strict: bool = True) -> None:
        """Say that requests will be refused with these codes, or not `strict`: may be."""
        self._expected.update(codes)
        self._wanted.update(codes if strict else ())

    def check(self) -> None:
        """Raise AssertionError if something was refused that should not be, or not refused that should."""
        self._no_trouble()
        unseen = self._wanted - {one.code for one in self.requests if one.refusal}
        assert not unseen, f"never refused with {sorted(unseen)}"

    def _no_trouble(self) -> None:
        assert not self.crashes, "the fake Discord itself failed:\n" + "\n".join(self.crashes)
        assert not self.refused, "refused:\n" + "\n".join(map(str, self.refused))

    def fail(
        self,
        method: str,
        path: str,
        status: int = 500,
        code: int = 0,
        times: int | None = 1,
        retry_after: float | None = None,
        chance: float = 1.0,
        done: bool = False,
    ) -> Fault:
        """Answer requests whose path matches (`re.search`) with an error, `times` times (None: always).

        With `done` the request is carried out all the same.
        """
        what: dict[str, Any] = {"status": status, "code": code, "retry_after": retry_after}
        return self.faults.add("deny" if done else "fail", method, path, times, chance, **what)

    def slow(
        self,
        method: str,
        path: str,
        seconds: float,
        times: int | None = 1,
        chance: float = 1.0,
        late: bool = False,
    ) -> Fault:
        """Take time before doing what is asked, or with `late` before saying that it is done."""
        return self.faults.add("late" if late else "slow", method, path, times, chance, seconds=seconds)

    def hold(self, method: str, path: str) -> Fault:
        """Do what is asked only once the test calls `release()` on what this returns."""
        return self.faults.add("hold", method, path, times=1, chance=1.0)

    def cut(
        self, method: str, path: str, times: int | None = 1, chance: float = 1.0, done: bool = False
    ) -> Fault:
        """Cut the connection instead of doing what is asked, or with `done` after doing it."""
        return self.faults.add("lose" if done else "cut", method, path, times, chance)

    def drop(self, code: int | None = None) -> None:
        """Close every gateway socket with a code, or cut it."""
        self.gateway.drop(code)

    def reconnect(self) -> None:
        """Ask every client to reconnect to the gateway."""
        self.gateway.reconnect()

    def invalidate(self, *, resumable: bool = False) -> None:
        """Invalidate every gateway session."""
        self.gateway.invalidate(resumable=resumable)

    def deliver_twice(self) -> None:
        """Deliver the next event twice."""
        self.gateway.next_copies = 2
