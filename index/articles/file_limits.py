"""Limits of time and memory on the reading of a file, which is done in a process of its own.

Parsers may take quadratic time or gigabytes, or crash: there they do it to one file. The process is started
with the first such file, reads the next ones, too, and ends with this one.
"""

import atexit
import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from index.articles.document import Document
from index.errors import UnreadableFileError

SECONDS = 30.0
"""Seconds that reading a file may take, and as many more for each MB; 100 pages of a book take three."""
MOST_SECONDS = 300.0
"""Seconds that reading the largest file may take."""
MEMORY = 1024
"""MB of memory that the process may use."""

_SECONDS_TO_END = 10.0
"""Seconds that the process may take to end; between two files it ends at once."""

_LARGE = "It may be damaged; save it again with another program, or split it into parts."
# The child gets this process's path, in which the package may have been found.
_PROGRAM = (
    "import sys; sys.path[:] = {path!r}; from index.articles.reading_process import serve; serve({memory})"
)


@dataclass(frozen=True, slots=True)
class ReadingReply:
    """What the process says about a file: its document, or why it has none and what to do about that."""

    document: Document | None
    reason: str = ""
    remedy: str = ""


REPLY = TypeAdapter(ReadingReply)
"""The form of a reply on its way from the process, one line of JSON."""


class _ReadingProcess:
    """A process that reads one file after another."""

    def __init__(self, process: subprocess.Popen[bytes], memory: int) -> None:
        self.memory = memory
        self._process = process

    @classmethod
    def start(cls, memory: int) -> Self:
        """Start a process that may use `memory` MB, and wait until it is ready: that does not count."""
        program = _PROGRAM.format(path=sys.path, memory=memory)
        process = cls(
            subprocess.Popen(  # noqa: S603 - Python itself, with the program above
                [sys.executable, "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ),
            memory,
        )
        process._answer()
        return process

    def read(self, file: Path, seconds: float) -> Document:
        """Read a file. Raises UnreadableFileError; if the process ended with it, `alive` is false."""
        too_slow = threading.Event()

        def stop() -> None:
            too_slow.set()
            self._process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            answer = self._answer(json.dumps(str(file)))
        finally:
            timer.cancel()
        if answer:
            reply = REPLY.validate_json(answer)
            if reply.document is not None:
                return reply.document
            raise UnreadableFileError(reply.reason, reply.remedy)
        self.close()
        if too_slow.is_set():
            raise UnreadableFileError(f"takes too long to read: more than {seconds:g} s", _LARGE)
        raise UnreadableFileError(
            f"cannot be read: its parser crashed, or needs more than {self.memory:,} MB of memory", _LARGE
        )

    @property
    def alive(self) -> bool:
        """Whether the process can read another file."""
        return self._process.poll() is None

    @property
    def id(self) -> int:
        """Number of the process in the operating system."""
        return self._process.pid

    def close(self) -> None:
        """Have the process end, as it does when its stdin is closed, and kill it if it does not."""
        if self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        try:
            self._process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.kill()
        self._release()

    def kill(self) -> None:
        """End the process in the middle of what it does."""
        self._process.kill()
        self._process.wait()
        self._release()

    def _release(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()

    def _answer(self, request: str = "") -> bytes:
        """Send a line and return the one that comes back, b"" if the process ended."""
        process = self._process
        if process.stdin is None or process.stdout is None:
            raise ValueError("no pipes")
        try:
            if request:
                process.stdin.write(request.encode("ascii") + b"\n")
                process.stdin.flush()
            return process.stdout.readline()
        except BrokenPipeError:
            return b""
        except BaseException:  # Ctrl-C: the answer that is still to come must not be taken for the next one
            self.kill()
            raise


_lock = threading.Lock()
_process: _ReadingProcess | None = None


def read_within_limits(file: Path, seconds: float | None = None, memory: int = MEMORY) -> Document:
    """Read a file as `file_formats.parse_document` does, in at most `seconds` and `memory` MB.

    Raises UnreadableFileError, also if it takes longer or needs more.
    """
    global _process
    if seconds is None:
        seconds = min(SECONDS * (1 + file.stat().st_size / 2**20), MOST_SECONDS)
    with _lock:
        if _process is not None and not (_process.alive and _process.memory == memory):
            _process.close()
            _process = None
        if _process is None:
            _process = _ReadingProcess.start(memory)
        return _process.read(file, seconds)


def reading_process_id() -> int | None:
    """Return the number of the process that reads files, or None if there is none."""
    return None if _process is None else _process.id


@atexit.register
def end_reading_process() -> None:
    """End the process, if there is one; the next file starts another."""
    global _process
    with _lock:
        if _process is not None:
            _process.close()
            _process = None
