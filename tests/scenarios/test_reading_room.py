"""The reading room among hostile articles and odd requests."""

import asyncio
import random
import re
import shutil
from collections import Counter
from collections.abc import Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from bot.config import BotConfig
from index.building.update import update
from index.library import Library
from tests.scenarios.test_hostile_text import HOSTILE
from tests.support.reading_rooms import Room, Rooms
from tests.support.shared_folders import link_index

MARKUP = """\
---
title: "</title><script>alert(1)</script>\\u202e"
url: "javascript:alert(document.domain)"
author: "<img src=x onerror=alert(1)>"
---
The wizard of Evenville is called <b onclick="alert(1)">Zorp</b>. &lt;script&gt;2&lt;/script&gt;.

[Click](javascript:alert(3)) or ["><script>alert(4)</script>](https://example.org/"onclick="alert(5)) here.

| <u>Name</u> | "quoted" |
|-------------|----------|
| `<script>alert(6)</script>` | x |

```
</code></pre><script>alert(7)</script>
```
"""
PLAIN = """\
The sorcerer

The sorcerer of Thirdville is called {{ 7 * 7 }} <script>alert(8)</script> Zap & 'Co' \x1b[31m.
"""
ALLOWED = {
    *(
        "html",
        "head",
        "meta",
        "title",
        "link",
        "body",
        "a",
        "header",
        "nav",
        "main",
        "footer",
        "p",
        "h1",
        "h2",
    ),
    *(
        "h3",
        "form",
        "label",
        "div",
        "input",
        "button",
        "article",
        "ol",
        "ul",
        "li",
        "blockquote",
        "mark",
        "details",
    ),
    *(
        "summary",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "br",
        "span",
        "aside",
        "q",
        "pre",
        "code",
    ),
    "b",
}


QUESTIONS = (
    "What is the wizard of Oddville called?",
    "What is the wizard of Evenville called?",
    "What is the sorcerer of Thirdville called?",
    "<script>alert(1)</script> \u202e?",
)


class PageChecker(HTMLParser):
    """Reads a page as a browser does: no element and no attribute is an article's."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED, self.get_starttag_text()
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("style", "src"), self.get_starttag_text()
            if name in ("href", "action"):
                assert urlsplit(value or "").scheme in ("", "http", "https"), value


@pytest.fixture(scope="module")
def hostile(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Return the shared library with hostile articles in it."""
    folder = tmp_path_factory.mktemp("hostile-web")
    shutil.copytree(library_folder / "corpus", folder / "corpus")
    link_index(library_folder / "index", folder / "index")
    (folder / "index" / "lock").unlink(missing_ok=True)
    (folder / "corpus" / "wizard.md").write_text(HOSTILE, "utf-8")
    (folder / "corpus" / "a b&c#d?e%2F'\"<x>.md").write_text(MARKUP, "utf-8")
    (folder / "corpus" / "sörcerer ☃.txt").write_text(PLAIN, "utf-8")
    config = BotConfig.model_validate({"base": folder, "index": {"directory": "index"}})
    update(config, lambda *_: None, wait=300)
    return Library.open(config)


async def test_articles_stay_text_on_every_page(hostile: Library, rooms: Rooms) -> None:
    room = await rooms.open(library=hostile)
    pages = [await room.get("/articles"), await room.get("/articles", params={"q": '"><script>alert(9)'})]
    for row in hostile.articles():
        page = await room.get(f"/a/{quote(row.id)}", params={"q": QUESTIONS[0]})
        assert page.status == 200, row.id
        pages.append(page)
    for question in QUESTIONS:
        pages.append(await room.get("/", params={"q": question}))
    pages.append(await room.get("/", params={"q": QUESTIONS[0], "article": "wizard"}))
    pages.append(await room.get("/", params={"q": QUESTIONS[0], "article": '"><script>alert(1)</script>'}))
    for page in pages:
        PageChecker(page.text)
        assert not re.search("[\x1b\u202e]", page.text)
    shown = " ".join(page.text for page in pages)
    assert "{{ 7 * 7 }}" in shown
    assert "&lt;script&gt;alert(8)" in shown
    assert shown.count("&lt;script&gt;") > 10


