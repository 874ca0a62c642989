"""The tests are cut off from the network, and so are the processes that they start."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

_ATTEMPT = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)"


def test_no_address_but_this_machine_is_reached() -> None:
    with pytest.raises(OSError, match="no network in tests"):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    with pytest.raises(OSError, match="no network in tests"):
        socket.getaddrinfo("example.org", 443)
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as datagrams:
        with pytest.raises(OSError, match="no network in tests"):
            datagrams.connect_ex(("2001:db8::1", 53))
        with pytest.raises(OSError, match="no network in tests"):
            datagrams.sendto(b"", ("2001:db8::1", 53))


def test_no_started_process_reaches_another_machine() -> None:
    attempt = subprocess.run([sys.executable, "-c", _ATTEMPT], capture_output=True, text=True, check=False)
    assert "no network in tests" in attempt.stderr


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_home_is_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
