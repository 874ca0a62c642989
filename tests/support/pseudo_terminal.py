"""A terminal of which a test holds the other end."""

import fcntl
import os
import struct
import termios
import threading
import time


class PseudoTerminal:
    """What is written to `device`, a test reads; what it types, whoever reads from `device` gets."""

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

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.controller, keys.encode())

    def wait_for(self, text: str) -> None:
        """Wait until `text` was written; fail after a while."""
        for _ in range(600):
            if text.encode() in self._output:
                return
            time.sleep(0.05)
        raise AssertionError(f"{text!r} is not in {self._output.decode()!r}")

    def shown(self) -> str:
        """Return all that was written, once every program has let go of the terminal."""
        os.close(self.device)
        self._reader.join(timeout=30)
        os.close(self.controller)
        return self._output.decode().replace("\r\n", "\n")
