"""Lets this process reach nothing but itself; on PYTHONPATH, Python imports it when it starts.

So the processes that the tests start are as cut off as the tests themselves.
"""

import ipaddress
import socket
from typing import Any

INTERNET = (socket.AF_INET, socket.AF_INET6)
_connect = socket.socket.connect
_connect_ex = socket.socket.connect_ex
_sendto = socket.socket.sendto
_getaddrinfo = socket.getaddrinfo


def _check(host: Any) -> None:
    name = host.decode() if isinstance(host, bytes) else host
    try:
        local = name in (None, "", "localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = False
    if not local:
        raise OSError(f"no network in tests: {name!r}")


def _connect_locally(self: socket.socket, address: Any) -> None:
    if self.family in INTERNET:
        _check(address[0])
    return _connect(self, address)


def _connect_ex_locally(self: socket.socket, address: Any) -> int:
    if self.family in INTERNET:
        _check(address[0])
    return _connect_ex(self, address)


def _sendto_locally(self: socket.socket, *arguments: Any) -> int:
    if self.family in INTERNET:
        _check(arguments[-1][0])
    return _sendto(self, *arguments)


def _getaddrinfo_locally(host: Any, *arguments: Any, **options: Any) -> Any:
    _check(host)
    return _getaddrinfo(host, *arguments, **options)


socket.socket.connect = _connect_locally  # type: ignore[method-assign]
socket.socket.connect_ex = _connect_ex_locally  # type: ignore[method-assign]
socket.socket.sendto = _sendto_locally  # type: ignore[method-assign, assignment]
socket.getaddrinfo = _getaddrinfo_locally
