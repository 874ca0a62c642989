"""The HTTP API: finds what a request asks for, checks it, counts it, does it, and writes all of it down."""

import asyncio
import json
import re
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

from aiohttp import hdrs, web

from tests.fake_discord import limits
from tests.fake_discord.faults import Fault
from tests.fake_discord.openapi import OpenAPI
from tests.fake_discord.problems import DiscordError, Problem, unauthorized
from tests.fake_discord.world import World

if TYPE_CHECKING:
    from tests.fake_discord.server import FakeDiscord

Answer = tuple[int, Any]
"""A status and a body, None for none."""


@dataclass
class Call:
    """One request on its way."""

    discord: "FakeDiscord"
    method: str
    template: str
    ids: dict[str, str]
    query: dict[str, str]
    body: Any

    @property
    def world(self) -> World:
        """All that there is."""
        return self.discord.world

    def check(self, problems: limits.Problems) -> None:
        """Refuse the body if there are problems with it."""
        if found := tuple(problems):
            raise DiscordError(50035, problems=found)


class UnknownRequestError(Exception):
    """A request that the fake Discord does not know: it has to learn it, or Discord has no such request."""


Handler = Callable[[Call], Awaitable[Answer]]


@dataclass
class Route:
    """A request that is known: its path as Discord's description writes it, and what it needs."""

    method: str
    template: str
    handler: Handler
    by_token: bool
    """The path's token is all the permission that it needs."""
    pattern: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        parts = re.split(r"\{(\w+)\}", self.template)
        text = "".join(
            f"(?P<{part}>[^/]+)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
        )
        self.pattern = re.compile(text)


@dataclass
class RecordedRequest:
    """One request as it was, and what came of it."""

    method: str
    path: str
    template: str
    query: dict[str, str]
    body: Any
    status: int = 0
    answer: Any = None
    files: dict[str, bytes] = field(default_factory=dict)
    """What was attached, by its name."""
    at: float = field(default_factory=time.monotonic)
    """When it came, in seconds."""
    refusal: str = ""
    """Why the server refused it by itself, or empty: not what a test scripted."""
    code: int = 0

    def __str__(self) -> str:
        body = json.dumps(self.body, ensure_ascii=False) if self.body is not None else ""
        return f"{self.method} {self.path} {body[:300]} -> {self.refusal or self.status}"


