"""Says what a process was given when it started, as JSON on stdout; then ends as its first argument says."""

import atexit
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any


def report() -> dict[str, object]:
    """Return all that a process may have of whoever started it."""
    return {
        "arguments": sys.argv,
        "environment": dict(os.environ),
        "folder": [os.getcwd(), sys.path[0]],  # noqa: PTH109 - as it is, links and all
        "module": [__name__, sys.modules["__main__"].__spec__.name],  # type: ignore[union-attr]
        "signals": {number: str(signal.getsignal(number)) for number in signal.valid_signals()},
        "blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, ())),
        "group": [os.getpgrp(), os.getsid(0), os.nice(0)],
        "descriptors": sorted(int(path.name) for path in Path("/proc/self/fd").iterdir()),
        "threads": threading.active_count(),
        "streams": [seen_of(stream) for stream in (sys.stdin, sys.stdout, sys.stderr)],
        "same": [sys.stdin is sys.__stdin__, sys.stdout is sys.__stdout__, sys.stderr is sys.__stderr__],
    }


def seen_of(stream: Any) -> dict[str, str]:
    """Return what a program can tell of a standard stream."""
    names = ("name", "mode", "encoding", "errors", "newlines", "line_buffering", "write_through")
    return {
        **{name: str(getattr(stream, name)) for name in names},
        "buffer": type(stream.buffer).__name__,
        "terminal": str(stream.isatty()),
    }


if __name__ == "__main__":
    atexit.register(print, "the last line")
    print(json.dumps(report()))
    match sys.argv[1:]:
        case ["raise"]:
            raise ValueError("as told")
        case ["exit", code]:
            sys.exit(int(code))
        case ["die"]:
            os.abort()
        case ["wait"]:
            sys.stdout.flush()
            time.sleep(600)
