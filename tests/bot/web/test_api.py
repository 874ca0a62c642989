import json
from typing import Any

import pytest

from index.library import Library
from tests.support.reading_rooms import Room, Rooms

QUESTION = "How long is the red bridge?"
TOKEN = "0123456789abcdef"  # noqa: S105


async def ask(room: Room, **asked: Any) -> tuple[int, Any]:
    reply = await room.request("POST", "/api/ask", json=asked)
    return reply.status, json.loads(reply.text)


async def test_an_answer_is_that_of_the_command_line(room: Room, library: Library) -> None:
    from bot.json_output import answer_object

    expected = answer_object(library.ask(QUESTION)) | {"elapsed_ms": 0}
    status, answer = await ask(room, question=QUESTION)
    assert status == 200
    assert answer | {"elapsed_ms": 0} == expected
    got = json.loads((await room.get("/api/ask", params={"q": QUESTION})).text)
    assert got | {"elapsed_ms": 0} == expected


async def test_one_article_the_number_of_citations_and_the_explanation(room: Room) -> None:
    _, answer = await ask(room, question=QUESTION, article="bridges/gr", top_k=1, explain=True)
    assert [one["article"]["id"] for one in answer["citations"]] == ["bridges/green"]
    assert answer["explanation"]["threshold"] == 0.38
    assert "explanation" not in (await ask(room, question=QUESTION, explain=False))[1]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "The body is not JSON."),
        (b"\xff\xfe", "The body is not JSON."),
        (b"[" * 16_000, "The body is not JSON."),
        (b"[]", "The body is not a JSON object."),
        (b"{}", "question: expected text."),
        (b'{"question": 7}', "question: expected text."),
        (b'{"question": " "}', "The question is empty."),
        (b'{"question": "Who?", "article": []}', "article: expected text."),
        (b'{"question": "Who?", "top_k": true}', "top_k: expected a number from 1 to 40."),
        (b'{"question": "Who?", "top_k": 41}', "top_k: expected a number from 1 to 40."),
        (b'{"question": "Who?", "topk": 4}', "Unknown key: 'topk'."),
    ],
)
async def test_a_wrong_body_is_one_line(room: Room, body: bytes, why: str) -> None:
    reply = await room.request("POST", "/api/ask", data=body, headers={"Content-Type": "application/json"})
    assert (reply.status, json.loads(reply.text)) == (400, {"error": why})


async def test_articles_are_listed_searched_and_read(room: Room, library: Library) -> None:
    from bot.json_output import article_object, info_object

    reply = await room.get("/api/articles")
    assert reply.headers["X-Total-Count"] == "4"
    listed = json.loads(reply.text)
    assert sorted(one["id"] for one in listed) == sorted(row.id for row in library.articles())
    assert listed[0] in [info_object(row) for row in library.articles()]
    second = json.loads((await room.get("/api/articles?limit=1&offset=1")).text)
    assert second == listed[1:2]
    found = json.loads((await room.get("/api/articles?q=gren+bridge")).text)
    assert found[0]["id"] == "bridges/green"
    article = json.loads((await room.get("/api/articles/bridges/red")).text)
    assert article == article_object(library.article("bridges/red"), library.sentences("bridges/red"))
    missing = await room.get("/api/articles/bridges/rex")
    assert missing.status == 404
    assert "bridges/red" in json.loads(missing.text)["error"]


async def test_the_api_asks_for_the_token_and_the_pages_do_not(rooms: Rooms) -> None:
    room = await rooms.open(token=TOKEN)
    for headers in (
        {},
        {"Authorization": TOKEN},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer é"},
    ):
        for path in ("/api/ask?q=Who%3F", "/api/articles", "/api/articles/bridges/red"):
            reply = await room.get(path, headers=headers)
            assert reply.status == 401
            assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert (await room.get("/api/articles", headers={"Authorization": f"bearer {TOKEN}"})).status == 200
    for path in ("/", "/a/bridges/red", "/healthz", "/api/openapi.json"):
        assert (await room.get(path)).status == 200


async def test_health_names_the_index(room: Room, library: Library) -> None:
    health = json.loads((await room.get("/healthz")).text)
    assert health["fingerprint"] == library.fingerprint
    assert health["articles"] == 4
