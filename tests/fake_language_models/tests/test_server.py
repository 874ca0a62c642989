"""The fake server keeps to both protocols, finds what is wrong with a request, and misbehaves on order."""

import json
from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import endless, say

Ask = Callable[..., httpx.Response]
MESSAGES = [{"role": "system", "content": "Write."}, {"role": "user", "content": "Who?"}]


@pytest.fixture
def server() -> Iterator[FakeLanguageModels]:
    with FakeLanguageModels("m", reply="It is red [1].") as server:
        yield server


def ollama(server: FakeLanguageModels, **changes: object) -> httpx.Response:
    options = {"temperature": 0, "num_predict": 50, "num_ctx": 8192}
    body = {"model": "m", "messages": MESSAGES, "stream": True, "options": options, **changes}
    return httpx.post(f"{server.ollama}/api/chat", json=body, timeout=10)


def openai(server: FakeLanguageModels, **changes: object) -> httpx.Response:
    body = {"model": "m", "messages": MESSAGES, "stream": True, "temperature": 0, "max_tokens": 50, **changes}
    return httpx.post(f"{server.openai}/chat/completions", json=body, timeout=10)


def test_ollama_s_protocol_is_an_object_a_line(server: FakeLanguageModels) -> None:
    lines = [json.loads(line) for line in ollama(server).text.splitlines()]
    assert "".join(line["message"]["content"] for line in lines) == "It is red [1]."
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert server.problems == []


def test_openai_s_protocol_is_events(server: FakeLanguageModels) -> None:
    events = openai(server).text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""]
    choices = [json.loads(event.removeprefix("data: "))["choices"][0] for event in events[:-2]]
    assert "".join(choice["delta"].get("content", "") for choice in choices) == "It is red [1]."
    assert choices[-1]["finish_reason"] == "stop"
    assert server.problems == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stream": False}, "not streamed"),
        ({"messages": MESSAGES[::-1]}, "roles"),
        ({"messages": [*MESSAGES[:1], {"role": "user", "content": " "}]}, "without text"),
        ({"top_p": 0.5}, "unknown key: top_p"),
    ],
)
def test_what_is_wrong_with_a_request_is_a_problem(
    server: FakeLanguageModels, changes: dict[str, object], words: str
) -> None:
    ollama(server, **changes)
    openai(server, **changes)
    assert len(server.problems) == 2
    assert all(words in problem for problem in server.problems)


def test_temperature_tokens_and_context_are_checked(server: FakeLanguageModels) -> None:
    ollama(server, options={"temperature": 1, "num_predict": -1, "num_ctx": 131072})
    openai(server, temperature=0.1, max_tokens=None)
    assert [problem.partition(":")[0] for problem in server.problems] == [
        "temperature is not 0",
        "no bound of tokens",
        "a context that may fill the memory",
        "temperature is not 0",
        "no bound of tokens",
    ]


def test_headers_and_addresses_are_checked(server: FakeLanguageModels) -> None:
    httpx.get(f"{server.ollama}/api/tags?key=x", headers={"x-system": "Linux"})
    httpx.get(f"{server.ollama}/api/tags", headers={"authorization": "Bearer x"})
    assert [problem.partition(":")[0] for problem in server.problems] == [
        "a header that no server needs",
        "something in the address",
        "a key that nobody asked for",
    ]


def test_a_key_is_asked_for() -> None:
    with FakeLanguageModels("m", key="right") as server:
        assert openai(server).status_code == 401
        right = {"authorization": "Bearer right"}
        assert httpx.get(f"{server.openai}/models", headers=right).json()["data"][0]["id"] == "m"


@pytest.mark.parametrize("ask", [ollama, openai])
def test_errors_come_as_ordered_and_then_no_more(server: FakeLanguageModels, ask: Ask) -> None:
    server.order(Reply(status=429), Reply(status=500))
    assert [ask(server).status_code for _ in range(3)] == [429, 500, 200]
    assert ask(server, model="other").status_code == 404


@pytest.mark.parametrize("ask", [ollama, openai])
def test_a_reply_ends_as_ordered(server: FakeLanguageModels, ask: Ask) -> None:
    server.order(say("It is", Ending.LENGTH), say("It is", Ending.UNFINISHED), say("It is", Ending.GARBAGE))
    assert '"length"' in ask(server).text
    assert "stop" not in ask(server).text
    assert "<html>" in ask(server).text
    server.order(say("It is", Ending.CUT))
    with pytest.raises(httpx.RemoteProtocolError):
        ask(server)


def test_an_endless_reply_ends_when_nobody_listens(server: FakeLanguageModels) -> None:
    server.order(endless("and so on "))
    options = {"temperature": 0, "num_predict": 50, "num_ctx": 8192}
    body = {"model": "m", "messages": MESSAGES, "stream": True, "options": options}
    with httpx.stream("POST", f"{server.ollama}/api/chat", json=body, timeout=10) as response:
        assert len([line for line, _ in zip(response.iter_lines(), range(100), strict=False)]) == 100
    assert server.closed.acquire(timeout=60)
