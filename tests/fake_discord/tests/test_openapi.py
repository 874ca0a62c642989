"""The fake Discord checks requests against Discord's own description, where it is told where that is."""

import pytest

from tests.fake_discord import FakeDiscord
from tests.fake_discord.openapi import VARIABLE, OpenAPI
from tests.fake_discord.server import ROUTERS
from tests.support.small_client import post


@pytest.fixture
def description(openapi: OpenAPI | None) -> OpenAPI:
    """Return Discord's description; without it the test is reported as not run."""
    if openapi is None:
        pytest.skip(
            f"not run: no request was checked against Discord's description; ${VARIABLE} names no file"
        )
    return openapi


def test_what_the_description_knows(description: OpenAPI) -> None:
    for router in ROUTERS:
        for route in router.routes:
            assert description.knows(route.method, route.template), (route.method, route.template)
    template = "/channels/{channel_id}/messages"
    assert description.check_request("POST", template, {"channel_id": "1"}, {}, {"content": "x"}) == []
    assert description.check_request("POST", template, {"channel_id": "x"}, {}, {"content": "x"})
    assert description.check_request("POST", template, {"channel_id": "1"}, {}, {"content": 5})
    assert description.check_request("POST", template, {"channel_id": "1"}, {}, None)
    assert description.check_request("GET", template, {"channel_id": "1"}, {"limit": "101"}, None)
    assert description.check_request("GET", "/no/such/thing", {}, {}, None)
    component = {"type": 1, "components": [{"type": 2, "style": 9, "label": "x", "custom_id": "x"}]}
    body = {"type": 4, "data": {"components": [component]}}
    template = "/interactions/{interaction_id}/{interaction_token}/callback"
    ids = {"interaction_id": "1", "interaction_token": "x"}
    assert description.check_request("POST", template, ids, {"with_response": "1"}, body)
    component["components"][0]["style"] = 1  # type: ignore[index]
    assert description.check_request("POST", template, ids, {"with_response": "1"}, body) == []


async def test_what_only_the_description_refuses_is_refused(
    discord: FakeDiscord, description: OpenAPI
) -> None:
    discord.expect(50035)
    before = description.checked
    path = f"/channels/{discord.world.channel.id}/messages"
    body = {"content": "x", "allowed_mentions": {"parse": []}}
    assert (await post(discord, path, body))[0] == 200
    status, answer = await post(discord, path, {**body, "enforce_nonce": "perhaps"})
    assert (status, answer["code"]) == (400, 50035)
    assert "OPENAPI" in str(answer)
    assert description.checked == before + 2


async def test_a_request_that_was_to_wait_is_checked_like_any_other(
    discord: FakeDiscord, description: OpenAPI
) -> None:
    path = f"/channels/{discord.world.channel.id}/messages"
    body = {"content": "x", "allowed_mentions": {"parse": []}}
    answers = [await post(discord, path, body) for _ in range(6)]
    assert [status for status, _ in answers] == [200] * 5 + [429]
    discord.check_recorded(description)
