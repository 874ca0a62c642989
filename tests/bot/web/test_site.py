"""What holds for every request: hosts, headers, limits, methods, and no page but those that are meant."""

import json

import pytest

from bot.web.site import HEADERS
from tests.support.reading_rooms import Room, Rooms

PATHS = ("/", "/?q=hello", "/articles", "/a/bridges/red", "/a/nowhere", "/style.css", "/icon.svg", "/nothing",
         "/api/articles", "/api/openapi.json", "/api/nothing", "/healthz")  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_every_response_has_the_headers_that_keep_it_safe(room: Room, path: str) -> None:
    for method in ("GET", "HEAD", "OPTIONS", "DELETE"):
        reply = await room.request(method, path)
        assert {name: reply.headers.get(name) for name in HEADERS} == HEADERS
        assert not [name for name in reply.headers if name.startswith("Access-Control")]
        if method in ("OPTIONS", "DELETE"):
            assert reply.status in (404, 405)
    assert "script-src" not in HEADERS["Content-Security-Policy"]  # so nothing runs: default-src 'none'


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "a b"])
async def test_a_foreign_host_is_refused(rooms: Rooms, host: str) -> None:
    room = await rooms.open(public_url="https://docs.example.org/library")
    for path in ("/", "/api/articles", "/healthz", "/style.css"):
        assert (await room.get(path, headers={"Host": host})).status == 421
    assert (await room.get("/", headers={"Host": "docs.example.org"})).status == 200


async def test_who_asks_too_much_is_told_when_to_come_back(rooms: Rooms) -> None:
    room = await rooms.open(questions_per_minute=1)
    assert (await room.get("/?q=How+long+is+the+red+bridge%3F")).status == 200
    page = await room.get("/?q=Who%3F")
    assert (page.status, page.headers["Retry-After"]) == (429, "60")
    assert "Please try again in 60 s." in page.words
    assert (await room.get("/api/ask?q=Who%3F")).status == 429
    assert (await room.get("/")).status == 200  # nothing was asked
    statuses = [(await room.get("/articles")).status for _ in range(7)]
    assert statuses == [200] * 6 + [429]
    assert (await room.get("/style.css")).status == (await room.get("/healthz")).status == 200


async def test_too_large_a_body_is_refused(room: Room) -> None:
    body = json.dumps({"question": "x" * 20_000})
    reply = await room.request("POST", "/api/ask", data=body, headers={"Content-Type": "application/json"})
    assert (reply.status, json.loads(reply.text)) == (413, {"error": "That is more than is accepted here."})


@pytest.mark.parametrize(
    "path",
    [
        "/a/../pyproject.toml",
        "/a/%2e%2e/%2e%2e/etc/passwd",
        "/a/..%2f..%2fetc%2fpasswd",
        "/a//etc/passwd",
        "/a/%00",
        "/templates/base.html",
        "/static/",
        "/a/",
        "/style.css/",
    ],
)
async def test_no_path_leads_out_of_the_library(room: Room, path: str) -> None:
    from yarl import URL

    reply = await room.get(URL(path, encoded=True))  # type: ignore[arg-type]
    assert reply.status == 404
    assert "root:" not in reply.text


async def test_an_error_nobody_expected_is_a_page_without_a_traceback(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("a secret")

    monkeypatch.setattr("bot.web.pages.recognise", broken)
    monkeypatch.setattr("bot.web.api.checked", broken)
    page, reply = await room.get("/?q=Who%3F"), await room.get("/api/ask?q=Who%3F")
    assert page.status == reply.status == 500
    for text in (page.text, reply.text):
        assert "secret" not in text
        assert "Traceback" not in text
        assert "under the number" in text
