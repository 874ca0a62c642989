"""Terminals that are none, and libraries for the commands to work on."""

import fcntl
import os
import struct
import sys
import termios
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


class PseudoTerminal:
    """A terminal of which a test holds the other end: `device` is what a program writes to."""

    def __init__(self, columns: int) -> None:
        self.controller, self.device = os.openpty()
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._output = bytearray()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        try:
            while data := os.read(self.controller, 65536):
                self._output += data
        except OSError:
            pass  # how Linux says that no program has the terminal open any more

    def shown(self) -> str:
        """Return all that was written, once every program has let go of the terminal."""
        os.close(self.device)
        self._reader.join(timeout=30)
        os.close(self.controller)
        return self._output.decode().replace("\r\n", "\n")


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return a function that runs another with stdout on a terminal, and returns what the terminal got."""

    def draw(write: Callable[[], object], *, columns: int = 80, term: str = "xterm-256color") -> str:
        with terminal_as("stdout", columns, term) as terminal:
            write()
        return terminal.shown()

    @contextmanager
    def terminal_as(name: str, columns: int, term: str) -> Iterator[PseudoTerminal]:
        terminal = PseudoTerminal(columns)
        with (
            monkeypatch.context() as patch,
            os.fdopen(os.dup(terminal.device), "w", encoding="utf-8") as stream,
        ):
            patch.setattr(sys, name, stream)
            patch.setenv("TERM", term)
            patch.setenv("COLUMNS", str(columns))  # rich asks the process's own terminal for its size
            for variable in ("LINES", "COLORTERM", "FORCE_COLOR", "TTY_COMPATIBLE"):
                patch.delenv(variable, raising=False)
            yield terminal

    return draw
