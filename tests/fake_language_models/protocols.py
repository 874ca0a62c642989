"""Both protocols: their messages, and what a request has to be.

Ollama: https://docs.ollama.com/api/chat; OpenAI: https://platform.openai.com/docs/api-reference/chat.
"""

import json
from collections.abc import Mapping
from typing import Any

_OLLAMA_KEYS = {"model", "messages", "stream", "options", "think", "tools", "keep_alive", "format"}
_OPENAI_KEYS = {"model", "messages", "stream", "temperature", "max_tokens"}
_HEADERS = {
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
}


class OllamaProtocol:
    """`/api/chat`: a JSON object a line."""

    content_type = "application/x-ndjson"

    def message(self, model: str, text: str, thoughts: str = "") -> bytes:
        message = {"role": "assistant", "content": text, **({"thinking": thoughts} if thoughts else {})}
        return _line(
            {"model": model, "created_at": "2026-01-01T00:00:00Z", "message": message, "done": False}
        )

    def end(self, model: str, reason: str) -> bytes:
        message = {"role": "assistant", "content": ""}
        return _line(
            {"model": model, "message": message, "done": True, "done_reason": reason, "eval_count": 7}
        )

    def error(self, status: int) -> bytes:
        return _line({"error": f"status {status} as ordered"})

    def problems(self, body: Mapping[str, Any]) -> list[str]:
        options = body.get("options") or {}
        found = _common_problems(body, _OLLAMA_KEYS)
        if options.get("temperature") != 0:
            found.append(f"temperature is not 0: {options}")
        if not _is_bound(options.get("num_predict")):
            found.append(f"no bound of tokens: {options}")
        if not 0 < options.get("num_ctx", 0) <= 32_768:
            found.append(f"a context that may fill the memory: {options}")
        if body.get("tools"):
            found.append("tools")
        return found


class OpenAIProtocol:
    """`/v1/chat/completions`: server-sent events."""

    content_type = "text/event-stream"

    def message(self, model: str, text: str, thoughts: str = "") -> bytes:
        delta = {"role": "assistant", "content": text}
        if thoughts:
            delta["reasoning_content"] = thoughts
        return self._event(model, delta, None)

    def end(self, model: str, reason: str) -> bytes:
        return self._event(model, {}, reason) + b"data: [DONE]\n\n"

    def error(self, status: int) -> bytes:
        return _line({"error": {"message": f"status {status} as ordered", "type": "error", "code": None}})

    def problems(self, body: Mapping[str, Any]) -> list[str]:
        found = _common_problems(body, _OPENAI_KEYS)
        if body.get("temperature") != 0:
            found.append(f"temperature is not 0: {body.get('temperature')}")
        if not _is_bound(body.get("max_tokens")):
            found.append(f"no bound of tokens: {body.get('max_tokens')}")
        return found

    def _event(self, model: str, delta: dict[str, str], reason: str | None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        chunk = {
            "id": "c",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": model,
            "choices": [choice],
        }
        return b"data: " + _line(chunk) + b"\n"


Protocol = OllamaProtocol | OpenAIProtocol


def header_problems(path: str, headers: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the address and the headers of a request."""
    found = [f"a header that no server needs: {name}" for name in headers if name.lower() not in _HEADERS]
    if "?" in path or "key" in path.lower():
        found.append(f"something in the address: {path}")
    return found


def _common_problems(body: Mapping[str, Any], keys: set[str]) -> list[str]:
    found = [f"unknown key: {key}" for key in body.keys() - keys]
    if body.get("stream") is not True:
        found.append("the reply is not streamed")
    messages = body.get("messages") or []
    roles = [message.get("role") for message in messages]
    if roles != ["system", "user"]:
        found.append(f"roles of the messages: {roles}")
    if not all(
        isinstance(message.get("content"), str) and message["content"].strip() for message in messages
    ):
        found.append("a message without text")
    return found


def _is_bound(value: Any) -> bool:
    return isinstance(value, int) and 0 < value <= 4_000


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
