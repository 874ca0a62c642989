"""Language models over the real clients and a real socket: what is sent, what comes, and each failure."""

import logging
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from index.errors import ConfigurationError, LanguageModelError, Reason
from index.llamaindex import language_models as module
from index.llamaindex.language_models import open_language_model
from index.writer_section import WriterSection
from index.writing.protocols import LanguageModel, Message, MessageRole
from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import endless, say

MESSAGES = (Message(MessageRole.SYSTEM, "Write."), Message(MessageRole.USER, "Who «built» it?"))
LONG = 120.0

Section = Callable[..., WriterSection]


@pytest.fixture(params=["ollama", "openai-like"])
def section(request: pytest.FixtureRequest, language_models: FakeLanguageModels) -> Section:
    """Return a function that makes the section of the fake server, in each protocol."""

    def make(model: str = "llama3.2", server: FakeLanguageModels = language_models) -> WriterSection:
        if request.param == "ollama":
            return WriterSection(llm=f"ollama/{model}", base_url=server.ollama)
        return WriterSection(llm="openai-like", base_url=server.openai, model=model)

    return make


@pytest.fixture
def model(section: Section) -> LanguageModel:
    return open_language_model(section())


def stream(model: LanguageModel, seconds: float = LONG) -> Iterator[str]:
    return model.stream(MESSAGES, 50, time.monotonic() + seconds)


def failure(model: LanguageModel, seconds: float = LONG) -> Reason:
    with pytest.raises(LanguageModelError) as caught:
        list(stream(model, seconds))
    return caught.value.reason


def test_a_stop_ends_the_reading_and_its_thread_in_the_middle_of_a_wait(
    model: LanguageModel, language_models: FakeLanguageModels
) -> None:
    language_models.order(say("The bridge", Ending.HELD))
    before, stop = set(threading.enumerate()), threading.Event()
    pieces = model.stream(MESSAGES, 50, time.monotonic() + LONG, stop)
    assert next(pieces)
    (reading,) = (one for one in set(threading.enumerate()) - before if one.name == "language model")
    stop.set()
    assert list(pieces) == []
    reading.join(LONG / 2)
    assert not reading.is_alive()  # though the server says nothing, and closes nothing


def test_the_reply_comes_piece_by_piece(model: LanguageModel, language_models: FakeLanguageModels) -> None:
    language_models.order(say("The bridge is red [1]. Ça va."))
    pieces = list(stream(model))
    assert "".join(pieces) == "The bridge is red [1]. Ça va."
    assert len(pieces) > 3
    assert model.name == "llama3.2"


def test_what_is_sent_is_the_messages_with_temperature_0_and_a_bound(
    model: LanguageModel, language_models: FakeLanguageModels
) -> None:
    list(stream(model))  # the server checks the rest
    (body,) = language_models.requests
    assert body["messages"] == [
        {"role": "system", "content": "Write."},
        {"role": "user", "content": "Who «built» it?"},
    ]
    assert (body.get("options") or body).get("num_predict", body.get("max_tokens")) == 50
    assert language_models.paths in (["/api/chat"], ["/v1/chat/completions"])  # and nothing else is asked


def test_thoughts_are_neither_asked_for_nor_passed_on(
    model: LanguageModel, language_models: FakeLanguageModels
) -> None:
    language_models.order(Reply(("It is red [1].",), thoughts="Let me think."))
    assert "".join(stream(model)) == "It is red [1]."
    assert language_models.requests[0].get("think", False) is False


def test_the_key_is_sent_as_the_server_expects_it_and_no_other(
    section: Section, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("OPENAI_API_KEY", "OLLAMA_API_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, "of somebody else")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Mine: yes")
    caplog.set_level(logging.DEBUG)
    with FakeLanguageModels("m", key="sesame-1234", reply="Yes [1].") as server:
        assert "".join(stream(open_language_model(section("m", server), "sesame-1234"))) == "Yes [1]."
        assert failure(open_language_model(section("m", server), "wrong-1234")) is (
            Reason.LANGUAGE_MODEL_KEY_REFUSED
        )
        assert failure(open_language_model(section("m", server))) is Reason.LANGUAGE_MODEL_KEY_REFUSED
    assert server.problems == []
    assert "1234" not in caplog.text


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (404, Reason.LANGUAGE_MODEL_MISSING),
        (429, Reason.LANGUAGE_MODEL_BUSY),
        (500, Reason.LANGUAGE_MODEL_FAILED),
        (307, Reason.LANGUAGE_MODEL_FAILED),
    ],
)
def test_a_refusal_is_named_and_asked_for_once(
    model: LanguageModel, language_models: FakeLanguageModels, status: int, reason: Reason
) -> None:
    language_models.order(Reply(status=status, headers={"location": "/elsewhere"}))
    assert failure(model) is reason
    assert len(language_models.paths) == 1


