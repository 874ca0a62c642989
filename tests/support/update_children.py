"""Work for a child process that does not go as an update should; picklable by name."""

import os
import time
from typing import Any

from index.building.report import BuildReport
from index.errors import FootnoteError
from index.records import Progress


def die_with_last_line(config: Any, progress: Progress, wait: float) -> BuildReport:
    os.write(2, b"loading the model\nno memory left\n")
    os.kill(os.getpid(), 9)
    raise AssertionError


def interrupt(config: Any, progress: Progress, wait: float) -> BuildReport:
    raise KeyboardInterrupt


def exit_as_programs_do(config: Any, progress: Progress, wait: float) -> BuildReport:
    raise SystemExit(1)


def exit_with_3(config: Any, progress: Progress, wait: float) -> BuildReport:
    os._exit(3)


def report_environment(config: Any, progress: Progress, wait: float) -> BuildReport:
    """Fail with the names of the environment's variables, and with how nice the process is."""
    print("nothing of this is to be seen")
    raise FootnoteError(f"{os.nice(0)} {sorted(os.environ)}")


def never_end(config: Any, progress: Progress, wait: float) -> BuildReport:
    progress("sleep", 0, 1)
    time.sleep(600)
    raise AssertionError


def raise_memory_error(config: Any, progress: Progress, wait: float) -> BuildReport:
    raise MemoryError("no room for the vectors")


def return_seven(config: Any, progress: Progress, wait: float) -> int:
    return 7
