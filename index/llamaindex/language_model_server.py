"""Server of a language model: how it is asked, what its errors mean, and whether it has a model."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx
from typing_extensions import override

from index.errors import LanguageModelError, Reason
from index.writer_section import OLLAMA, WriterSection

_KEPT_HEADERS = frozenset(
    ("accept", "accept-encoding", "connection", "content-length", "content-type", "host", "transfer-encoding")
)
"""All that a server is told; the clients would add the machine's system, architecture and Python."""
_STATUS_REASONS = {
    401: Reason.LANGUAGE_MODEL_KEY_REFUSED,
    403: Reason.LANGUAGE_MODEL_KEY_REFUSED,
    404: Reason.LANGUAGE_MODEL_MISSING,
    408: Reason.LANGUAGE_MODEL_LATE,
    429: Reason.LANGUAGE_MODEL_BUSY,
    503: Reason.LANGUAGE_MODEL_BUSY,
    504: Reason.LANGUAGE_MODEL_LATE,
}


class _Limited(httpx.SyncByteStream):
    """The bytes of a reply, until a deadline: the client's own limit begins anew with each byte."""

    def __init__(self, stream: httpx.SyncByteStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    @override
    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the reply took too long")
            yield part

    @override
    def close(self) -> None:
        self._stream.close()


class Connections:
    """The connections of a client, for another thread to end: who waits for a reply there gets an error."""

    def __init__(self) -> None:
        self._sockets: list[socket.socket] = []
        self._is_shut = False
        self._lock = threading.Lock()

    def note(self, event: str, information: Mapping[str, Any]) -> None:
        """Note what was connected: a hook of httpcore's extension `trace`."""
        find = getattr(information.get("return_value"), "get_extra_info", None)
        connected = find("socket") if find is not None else None
        if not isinstance(connected, socket.socket):
            return
        with self._lock:
            self._sockets.append(connected)
            if self._is_shut:
                self._shut_all()

    def shut(self) -> None:
        """End the connections, and those that are still being made as soon as they are."""
        with self._lock:
            self._is_shut = True
            self._shut_all()

    def _shut_all(self) -> None:
        for connected in self._sockets:
            with suppress(OSError):  # it is closed already
                socket.socket.shutdown(connected, socket.SHUT_RDWR)  # TLS ends no wait, the socket does


def is_on_this_machine(address: str) -> bool:
    """Tell whether an address is one of this machine."""
    host = urlsplit(address).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def http_options(
    address: str, key: str, timeout: float, connections: Connections | None = None
) -> dict[str, Any]:
    """Return the options of an HTTP client that asks this server alone.

    It follows no redirect to another one, sends the key and no other that stands in the environment, and asks
    servers on this machine without a proxy. A reply that comes byte by byte is given up, too, once `timeout`
    is over. `connections` gets to know each one that is made.
    """
    deadline = time.monotonic() + timeout

    def keep_needed_headers(request: httpx.Request) -> None:
        for name in list(request.headers):
            if name.lower() not in _KEPT_HEADERS:
                del request.headers[name]
        request.headers["user-agent"] = "footnote"
        if key:
            request.headers["authorization"] = f"Bearer {key}"
        if connections is not None:
            request.extensions["trace"] = connections.note

    def limit(response: httpx.Response) -> None:
        if isinstance(response.stream, httpx.SyncByteStream):
            response.stream = _Limited(response.stream, deadline)

    return {
        "timeout": timeout,
        "follow_redirects": False,
        "trust_env": not is_on_this_machine(address),
        "event_hooks": {"request": [keep_needed_headers], "response": [limit]},
    }


def as_language_model_error(error: BaseException, section: WriterSection) -> LanguageModelError:
    """Return what an error of a client means; what the server says about it is not repeated."""
    if isinstance(error, LanguageModelError):
        return error
    for cause in _causes(error):
        if isinstance(cause, httpx.TimeoutException | TimeoutError):
            return problem(section, Reason.LANGUAGE_MODEL_LATE)
        if isinstance(cause, httpx.ConnectError | ConnectionError):
            return problem(section, Reason.LANGUAGE_MODEL_UNREACHABLE)
        if isinstance(cause, httpx.TransportError):
            return problem(section, Reason.LANGUAGE_MODEL_CUT_OFF)
        status = getattr(cause, "status_code", None)
        if isinstance(status, int) and status > 0:
            return problem(section, _STATUS_REASONS.get(status, Reason.LANGUAGE_MODEL_FAILED), status)
    return problem(section, Reason.LANGUAGE_MODEL_FAILED)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it was raised from."""
    cause: BaseException | None = error
    for _ in range(8):  # a cause may be its own
        if cause is None:
            return
        yield cause
        cause = cause.__cause__ or cause.__context__


def problem(section: WriterSection, reason: Reason, status: int = 0) -> LanguageModelError:
    """Return the error that says in words why a server, or its model, writes nothing."""
    server, model = section.address, section.model_name
    reported = f" (HTTP status {status})" if status else ""
    words = {
        Reason.LANGUAGE_MODEL_BUSY: f"{server} has too much to do at the moment{reported}",
        Reason.LANGUAGE_MODEL_CUT_OFF: f"{server} broke off",
        Reason.LANGUAGE_MODEL_KEY_REFUSED: f"{server} refuses the key, or asks for one{reported}",
        Reason.LANGUAGE_MODEL_LATE: f"{model} took too long",
        Reason.LANGUAGE_MODEL_MISSING: f"{server} has no model {model}{reported}",
        Reason.LANGUAGE_MODEL_UNREACHABLE: f"{server} cannot be reached",
    }
    remedy = ""
    if reason is Reason.LANGUAGE_MODEL_MISSING and section.provider == OLLAMA:
        remedy = f"Run `ollama pull {model}`."
    message = words.get(reason, f"{server} reports an error{reported}")
    return LanguageModelError(message, remedy, reason=reason, model=model)


def find_model(section: WriterSection, key: str, timeout: float) -> bool:
    """Tell whether the server lists the model; True also for a server that lists none.

    Raises LanguageModelError if it cannot be reached, refuses the key, or does not have the model.
    """
    path = "/api/tags" if section.provider == OLLAMA else "/models"
    try:
        with httpx.Client(**http_options(section.address, key, timeout)) as client:
            response = client.get(section.address.rstrip("/") + path)
            if response.status_code in (404, 405) and section.provider != OLLAMA:
                return False
            response.raise_for_status()
            names = _names(response.json())
    except httpx.HTTPStatusError as error:
        status = error.response.status_code
        reason = _STATUS_REASONS.get(status, Reason.LANGUAGE_MODEL_FAILED)
        if reason is Reason.LANGUAGE_MODEL_MISSING:  # no such page: it is no Ollama
            reason = Reason.LANGUAGE_MODEL_FAILED
        raise problem(section, reason, status) from None
    except (httpx.HTTPError, ValueError) as error:
        raise as_language_model_error(error, section) from None
    wanted = section.model_name
    if not {wanted, f"{wanted}:latest"} & names:
        raise problem(section, Reason.LANGUAGE_MODEL_MISSING)
    return True


def _names(value: Any) -> set[str]:
    """Return the names in a list of models, as either protocol sends it. Raises ValueError."""
    rows = (value.get("models") or value.get("data") or []) if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise ValueError("no list of models")
    return {
        str(row[key])
        for row in rows
        if isinstance(row, dict)
        for key in ("name", "model", "id")
        if key in row
    }
