"""Starts `python -m MODULE` for a test: forked from a server that has all imports behind it, where it can be.

Where the start itself is tested, start Python with `subprocess`.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Self

from tests.support.fork_server import Start
from tests.support.paths import ROOT

READ_WHEN_USED = {
    "COLUMNS",
    "DISCORD_BOT_TOKEN",
    "DISCORD_BOT_TOKEN_FILE",
    "FOOTNOTE_CONFIG",
    "LINES",
    "NO_COLOR",
    "PGPASSWORD",
    "PYTEST_CURRENT_TEST",
    "TERM",
}
"""Variables that are read neither by Python when it starts nor by a library when it is imported."""

PRELOADED = ("bot.*", "faiss", "index.building.update", "index.library", "onnxruntime", "tokenizers")
"""What `python -m bot` imports, sooner or later."""

Stream = int | IO[Any] | None
"""A standard stream as `subprocess.Popen` takes it: a file, its number, PIPE, DEVNULL, None for our own."""


class ForkedProcess:
    """A child of the fork server, used as a `subprocess.Popen` is."""

    def __init__(self, server: "ForkServer", start: Start, *streams: Stream) -> None:
        ours, theirs = multiprocessing.Pipe()
        self.returncode: int | None = None
        self._connection = ours
        self._lock = threading.Lock()
        with theirs, contextlib.ExitStack() as until_started:
            pipes, descriptors = [], []
            for number, stream in enumerate(streams):
                pipe, descriptor = _opened(number, stream, until_started)
                pipes.append(pipe)
                descriptors.append(descriptor)
            self.stdin, self.stdout, self.stderr = pipes
            server.request([*descriptors, theirs.fileno()])
        ours.send(start)
        self.pid: int = ours.recv()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; return the exit code, or the number of the signal that ended it, negative."""
        if self.returncode is None:
            if not self._connection.poll(timeout):
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 0.0)
            with self._lock:
                if self.returncode is None:
                    self.returncode = self._connection.recv()
        return self.returncode

    def poll(self) -> int | None:
        """Return what `wait` does, or None while the process runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the process has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End the process at once."""
        self.send_signal(signal.SIGKILL)

    def communicate(self, stdin: bytes = b"", timeout: float | None = None) -> tuple[bytes, bytes]:
        """Write to stdin, and return what comes from stdout and stderr, b"" from one that is no pipe."""
        with ThreadPoolExecutor(2) as threads:
            out, err = (threads.submit(pipe.read if pipe else bytes) for pipe in (self.stdout, self.stderr))
            try:
                if self.stdin:
                    with contextlib.suppress(BrokenPipeError), self.stdin:
                        self.stdin.write(stdin)
                self.wait(timeout)
            except BaseException:
                self.kill()
                raise
            return out.result(), err.result()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self.stdin, self.stdout, self.stderr):
            if pipe:
                pipe.close()
        self.wait()


def _opened(number: int, stream: Stream, until_started: contextlib.ExitStack) -> tuple[IO[bytes] | None, int]:
    """Return our end of a pipe, if there is one, and what is the process's standard stream of that number."""
    if stream is None:
        return None, number
    if stream == subprocess.DEVNULL:
        stream = os.open(os.devnull, os.O_RDWR)
        until_started.callback(os.close, stream)
    if stream != subprocess.PIPE:
        return None, stream if isinstance(stream, int) else stream.fileno()
    reading, writing = os.pipe()
    ours, theirs = (writing, reading) if number == 0 else (reading, writing)
    until_started.callback(os.close, theirs)
    return os.fdopen(ours, "wb" if number == 0 else "rb"), theirs


class ForkServer:
    """A running `tests.support.fork_server`; it ends with this process, or when it is closed."""

    def __init__(self, preloaded: Sequence[str] = PRELOADED) -> None:
        self.variables = _read_at_start(os.environ)
        self._control, theirs = socket.socketpair()
        with theirs:
            command = [sys.executable, "-m", "tests.support.fork_server", str(theirs.fileno()), *preloaded]
            nothing = subprocess.DEVNULL
            self._process = subprocess.Popen(
                command, cwd=ROOT, stdin=nothing, stdout=nothing, pass_fds=[theirs.fileno()]
            )

    @property
    def pid(self) -> int:
        """Number of the server's process."""
        return self._process.pid

    def request(self, descriptors: list[int]) -> None:
        """Ask for a child with these descriptors."""
        socket.send_fds(self._control, [b"\n"], descriptors)

    def close(self) -> None:
        """End the server and all its children."""
        self._control.close()
        self._process.wait()


def _read_at_start(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in READ_WHEN_USED}


_server: ForkServer | None = None


def end_fork_server() -> None:
    """End the server, if there is one, and all its children; the next start starts another."""
    global _server
    if _server is not None:
        _server.close()
        _server = None


def start_module(
    module: str,
    *arguments: str | bytes,
    folder: Path = ROOT,
    environment: Mapping[str, str] | None = None,
    stdin: Stream = None,
    stdout: Stream = None,
    stderr: Stream = None,
) -> "ForkedProcess | subprocess.Popen[bytes]":
    """Start `python -m MODULE ARGUMENTS` in a folder; Ctrl-C ends it, even if a shell has us ignore it.

    Python itself is started where a fork would be something else: with variables that are read at the start
    and are not those of the server, for coverage, which begins there, and outside Linux.
    """
    global _server
    environment = os.environ if environment is None else environment
    if _server is None and _can_fork():
        _server = ForkServer()
    if _server is None or _server.variables != _read_at_start(environment):
        return subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=folder,
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            preexec_fn=hear_interrupts,
        )
    start = Start(module, [*map(os.fsdecode, arguments)], str(folder), dict(environment))
    return ForkedProcess(_server, start, stdin, stdout, stderr)


def _can_fork() -> bool:
    one_thread = os.environ.get("OMP_NUM_THREADS") == "1"  # else NumPy starts threads when it is imported
    covered = {"COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG"} & os.environ.keys()
    return sys.platform == "linux" and one_thread and not covered


def hear_interrupts() -> None:
    """Undo what a shell does to the commands that it runs in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
