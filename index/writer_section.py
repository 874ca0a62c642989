"""Section `[writer]` of the configuration: which language model writes answers, and how long it may take."""

import re
from types import MappingProxyType
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from index.config_section import Section

KEY_VARIABLE = "FOOTNOTE_WRITER_KEY"
"""The environment variable with the key of a server that asks for one."""
OLLAMA, OPENAI_LIKE = "ollama", "openai-like"
OLLAMA_ADDRESS = "http://127.0.0.1:11434"
"""Where Ollama listens unless it is told otherwise."""

# "ollama/llama3.2", "ollama/hf.co/owner/model:Q4_K_M"
_LLM = re.compile(rf"{OLLAMA}/[A-Za-z0-9][\w.:/-]*|{OPENAI_LIKE}")
# A scheme, a host and perhaps a path, but no user, query or fragment: http://127.0.0.1:8000/v1
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#@]*)?")


def _check_llm(value: str) -> str:
    if value and not _LLM.fullmatch(value):
        raise PydanticCustomError("llm", "expected 'ollama/MODEL', as 'ollama/llama3.2', or 'openai-like'")
    return value


def _check_address(value: str) -> str:
    try:
        fits = not value or (_ADDRESS.fullmatch(value) and urlsplit(value).port != 0)
    except ValueError:  # an impossible port, or an impossible number in brackets
        fits = False
    if not fits:
        raise PydanticCustomError("base_url", "expected an http(s) address, as http://127.0.0.1:8000/v1")
    return value


class WriterSection(Section):
    """The language model that writes answers from cited sentences, if one is to; off unless it is named."""

    elsewhere = MappingProxyType(
        dict.fromkeys(("api_key", "key"), f"the key comes from {KEY_VARIABLE}, never from this file")
    )

    llm: Annotated[
        str,
        Field(description="ollama/MODEL, or openai-like; empty: nothing is written"),
        AfterValidator(_check_llm),
    ] = ""
    base_url: Annotated[
        str,
        Field(description="address of the server; empty: Ollama on this machine"),
        AfterValidator(_check_address),
    ] = ""
    model: Annotated[str, Field(max_length=200, description="name of the model, for openai-like")] = ""
    default: Annotated[bool, Field(description="answers are written unless it is declined")] = False
    sentences: Annotated[int, Field(ge=1, le=10, description="sentences of a written answer at most")] = 4
    tokens: Annotated[int, Field(ge=16, le=4_000, description="tokens that the model may write")] = 400
    timeout: Annotated[float, Field(ge=1, le=600, description="seconds that writing may take in all")] = 60

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.llm == OPENAI_LIKE and not (self.base_url and self.model):
            raise PydanticCustomError("writer", "expected base_url and model with llm = 'openai-like'")
        if self.default and not self.llm:
            raise PydanticCustomError("writer", "expected llm with default = true")
        if self.llm.startswith(f"{OLLAMA}/") and self.model:
            raise PydanticCustomError("writer", "expected no model: llm = 'ollama/MODEL' names it")
        return self

    @property
    def provider(self) -> str:
        """How the server is spoken to: `OLLAMA`, `OPENAI_LIKE`, or "" if no model is named."""
        return self.llm.partition("/")[0]

    @property
    def address(self) -> str:
        """Address of the server, "" if no model is named."""
        return self.base_url or (OLLAMA_ADDRESS if self.provider == OLLAMA else "")

    @property
    def model_name(self) -> str:
        """Name of the model as its server knows it, "" if none is named."""
        return self.model if self.provider == OPENAI_LIKE else self.llm.partition("/")[2]
