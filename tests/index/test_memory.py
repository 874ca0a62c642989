"""What was freed goes back to the system, and what is in use stays as it is."""

import subprocess
import sys

import pytest

from index.memory import return_unused

PROGRAM = """
import re
from pathlib import Path
from index.memory import return_unused

def resident():
    return int(re.search(r"VmRSS:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024

import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes, libc.free.argtypes = (
    ctypes.c_void_p, [ctypes.c_size_t], [ctypes.c_void_p],
)
pieces = [libc.malloc(100_000) for _ in range(1_000)]  # small enough to come from the heap
for piece in pieces:
    ctypes.memset(piece, 1, 100_000)
last = libc.malloc(100_000)  # so that the end of the heap is in use
for piece in pieces:
    libc.free(piece)
before = resident()
return_unused()
print(before - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="nothing is done elsewhere")
def test_what_was_freed_goes_back() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True)
    assert float(done.stdout) > 50


def test_nothing_is_done_where_the_system_cannot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr("ctypes.CDLL", lambda _: pytest.fail("it is asked"))
    return_unused()
