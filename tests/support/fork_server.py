"""Forks a process for each start of `python -m MODULE` that a test asks for, all imports already done.

    python -m tests.support.fork_server DESCRIPTOR NAME...

Starting `python -m bot` costs more than a second of processor time, nearly all of it for imports. This
process imports the modules of these names once (`bot.*` are all of a package), starts no thread, loads no
model, and forks a child for each request on the socket DESCRIPTOR. The child takes over the standard
streams, the environment, the folder and the arguments of the start, sets signals as Python does when it
starts, and runs the module as `__main__`. Then it ends as every Python does: exit code, traceback, exit
handlers and the last flush are its own.

For each start, one byte comes over the socket, with four descriptors: the three standard streams, and a
connection of this start alone. Over that one the child gets its `Start`, and the server sends the child's
number at once, and its exit code when it has ended. When the socket is closed, which happens however the
tests end, the server kills the children that are still there, and ends.
"""

import contextlib
import gc
import importlib
import io
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

Children = dict[int, "Connection[Any, Any]"]


@dataclass(frozen=True)
class Start:
    """What a child runs: a module, its arguments, and its surroundings."""

    module: str
    arguments: list[str]
    folder: str
    environment: dict[str, str]


def preload(names: list[str]) -> None:
    """Import what modules import when they run, but not what runs them."""
    for name in names:
        module = importlib.import_module(name.removesuffix(".*"))
        if name.endswith(".*"):
            for inner in pkgutil.walk_packages(module.__path__, f"{module.__name__}."):
                if not inner.name.endswith(".__main__"):
                    importlib.import_module(inner.name)
    threads = len(list(Path("/proc/self/task").iterdir()))
    if threads != 1:
        raise RuntimeError(f"{threads} threads after the imports: a child would have only one of them")
    gc.collect()
    gc.freeze()  # else the first collection in each child would copy all pages


def wait_for_start(control: socket.socket) -> Start:
    """Serve for ever; return in each child alone, once its streams are those of its start."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends Ctrl-C to the server, too
    children: Children = {}
    ended, end = os.pipe()
    os.set_blocking(end, False)
    signal.set_wakeup_fd(end)
    signal.signal(signal.SIGCHLD, lambda *_: None)  # else nothing is written to `end`
    while True:
        ready, _, _ = select.select([control, ended], [], [])
        if ended in ready:
            os.read(ended, 65536)
            _report_ends(children)
        if control in ready:
            request, descriptors, _, _ = socket.recv_fds(control, 1, 4)
            if not request:
                for child in children:
                    os.kill(child, signal.SIGKILL)
                os._exit(0)
            *streams, last = descriptors
            connection: Connection[Any, Any] = Connection(last)
            child = os.fork()
            if child == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                signal.signal(signal.SIGINT, signal.default_int_handler)
                os.close(ended)
                os.close(end)
                for other in (control, *children.values()):
                    other.close()
                _take_over(streams)
                with connection:
                    start: Start = connection.recv()
                return start
            children[child] = connection
            _send(connection, child)
            for stream in streams:
                os.close(stream)


def _report_ends(children: Children) -> None:
    for child in list(children):
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            with children.pop(child) as connection:
                _send(connection, os.waitstatus_to_exitcode(status))


def _send(connection: "Connection[Any, Any]", number: int) -> None:
    with contextlib.suppress(BrokenPipeError):  # nobody waits for it any more
        connection.send(number)


def _take_over(descriptors: list[int]) -> None:
    """Make the descriptors the standard streams of the process, and of Python."""
    for number, (descriptor, name) in enumerate(zip(descriptors, ("stdin", "stdout", "stderr"), strict=True)):
        os.dup2(descriptor, number)
        os.close(descriptor)
        stream = _stream(number, name, getattr(sys, name))
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _stream(number: int, name: str, like: io.TextIOWrapper) -> io.TextIOWrapper:
    """Open a standard stream as Python does when it starts; what the environment says of it, `like` shows."""
    mode = "r" if name == "stdin" else "w"
    at_once = like.write_through and mode == "w"
    buffer: Any = open(number, f"{mode}b", 0 if at_once else -1, closefd=False)  # noqa: SIM115 - for good
    raw = buffer if at_once else buffer.raw
    raw.name = f"<{name}>"
    stream = io.TextIOWrapper(
        buffer,
        like.encoding,
        like.errors,
        newline="\n",
        line_buffering=not like.write_through and (raw.isatty() or name == "stderr"),
        write_through=like.write_through,
    )
    stream.mode = mode  # type: ignore[misc]
    return stream


def run(start: Start) -> None:
    """Run the module as `python -m` does."""
    os.chdir(start.folder)
    sys.path[0] = os.getcwd()  # noqa: PTH109 - without links, as Python has it
    os.environ.clear()
    os.environ.update(start.environment)
    sys.argv[1:] = start.arguments
    runpy.run_module(start.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as requests:
        preload(sys.argv[2:])
        begun = wait_for_start(requests)
    run(begun)
