"""The server: replies are ordered one by one, and every request is checked and kept."""

import json
import threading
from collections import deque
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fake_language_models.protocols import (
    OllamaProtocol,
    OpenAIProtocol,
    Protocol,
    header_problems,
)
from tests.fake_language_models.replies import Ending, Reply, say

Answerer = Callable[[str, str], str]
"""Makes a reply of the instructions and of what the user says."""


class FakeLanguageModels:
    """A server on this machine with some `models`; it asks for `key` if there is one.

    `reply` is given to requests for which nothing else was ordered: a text, or a function that makes one of
    the two messages. `requests` holds the bodies of all chats, `problems` what was wrong with any request.
    """

    def __init__(self, *models: str, key: str = "", reply: str | Answerer = "") -> None:
        self.models = models or ("llama3.2",)
        self.key = key
        self.reply = reply
        self.lists_models = True
        self.requests: list[dict[str, Any]] = []
        self.paths: list[str] = []
        self.problems: list[str] = []
        self.stopped = threading.Event()
        self.closed = threading.Semaphore(0)  # one for each reply that is over
        self._ordered: deque[Reply] = deque()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop the server; replies that are held end."""
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def ollama(self) -> str:
        """Address of an Ollama."""
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def openai(self) -> str:
        """Address of a server with OpenAI's protocol."""
        return f"{self.ollama}/v1"

    def order(self, *replies: Reply) -> None:
        """Have the next requests answered with these replies, one each."""
        self._ordered.extend(replies)

    def next_reply(self, messages: list[dict[str, str]]) -> Reply:
        if self._ordered:
            return self._ordered.popleft()
        if isinstance(self.reply, str):
            return say(self.reply)
        return say(self.reply(*(message["content"] for message in messages)))


def _handler(fake: FakeLanguageModels) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            if not self._is_welcome():
                return
            if self.path == "/api/tags":
                self._put(200, {"models": [{"name": name, "model": name} for name in fake.models]})
            elif self.path == "/v1/models" and fake.lists_models:
                data = [{"id": name, "object": "model"} for name in fake.models]
                self._put(200, {"object": "list", "data": data})
            else:
                self._put(404, {"error": "no such page"})

        def do_POST(self) -> None:
            body = json.loads(self._body())
            protocols: dict[str, Protocol] = {
                "/api/chat": OllamaProtocol(),
                "/v1/chat/completions": OpenAIProtocol(),
            }
            protocol = protocols.get(self.path)
            if not self._is_welcome():
                return
            if protocol is None:
                fake.problems.append(f"no such page: {self.path}")
                self._put(404, {"error": "no such page"})
                return
            fake.requests.append(body)
            fake.problems += protocol.problems(body)
            reply = fake.next_reply(body["messages"])
            if body["model"] not in {*fake.models, *(name.removesuffix(":latest") for name in fake.models)}:
                reply = Reply(status=404)
            try:
                if reply.status != 200:
                    self._start(reply.status, "application/json", reply.headers)
                    self._chunk(protocol.error(reply.status))
                    self._chunk(b"")
                else:
                    self._stream(protocol, body["model"], reply)
            except OSError:
                self.close_connection = True  # the client has gone
            finally:
                fake.closed.release()

        def _is_welcome(self) -> bool:
            fake.paths.append(self.path)
            fake.problems += header_problems(self.path, dict(self.headers))
            given = self.headers.get("authorization", "")
            if given != (f"Bearer {fake.key}" if fake.key else ""):
                if not fake.key:
                    fake.problems.append("a key that nobody asked for")
                self._put(401, {"error": {"message": "wrong key"}})
                return False
            return True

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers["content-length"]))

        def _put(self, status: int, value: Any) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def _start(self, status: int, content_type: str, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {"content-type": content_type, **headers}.items():
                self.send_header(name, value)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

        def _stream(self, protocol: Protocol, model: str, reply: Reply) -> None:
            self._start(200, protocol.content_type, reply.headers)
            for data in self._messages(protocol, model, reply):
                if fake.stopped.wait(reply.pause) if reply.pause else fake.stopped.is_set():
                    self.close_connection = True
                    return
                self._chunk(data)
            match reply.ending:
                case Ending.WHOLE:
                    self._chunk(protocol.end(model, "stop"))
                case Ending.LENGTH:
                    self._chunk(protocol.end(model, "length"))
                case Ending.GARBAGE:
                    self._chunk(
                        b"data: <html>\n\n" if protocol.content_type.startswith("text") else b"<html>\n"
                    )
                case Ending.HELD:
                    fake.stopped.wait()
                case Ending.CUT:
                    self.close_connection = True
                    self.wfile.flush()
                    self.connection.shutdown(2)
                    return
                case Ending.UNFINISHED:
                    pass
            self._chunk(b"")

        def _messages(self, protocol: Protocol, model: str, reply: Reply) -> Iterator[bytes]:
            if reply.thoughts:
                yield protocol.message(model, "", reply.thoughts)
            for piece in reply.pieces:
                message = protocol.message(model, piece)
                if reply.bytewise:
                    yield from (bytes([byte]) for byte in message)
                else:
                    yield message

    return Handler
