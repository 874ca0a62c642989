"""Language models that write answers, through LlamaIndex's classes: Ollama, and OpenAI's protocol.

Nothing here is imported or contacted unless somebody asks for a written answer.
"""

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from index.errors import ConfigurationError, LanguageModelError, Reason
from index.llamaindex.background_stream import until
from index.writer_section import KEY_VARIABLE, OLLAMA, OPENAI_LIKE, WriterSection
from index.writing.protocols import LanguageModel, Message

if TYPE_CHECKING:
    from llama_index.core.llms import LLM, ChatMessage, ChatResponse

    from index.llamaindex.language_model_server import Connections

log = logging.getLogger(__name__)

CONTEXT = 8_192
"""Tokens that Ollama keeps room for: prompts are shorter, and all that a model offers may fill the memory."""
_NO_KEY = "none"  # the client asks for one; it is not sent
_EXTRAS = {OLLAMA: "ollama", OPENAI_LIKE: "openai"}

Open = Callable[[int, float, "Connections"], tuple["LLM", Callable[[], None]]]
"""Makes a model of LlamaIndex for so many tokens and seconds, and what closes its connections."""


def open_language_model(section: WriterSection, key: str = "") -> LanguageModel:
    """Return the language model that a section names; nothing is sent before it is asked for something.

    `key` is that of its server, "" if it needs none. Raises LanguageModelError if no model is named or the
    package that speaks to it is not installed, and ConfigurationError for a key that would go unencrypted.
    """
    if not section.llm:
        raise LanguageModelError("no language model is named", reason=Reason.LANGUAGE_MODEL_NOT_CONFIGURED)
    try:
        from index.llamaindex.language_model_server import is_on_this_machine

        make = _ollama(section, key) if section.provider == OLLAMA else _openai_like(section, key)
    except ImportError as error:
        extra = _EXTRAS[section.provider]
        raise LanguageModelError(
            f"what speaks to {section.provider} is not installed ({error.name})",
            f'Run: pip install "footnote-bot[{extra}]"',
            reason=Reason.LANGUAGE_MODEL_NOT_INSTALLED,
            model=section.model_name,
        ) from error
    if not (key.isascii() and key.isprintable()):
        raise ConfigurationError(f"{KEY_VARIABLE}: expected printable ASCII characters")
    if key and section.address.startswith("http://") and not is_on_this_machine(section.address):
        raise ConfigurationError(f"the key would go unencrypted to {section.address}: expected https://")
    return _Model(section, make)


class _Model:
    """A language model behind one of LlamaIndex's classes."""

    def __init__(self, section: WriterSection, make: Open) -> None:
        self._section = section
        self._make = make

    @property
    def name(self) -> str:
        """Name of the model, as its server knows it."""
        return self._section.model_name

    def stream(
        self,
        messages: Sequence[Message],
        most_tokens: int,
        deadline: float,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the reply piece by piece; see `LanguageModel.stream`."""
        from index.llamaindex.language_model_server import Connections, as_language_model_error

        connections = Connections()
        try:
            yield from until(
                deadline,
                lambda: self._pieces(messages, most_tokens, deadline, connections),
                stop,
                connections.shut,
            )
        except GeneratorExit:
            raise
        except Exception as error:
            log.debug("The language model fails: %s", type(error).__name__)  # its words may hold the key
            raise as_language_model_error(error, self._section) from error

    def _pieces(
        self, messages: Sequence[Message], most_tokens: int, deadline: float, connections: "Connections"
    ) -> Generator[str, None, None]:
        from index.llamaindex.language_model_server import problem

        model, close = self._make(most_tokens, max(1.0, deadline - time.monotonic()), connections)
        try:
            finished = False
            for response in model.stream_chat(_chat_messages(messages)):
                finished = finished or _is_last(response)
                if response.delta:
                    yield response.delta
            if not finished:
                raise problem(self._section, Reason.LANGUAGE_MODEL_CUT_OFF)
        finally:
            close()


def _chat_messages(messages: Sequence[Message]) -> "list[ChatMessage]":
    from llama_index.core.llms import ChatMessage

    return [ChatMessage(role=message.role.value, content=message.content) for message in messages]


def _is_last(response: "ChatResponse") -> bool:
    """Tell whether a server says with this piece that the reply is whole."""
    raw: Any = response.raw
    if isinstance(raw, dict):
        return bool(raw.get("done"))
    choices: Any = getattr(raw, "choices", None)
    return bool(choices) and choices[0].finish_reason is not None


def _ollama(section: WriterSection, key: str) -> Open:
    from llama_index.llms.ollama import Ollama
    from ollama import Client

    from index.llamaindex.language_model_server import http_options

    def make(
        most_tokens: int, timeout: float, connections: "Connections"
    ) -> "tuple[LLM, Callable[[], None]]":
        client = Client(section.address, **http_options(section.address, key, timeout, connections))
        model = Ollama(
            model=section.model_name,
            base_url=section.address,
            temperature=0.0,
            context_window=CONTEXT,
            request_timeout=timeout,
            additional_kwargs={"num_predict": most_tokens},
            thinking=False,  # it would take the time and the tokens, and is not shown
            client=client,
        )
        return model, client.close

    return make


def _openai_like(section: WriterSection, key: str) -> Open:
    import httpx
    from llama_index.llms.openai_like import OpenAILike

    from index.llamaindex.language_model_server import http_options

    def make(
        most_tokens: int, timeout: float, connections: "Connections"
    ) -> "tuple[LLM, Callable[[], None]]":
        client = httpx.Client(**http_options(section.address, key, timeout, connections))
        options: dict[str, Any] = {"http_client": client}  # is no field of the model
        model = OpenAILike(
            model=section.model_name,
            api_base=section.address,
            api_key=key or _NO_KEY,
            is_chat_model=True,
            temperature=0.0,
            max_tokens=most_tokens,
            max_retries=0,  # whoever asks waits
            timeout=timeout,
            **options,
        )
        return model, client.close

    return make
