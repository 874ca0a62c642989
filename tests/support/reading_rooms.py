"""Reading rooms for the tests: the real site over a shared library, on a port of this machine."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from typing_extensions import override

from bot.config import BotConfig
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue
from bot.telemetry.meter import Meter
from bot.web.services import ARTICLES_ON_A_PAGE, WebServices
from bot.web.site import create_site
from index.library import Library

UNLIMITED = {"questions_per_minute": 0, "all_questions_per_minute": 0}


@dataclass(frozen=True)
class Reply:
    """What the site sent."""

    status: int
    headers: Any
    text: str

    @property
    def words(self) -> str:
        """What a person reads on the page, its white space as one space each."""
        reader = _Words()
        reader.feed(self.text)
        return " ".join("".join(reader.parts).split())

    def links(self, text: str) -> list[str]:
        """Return the addresses of the links with this text."""
        found = re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', self.text, re.DOTALL)
        return [address.replace("&amp;", "&") for address, inside in found if inside == text]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._hidden += tag in ("title", "script", "style")
        self.parts.append("" if tag in ("mark", "a", "b", "span", "q") else " ")

    @override
    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("title", "script", "style")

    @override
    def handle_data(self, data: str) -> None:
        self.parts.append("" if self._hidden else data)


@dataclass(frozen=True)
class Room:
    """A reading room that is open."""

    services: WebServices
    client: Any

    async def get(self, path: str, **options: Any) -> Reply:
        """Ask for a path as it is written."""
        return await self.request("GET", path, **options)

    async def request(self, method: str, path: str, **options: Any) -> Reply:
        """Send a request; redirects are not followed."""
        async with self.client.request(method, path, allow_redirects=False, **options) as response:
            return Reply(response.status, response.headers, await response.text())


@dataclass
class Rooms:
    """Opens reading rooms, and closes those that are still open when the test ends."""

    library: Library
    folder: Path
    articles_on_a_page: int = ARTICLES_ON_A_PAGE
    opened: list[Room] = field(default_factory=list)

    async def open(
        self,
        *,
        library: Library | None = None,
        token: str = "",
        answer: dict[str, Any] | None = None,
        discord: dict[str, Any] | None = None,
        **web: Any,
    ) -> Room:
        """Open a room; keys of `[web]`, `[answer]` and `[discord]` may be given."""
        config = BotConfig.model_validate(
            {
                "base": self.folder,
                "index": {"watch": 0},
                "answer": answer or {},
                "discord": discord or {},
                "web": UNLIMITED | web,
            }
        )
        meter = Meter()
        live_library = LiveLibrary(config, library or self.library, meter)
        queue = QuestionQueue.from_settings(config.discord, live_library, meter)
        services = WebServices.create(config, live_library, queue, meter, token)
        services = replace(services, articles_on_a_page=self.articles_on_a_page)
        client = TestClient(TestServer(create_site(services, "127.0.0.1:0")))
        await client.start_server()
        self.opened.append(Room(services, client))
        return self.opened[-1]

    async def close(self) -> None:
        """Close all rooms."""
        for room in self.opened:
            await room.client.close()
            await room.services.question_queue.close(1.0)


@pytest.fixture
def rooms(library: Library, tmp_path: Path, runner: asyncio.Runner) -> Iterator[Rooms]:
    """Return what opens reading rooms over the shared library."""
    rooms = Rooms(library, tmp_path)
    yield rooms
    runner.run(rooms.close())


@pytest.fixture
def room(rooms: Rooms, runner: asyncio.Runner) -> Room:
    """Return an open reading room, without cooldowns."""
    return runner.run(rooms.open())


@contextmanager
def queue_that(room: Room, error: Exception) -> Iterator[None]:
    """Have the queue of a room refuse every question with an error."""

    async def refuse(*_: object, **__: object) -> None:
        raise error

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(room.services.question_queue, "ask", refuse)
        yield
