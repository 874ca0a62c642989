"""Processes that are forked for tests are as good as started ones, and never outlive the tests."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.module_process import ForkedProcess, ForkServer, Start, hear_interrupts
from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nothing is forked")

REPORT = "tests.support.process_report"
PATIENCE = 120.0  # seconds

KILLED = """
import os, signal, subprocess
from tests.support.module_process import ForkedProcess, ForkServer, Start

server = ForkServer(())
start = Start("tests.support.process_report", ["wait"], os.getcwd(), dict(os.environ))
process = ForkedProcess(server, start, subprocess.DEVNULL, subprocess.PIPE, subprocess.DEVNULL)
process.stdout.readline()
print(server.pid, process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    """Return a server that imports nothing beforehand, as that takes seconds."""
    server = ForkServer(())
    yield server
    server.close()


def forked(server: ForkServer, *arguments: str, folder: Path = ROOT, **environment: str) -> ForkedProcess:
    start = Start(REPORT, [*arguments], str(folder), {**os.environ, **environment})
    return ForkedProcess(server, start, subprocess.PIPE, subprocess.PIPE, subprocess.PIPE)


def test_it_finds_all_as_a_started_one_does(server: ForkServer, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    folder, more = tmp_path / "link", {"GREETING": "gr\udcfc\udcdf", "PYTEST_CURRENT_TEST": ""}
    process = forked(server, "a b", "\udcff", folder=folder, **more)
    out, err = process.communicate(timeout=PATIENCE)
    started = subprocess.run(
        [sys.executable, "-m", REPORT, "a b", b"\xff"],
        cwd=folder,
        env={**os.environ, **more},
        input=b"",
        capture_output=True,
        preexec_fn=hear_interrupts,
        check=False,
    )
    report, last = out.splitlines()
    assert json.loads(report) == json.loads(started.stdout.splitlines()[0])
    assert (process.returncode, last, err) == (0, b"the last line", b"")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [(("exit", "78"), 78, b""), (("raise",), 1, b"ValueError: as told\n"), (("die",), -signal.SIGABRT, b"")],
)
def test_it_ends_as_it_would_if_it_had_been_started(
    server: ForkServer, arguments: tuple[str, ...], code: int, said: bytes
) -> None:
    process = forked(server, *arguments)
    out, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, process.poll(), process.wait()) == (code, code, code)
    assert out.endswith(b"the last line\n") is (code > 0)
    assert err.endswith(said)
    process.kill()  # nobody, as its number may be another's by now


def test_several_run_at_once_and_signals_reach_the_one_that_is_meant(server: ForkServer) -> None:
    interrupted, killed = forked(server, "wait"), forked(server, "wait")
    with interrupted, killed:
        for process in (interrupted, killed):
            assert process.stdout
            assert json.loads(process.stdout.readline())["arguments"][1:] == ["wait"]
        killed.kill()
        assert killed.wait(PATIENCE) == -signal.SIGKILL
        with pytest.raises(subprocess.TimeoutExpired):
            interrupted.wait(0.0)
        assert interrupted.poll() is None
        interrupted.send_signal(signal.SIGINT)
        _, err = interrupted.communicate(timeout=PATIENCE)
        assert (interrupted.returncode, err.splitlines()[-1]) == (-signal.SIGINT, b"KeyboardInterrupt")


def test_none_outlives_a_process_of_tests_that_was_killed() -> None:
    run = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, capture_output=True, check=False)
    assert run.returncode == -signal.SIGKILL
    server, child = run.stdout.split()
    until = time.monotonic() + PATIENCE
    while is_running(server.decode()) or is_running(child.decode()):
        assert time.monotonic() < until
        time.sleep(0.01)


def is_running(process: str) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