class Router:
    """All requests that are known."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def on(self, method: str, template: str, *, by_token: bool = False) -> Callable[[Handler], Handler]:
        """Name the function that serves a request."""

        def add(handler: Handler) -> Handler:
            self.routes.append(Route(method, template, handler, by_token))
            return handler

        return add


class Api:
    """Serves the requests of the routers."""

    def __init__(self, discord: "FakeDiscord", routers: list[Router], openapi: OpenAPI | None) -> None:
        self._discord = discord
        # The more is fixed, the earlier: `@original` before any message.
        self._routes = sorted(
            (route for router in routers for route in router.routes), key=lambda r: r.template.count("{")
        )
        self.openapi = openapi
        self.recorded: list[RecordedRequest] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve a request; an error of this server is kept, and fails the test that it happened in."""
        path = "/" + request.match_info["path"]
        recorded = RecordedRequest(request.method, path, "", dict(request.query), None)
        self.recorded.append(recorded)
        try:
            return await self._faulty(request, recorded)
        except (asyncio.CancelledError, ConnectionError):
            raise
        except UnknownRequestError as error:
            self._discord.crashes.append(str(error))
            return _answer({"message": "404: Not Found", "code": 0}, status=404)
        except Exception:
            self._discord.crashes.append(f"{recorded}\n{traceback.format_exc()}")
            return _answer({"message": "500: Internal Server Error", "code": 0}, status=500)
        finally:
            self._discord.changed()

    async def _faulty(self, request: web.Request, recorded: RecordedRequest) -> web.StreamResponse:
        raw = await request.read()
        fault = self._discord.faults.take(request.method, recorded.path)
        if fault is None:
            return await self._serve(request, raw, recorded)
        if fault.kind == "fail":
            return _scripted(fault, recorded)
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "hold":
            await fault.released.wait()
        if fault.kind == "cut":
            return _cut(request, recorded)
        response = await self._serve(request, raw, recorded)
        if fault.kind == "deny":
            return _scripted(fault, recorded)
        if fault.kind == "late":
            await asyncio.sleep(fault.seconds)
        if fault.kind == "lose":
            return _cut(request, recorded)
        return response

    async def _serve(self, request: web.Request, raw: bytes, recorded: RecordedRequest) -> web.StreamResponse:
        headers: dict[str, str] = {}
        try:
            route, ids = self._find(recorded)
            recorded.template = route.template
            if not route.by_token and request.headers.get("Authorization") != f"Bot {self._discord.token}":
                raise unauthorized()
            if request.content_type == "multipart/form-data":
                raw, recorded.files = _parts(request.headers["Content-Type"], raw)
            recorded.body = _json(raw)  # kept of a request that is to wait, too
            place = ids.get("channel_id") or ids.get("webhook_token") or ids.get("guild_id") or ""
            headers, wait = self._discord.rates.take(route.method, route.template, place)
            if wait is not None:
                recorded.status = 429
                return _limited(wait, headers)
            self._check(route, ids, recorded)
            call = Call(self._discord, route.method, route.template, ids, recorded.query, recorded.body)
            recorded.status, recorded.answer = await route.handler(call)
            self._check_answer(route, recorded)
        except DiscordError as error:
            recorded.status, recorded.answer = error.status, error.body
            recorded.refusal, recorded.code = str(error), error.code
        if recorded.answer is None:
            return web.Response(status=recorded.status, headers=headers)
        return _answer(recorded.answer, status=recorded.status, headers=headers)

    def _find(self, recorded: RecordedRequest) -> tuple[Route, dict[str, str]]:
        for route in self._routes:
            if route.method == recorded.method and (match := route.pattern.fullmatch(recorded.path)):
                return route, match.groupdict()
        raise UnknownRequestError(f"the fake Discord does not know {recorded.method} {recorded.path}")

    def _check(self, route: Route, ids: dict[str, str], recorded: RecordedRequest) -> None:
        if limits.surrogates(recorded.body):
            raise DiscordError(50109)
        if found := self._complaints(route, ids, recorded):
            problems = tuple(Problem("", "OPENAPI", complaint) for complaint in found)
            raise DiscordError(50035, problems=problems)

    def _complaints(self, route: Route, ids: dict[str, str], recorded: RecordedRequest) -> list[str]:
        if self.openapi is None:
            return []
        query, body = recorded.query, recorded.body
        return self.openapi.check_request(route.method, route.template, ids, query, body)

    def check_recorded(self, openapi: OpenAPI) -> list[str]:
        """Return what is wrong with all requests so far, where they were not checked one by one for speed."""
        complaints = []
        for recorded in self.recorded:
            if recorded.template:
                _, ids = self._find(recorded)
                query, body = recorded.query, recorded.body
                found = openapi.check_request(recorded.method, recorded.template, ids, query, body)
                complaints += [f"{recorded}: {complaint}" for complaint in found]
        return complaints

    def _check_answer(self, route: Route, recorded: RecordedRequest) -> None:
        if self.openapi is None:
            return
        answer = json.loads(json.dumps(recorded.answer))
        complaint = self.openapi.check_answer(route.method, route.template, recorded.status, answer)
        if complaint:
            raise AssertionError(f"the fake Discord answered as Discord never would: {complaint}")


def _answer(body: Any, *, status: int, headers: dict[str, str] | None = None) -> web.Response:
    """Return JSON; its type is bare, as Discord's is: discord.py looks for exactly that."""
    data = json.dumps(body).encode()
    return web.Response(body=data, status=status, headers=headers, content_type="application/json")


def _parts(content_type: str, raw: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the JSON and the files of a form."""
    form = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + raw)
    payload, files = b"", {}
    for part in form.get_payload():
        content = part.get_payload(decode=True)
        if name := part.get_filename():
            files[name] = content
        else:
            payload = content
    return payload, files


def _json(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        return json.loads(raw)
    except ValueError as error:
        raise DiscordError(50109) from error


def _limited(wait: float, headers: dict[str, str]) -> web.Response:
    body = {"message": "You are being rate limited.", "retry_after": round(wait, 3), "global": False}
    headers = {
        **headers,
        "Retry-After": str(int(wait) + 1),
        "X-RateLimit-Scope": "user",
        hdrs.VIA: "1.1 fake-discord",
    }
    return _answer(body, status=429, headers=headers)


def _scripted(fault: Fault, recorded: RecordedRequest) -> web.Response:
    recorded.status = fault.status
    if fault.status == 429:
        return _limited(1.0 if fault.retry_after is None else fault.retry_after, {})
    return _answer({"message": f"{fault.status}: scripted", "code": fault.code}, status=fault.status)


def _cut(request: web.Request, recorded: RecordedRequest) -> web.Response:
    recorded.status = -1
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
