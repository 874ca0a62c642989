"""A server is asked alone, told no more than it needs, and its errors are named."""

import httpx
import pytest

from index.errors import LanguageModelError, Reason
from index.llamaindex.language_model_server import (
    as_language_model_error,
    find_model,
    http_options,
    is_on_this_machine,
    problem,
)
from index.writer_section import WriterSection
from tests.fake_language_models import FakeLanguageModels

OLLAMA = WriterSection(llm="ollama/llama3.2")


def sections(server: FakeLanguageModels, model: str = "llama3.2:latest") -> list[WriterSection]:
    return [
        WriterSection(llm=f"ollama/{model}", base_url=server.ollama),
        WriterSection(llm="openai-like", base_url=server.openai, model=model),
    ]


def test_a_model_that_is_there_is_found(language_models: FakeLanguageModels) -> None:
    assert all(find_model(section, "", 30) for section in sections(language_models))
    assert find_model(sections(language_models, "llama3.2")[0], "", 30)  # the tag is Ollama's default


def test_a_model_that_is_not_there_is_named_with_what_helps(language_models: FakeLanguageModels) -> None:
    ollama, openai = sections(language_models, "gemma3")
    with pytest.raises(LanguageModelError, match=r"/ has no model gemma3|\d has no model gemma3") as caught:
        find_model(ollama, "", 30)
    assert (caught.value.reason, caught.value.remedy) == (
        Reason.LANGUAGE_MODEL_MISSING,
        "Run `ollama pull gemma3`.",
    )
    with pytest.raises(LanguageModelError) as caught:
        find_model(openai, "", 30)
    assert (caught.value.reason, caught.value.remedy) == (Reason.LANGUAGE_MODEL_MISSING, "")


def test_a_server_that_lists_no_models_is_only_reached(language_models: FakeLanguageModels) -> None:
    language_models.lists_models = False
    assert not find_model(sections(language_models)[1], "", 30)


def test_a_wrong_key_is_refused_and_the_right_one_taken() -> None:
    with FakeLanguageModels("m", key="right") as server:
        for section in sections(server, "m"):
            assert find_model(section, "right", 30)
            with pytest.raises(LanguageModelError, match="refuses the key") as caught:
                find_model(section, "wrong", 30)
            assert caught.value.reason is Reason.LANGUAGE_MODEL_KEY_REFUSED
            assert "wrong" not in caught.value.message


def test_what_is_no_such_server_is_said(language_models: FakeLanguageModels) -> None:
    with pytest.raises(LanguageModelError, match="reports an error") as caught:  # a page that does not exist
        find_model(WriterSection(llm="ollama/m", base_url=f"{language_models.ollama}/there"), "", 30)
    assert caught.value.reason is Reason.LANGUAGE_MODEL_FAILED


def test_nobody_there_is_said() -> None:
    with FakeLanguageModels() as server:
        address = server.ollama
    with pytest.raises(LanguageModelError, match=f"{address} cannot be reached") as caught:
        find_model(WriterSection(llm="ollama/m", base_url=address), "", 30)
    assert caught.value.reason is Reason.LANGUAGE_MODEL_UNREACHABLE


def test_keys_and_proxies_of_the_environment_are_left_alone(
    language_models: FakeLanguageModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("OLLAMA_API_KEY", "of somebody else")
    assert find_model(sections(language_models)[0], "", 30)  # the server finds fault with a key


def test_no_redirect_is_followed_to_another_server() -> None:
    assert http_options("http://127.0.0.1:1", "", 5)["follow_redirects"] is False


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("http://127.0.0.1:11434", True),
        ("http://localhost:8000/v1", True),
        ("http://[::1]:80", True),
        ("http://10.0.0.3:11434", False),
        ("https://127.0.0.1.example.org", False),
    ],
)
def test_only_this_machine_is_this_machine(address: str, here: bool) -> None:
    assert is_on_this_machine(address) is here
    assert http_options(address, "", 5)["trust_env"] is not here


REQUEST = httpx.Request("POST", "http://127.0.0.1:1")


class CodedError(Exception):
    def __init__(self, status_code: int) -> None:
        self.status_code = status_code


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (TimeoutError(), Reason.LANGUAGE_MODEL_LATE),
        (httpx.ReadTimeout("slow", request=REQUEST), Reason.LANGUAGE_MODEL_LATE),
        (httpx.ConnectTimeout("slow", request=REQUEST), Reason.LANGUAGE_MODEL_LATE),
        (httpx.ConnectError("nobody", request=REQUEST), Reason.LANGUAGE_MODEL_UNREACHABLE),
        (ConnectionRefusedError(), Reason.LANGUAGE_MODEL_UNREACHABLE),
        (httpx.RemoteProtocolError("cut", request=REQUEST), Reason.LANGUAGE_MODEL_CUT_OFF),
        (httpx.ReadError("cut", request=REQUEST), Reason.LANGUAGE_MODEL_CUT_OFF),
        (CodedError(401), Reason.LANGUAGE_MODEL_KEY_REFUSED),
        (CodedError(404), Reason.LANGUAGE_MODEL_MISSING),
        (CodedError(429), Reason.LANGUAGE_MODEL_BUSY),
        (CodedError(500), Reason.LANGUAGE_MODEL_FAILED),
        (CodedError(-1), Reason.LANGUAGE_MODEL_FAILED),
        (ValueError("no JSON"), Reason.LANGUAGE_MODEL_FAILED),
    ],
)
def test_errors_of_clients_have_a_reason(error: Exception, reason: Reason) -> None:
    assert as_language_model_error(error, OLLAMA).reason is reason
    wrapped = RuntimeError("of the client")
    wrapped.__cause__ = error
    assert as_language_model_error(wrapped, OLLAMA).reason is reason
    known = problem(OLLAMA, Reason.LANGUAGE_MODEL_EMPTY)
    assert as_language_model_error(known, OLLAMA) is known
