"""The tests are cut off from the network, and so are the processes that they start."""

import os
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


@pytest.mark.parametrize("first", ["index.library", "index, onnxruntime"])
def test_what_runs_the_models_tells_its_maker_nothing(tmp_path: Path, first: str) -> None:
    """With its telemetry, onnxruntime keeps a database, and a thread that sends what is in it."""
    code = (
        f"import sys, {first}; from pathlib import Path; assert 'onnxruntime' in sys.modules;"
        "print(len([*Path('/proc/self/task').glob('*')]))"
    )
    folders = {name: str(tmp_path) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")}
    environment = {**os.environ, "OMP_NUM_THREADS": "1", **folders}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    run = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert list(tmp_path.iterdir()) == []
    assert int(run.stdout) <= 1  # none where there is no /proc


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_home_is_a_temporary_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    assert Path.home().is_relative_to(tmp_path_factory.getbasetemp())