TEXTS = [
    "",
    "?",
    "a",
    "..",
    "%",
    "%zz",
    "%00",
    "%ff%fe",
    "é",
    "☃",
    "\u202e",
    "'\"<>",
    "{{7*7}}",
    "x" * 900,
    "-1",
]
MORE_TEXTS = ["9" * 30, "1e9", "s", "[]", "null"]
METHODS = ["GET"] * 12 + ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW", "get"]
PATHS = (
    "/ /articles /a/ /api/ask /api/articles /api/articles/ /healthz /style.css /api/ /a/bridges/red "
    "/a/bridges/re // /a/notes/bees * http://localhost/ /icon.svg /api/openapi.json"
).split()
NAMES = ["q", "article", "page", "s", "limit", "offset", "top_k", "explain", "why", "&", "", "q[]"]
HOSTS = ["localhost"] * 30 + ["evil.example", "", "[", "a b", "localhost:x"]
HEADERS = [
    "X-Forwarded-For: ,;",
    "Accept-Encoding: gzip, br;q=x",
    "Expect: 100-continue",
    "Expect: x",
    "Range: bytes=5-",
    "Content-Type: application/json; charset=x",
    "Authorization: Bearer",
    "Cookie: =;=",
    "If-None-Match: *",
    "Accept: \xff, text/html",
    "Transfer-Encoding: x",
    "Content-Length: -1",
    "Upgrade: websocket",
    "A" * 50 + ": b",
    "B: " + "b" * 9000,
]
BODIES = [
    b"{}",
    b"[",
    b"\xff" * 9,
    b'{"question": 1}',
    b'{"question": "\\ud800"}',
    b"[" * 9000,
    b"q=1",
    b"x" * 20_000,
    b'{"question": "How long?", "top_k": 1e400}',
    b'{"question": "hello", "article": "\\u0000"}',
]


def odd_request(chance: random.Random, texts: Sequence[str]) -> bytes:
    """Make a request that is odd in some way, or in several, with some of the texts."""
    method = chance.choice(METHODS)
    path = chance.choice(PATHS) + "/".join(chance.choices(texts, k=chance.choice([0, 0, 1, 1, 2, 5])))
    pairs = range(chance.choice([0, 1, 1, 2, 4]))
    query = "&".join(f"{chance.choice(NAMES)}={chance.choice(texts)}" for _ in pairs)
    headers = [f"Host: {chance.choice(HOSTS)}", *chance.sample(HEADERS, chance.choice([0, 0, 0, 1, 2]))]
    body = b""
    if method in ("POST", "PUT", "PATCH") and chance.random() < 0.8:
        body = chance.choice(BODIES)
        headers += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    line = f"{method} {path}{'?' + query if query else ''} HTTP/1.{chance.choice('1111110')}"
    return "\r\n".join([line, *headers, "Connection: close", "", ""]).encode("utf-8", "replace") + body


async def send(room: Room, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", room.client.server.port)
    try:
        writer.write(request)
        return await asyncio.wait_for(reader.read(), 60)
    except ConnectionError:  # refused before it was read
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("drawn", [range(500), pytest.param(range(500, 2_500), marks=pytest.mark.slow)])
async def test_no_odd_request_is_an_error_of_the_site(hostile: Library, rooms: Rooms, drawn: range) -> None:
    room = await rooms.open(library=hostile)
    chance = random.Random(19)
    ids = [row.id for row in hostile.articles()]
    texts = [*TEXTS, *ids, *3 * [*map(quote, TEXTS), *map(quote, ids)], *MORE_TEXTS]
    requests = [odd_request(chance, texts) for _ in range(drawn.stop)][drawn.start :]
    statuses: Counter[str] = Counter()
    for start in range(0, len(requests), 16):
        batch = requests[start : start + 16]
        replies = await asyncio.gather(*(send(room, request) for request in batch))
        for request, reply in zip(batch, replies, strict=True):
            status = reply[9:12].decode()
            statuses[status] += 1
            assert status != "500", (request, reply)
            assert b"Traceback" not in reply, (request, reply)
            if status not in ("", "400"):  # that of what is no HTTP comes before the site
                assert b"Content-Security-Policy" in reply, (request, reply)
    assert {"200", "302", "400", "404", "405", "421"} <= statuses.keys(), statuses
    assert (await room.get("/healthz")).status == 200
