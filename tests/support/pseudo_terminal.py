"""A terminal of which a test holds the other end."""

import contextlib
import fcntl
import os
import struct
import termios
import threading


class PseudoTerminal:
    """A program reads from `device` what a test types, and the test reads what the program writes to it."""

    def __init__(self, columns: int) -> None:
        self.controller, self.device = os.openpty()
        fcntl.ioctl(self.device, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        self._open = {self.controller, self.device}
        self._output = bytearray()
        self._written = threading.Condition()
        # A daemon: a program that never lets go of the terminal must not keep the tests from ending.
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how Linux says that no program has the terminal open any more
            while data := os.read(self.controller, 65536):
                with self._written:
                    self._output += data
                    self._written.notify_all()

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.controller, keys.encode())

    def wait_for(self, text: str, times: int = 1, timeout: float = 60.0) -> None:
        """Wait until `text` was written that many times; fail after a while."""
        with self._written:
            if not self._written.wait_for(lambda: self._output.count(text.encode()) >= times, timeout):
                raise AssertionError(f"{text!r} is not {times} times in {self._output.decode()!r}")

    def shown(self) -> str:
        """Return all that was written, once every program has let go of the terminal."""
        self._close(self.device)
        self._reader.join(timeout=30)
        self._close(self.controller)
        return self._output.decode().replace("\r\n", "\n")

    def close(self) -> None:
        """Let go of the terminal, whatever still runs on it."""
        self._close(self.device)
        self._close(self.controller)

    def _close(self, descriptor: int) -> None:
        if descriptor in self._open:
            self._open.remove(descriptor)
            os.close(descriptor)