def test_a_model_that_is_not_pulled_is_named(section: Section) -> None:
    with pytest.raises(LanguageModelError, match="has no model gemma3") as caught:
        list(stream(open_language_model(section("gemma3"))))
    assert caught.value.model == "gemma3"


def test_no_server_is_named(section: Section) -> None:
    with FakeLanguageModels() as server:
        gone = section("m", server)
    assert failure(open_language_model(gone)) is Reason.LANGUAGE_MODEL_UNREACHABLE


@pytest.mark.parametrize("ending", [Ending.CUT, Ending.UNFINISHED, Ending.GARBAGE])
def test_a_broken_reply_is_an_error_behind_what_came(
    model: LanguageModel, language_models: FakeLanguageModels, ending: Ending
) -> None:
    language_models.order(say("The bridge", ending))
    pieces = []
    with pytest.raises(LanguageModelError) as caught:
        for piece in stream(model):
            pieces.append(piece)
    assert "".join(pieces) == "The bridge"
    assert caught.value.reason in (Reason.LANGUAGE_MODEL_CUT_OFF, Reason.LANGUAGE_MODEL_FAILED)


def test_a_reply_at_the_limit_of_tokens_is_whole(
    model: LanguageModel, language_models: FakeLanguageModels
) -> None:
    language_models.order(say("The bridge", Ending.LENGTH))
    assert "".join(stream(model)) == "The bridge"


@pytest.mark.parametrize(
    "reply",
    [
        say("The bridge", Ending.HELD),
        Reply(["The bridge "] * 10_000, pause=0.05),
        Reply(["The bridge "] * 10_000, pause=0.05, bytewise=True),
        Reply((), ending=Ending.HELD),
        endless("and so on "),
    ],
    ids=["held", "slow", "bytewise", "silent", "endless"],
)
def test_the_deadline_holds_whatever_the_server_does(
    model: LanguageModel, language_models: FakeLanguageModels, reply: Reply
) -> None:
    language_models.order(reply)
    assert failure(model, seconds=1.0) is Reason.LANGUAGE_MODEL_LATE


def test_who_stops_listening_hangs_up(model: LanguageModel, language_models: FakeLanguageModels) -> None:
    language_models.order(endless("and so on "))
    reply = stream(model)
    assert next(reply) == "and so on "
    reply.close()  # type: ignore[attr-defined]
    assert language_models.closed.acquire(timeout=60)


def test_no_model_is_an_error_before_anything_is_loaded() -> None:
    with pytest.raises(LanguageModelError) as caught:
        open_language_model(WriterSection())
    assert caught.value.reason is Reason.LANGUAGE_MODEL_NOT_CONFIGURED


def test_what_is_not_installed_is_said_with_its_extra(
    section: Section, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = section()
    package, extra = wanted.provider.replace("-", "_"), wanted.provider.partition("-")[0]
    monkeypatch.setitem(sys.modules, f"llama_index.llms.{package}", None)
    with pytest.raises(LanguageModelError) as caught:
        open_language_model(wanted)
    assert caught.value.reason is Reason.LANGUAGE_MODEL_NOT_INSTALLED
    assert caught.value.remedy == f'Run: pip install "footnote-bot[{extra}]"'


@pytest.mark.parametrize("key", ["sésame", "sesame\nX-Evil: 1"])
def test_a_key_that_no_header_takes_is_refused_and_not_repeated(key: str) -> None:
    with pytest.raises(ConfigurationError, match="FOOTNOTE_WRITER_KEY: expected printable ASCII") as caught:
        open_language_model(WriterSection(llm="ollama/llama3.2"), key)
    assert key not in str(caught.value)


def test_a_key_goes_unencrypted_to_no_other_machine() -> None:
    there = WriterSection(llm="openai-like", base_url="http://gpu.intranet:8000/v1", model="m")
    open_language_model(there)
    with pytest.raises(ConfigurationError, match="unencrypted to http://gpu") as caught:
        open_language_model(there, "sesame")
    assert "sesame" not in caught.value.message


def test_opening_sends_nothing_and_loads_no_tokenizer(
    section: Section, language_models: FakeLanguageModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_language_model(section())
    assert language_models.paths == []

    def refuse(*_: object) -> None:
        raise AssertionError("something else is asked for")

    real = socket.getaddrinfo

    def only_here(host: str, *rest: object, **more: object) -> object:
        assert host == "127.0.0.1", host
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("tiktoken.get_encoding", refuse)
    monkeypatch.setattr("tiktoken.encoding_for_model", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", only_here)
    language_models.order(say("Yes [1]."))
    assert "".join(stream(open_language_model(section()))) == "Yes [1]."


def test_the_module_itself_loads_no_client_and_no_framework() -> None:
    code = (
        "import sys, index.llamaindex.language_models\n"
        "print({'openai', 'ollama', 'httpx', 'tiktoken', 'llama_index'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
    assert module.CONTEXT <= 32_768
