"""The description of the API is a valid one, and what the API sends is as it says."""

import json
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import validate

from bot.web.openapi import description
from tests.support.reading_rooms import Room, Rooms

TOKEN = "0123456789abcdef"  # noqa: S105


def validator(name: str) -> Any:
    document = description()
    schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    return jsonschema_rs.validator_for(schema)


def test_it_is_valid_and_names_where_people_reach_the_site() -> None:
    validate(description())
    assert description("https://docs.example.org/x")["servers"] == [{"url": "https://docs.example.org/x"}]


async def test_it_is_served_and_every_path_in_it_is_there(room: Room) -> None:
    served = json.loads((await room.get("/api/openapi.json")).text)
    assert served == description()
    routes = {
        (resource.canonical.replace("{article}", "{id}"), route.method.lower())
        for resource in room.client.server.app.router.resources()
        for route in resource
        if route.method != "HEAD"
    }
    described = {(path, method) for path, methods in served["paths"].items() for method in methods}
    assert described == {
        route for route in routes if route[0].startswith("/api/") or route[0] == "/healthz"
    } - {("/api/openapi.json", "get")}


@pytest.mark.parametrize(
    ("path", "status", "schema"),
    [
        ("/api/ask?q=How+long+is+the+red+bridge%3F", 200, "Answer"),
        ("/api/ask?q=What+is+the+capital+of+Peru%3F&explain=1&top_k=5", 200, "Answer"),
        ("/api/ask?q=", 400, "Error"),
        ("/api/ask?q=x&top_k=0", 400, "Error"),
        ("/api/ask?q=How+long%3F&article=nowhere", 404, "Error"),
        ("/api/articles/bridges/red", 200, "Article"),
        ("/api/articles/nowhere", 404, "Error"),
        ("/api/nothing", 404, "Error"),
        ("/healthz", 200, "Health"),
    ],
)
async def test_what_is_sent_is_as_described(room: Room, path: str, status: int, schema: str) -> None:
    reply = await room.get(path)
    assert (reply.status, reply.headers["Content-Type"]) == (status, "application/json; charset=utf-8")
    validator(schema).validate(json.loads(reply.text))


async def test_errors_of_every_status_are_described(rooms: Rooms) -> None:
    room = await rooms.open(token=TOKEN, questions_per_minute=1)
    shown = {"Authorization": f"Bearer {TOKEN}"}
    replies = [
        await room.get("/api/ask?q=Who%3F"),
        await room.request("POST", "/api/ask", headers=shown, data=b"x" * 20_000),
        await room.request("POST", "/api/ask", headers=shown, json={"question": "x" * 20_000}),
        await room.get("/api/ask?q=Who%3F", headers=shown),
        await room.get("/api/ask?q=Who%3F", headers=shown),
    ]
    assert [reply.status for reply in replies] == [401, 415, 413, 200, 429]
    operations = description()["paths"]["/api/ask"]
    for reply in replies:
        assert str(reply.status) in {*operations["get"]["responses"], *operations["post"]["responses"]}
        if reply.status != 200:
            validator("Error").validate(json.loads(reply.text))
