"""Time whole processes and calls; the benchmarks print ratios of medians taken in one run."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.arrays import Floats
from index.models import span_model
from index.storage.vectors import SAME_SCORE


def read_anew() -> None:
    """Keep nothing of what readers read that are loaded from now on: the same is asked again and again."""
    span_model.TEXTS_KEPT = 0


def process(command: Sequence[str | Path], cwd: Path | None = None) -> tuple[float, float]:
    """Run a command to its end and return (seconds of wall time, MB of peak resident memory)."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert child.stderr is not None
    errors = child.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - started
    if code := os.waitstatus_to_exitcode(status):
        raise SystemExit(f"{command[0]} ended with {code}: {errors[-2000:]}")
    return seconds, usage.ru_maxrss / 1024


def alternate(first: Callable[[], float], second: Callable[[], float], runs: int) -> tuple[float, float]:
    """Call both in turn, `runs` times each, and return the medians of the seconds that they report."""
    pairs = [(first(), second()) for _ in range(runs)]
    return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)


def seconds(call: Callable[[], object]) -> float:
    """Return the wall seconds of one call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def recall(exact: Floats, found: Floats, k: int) -> float:
    """Return the share of the `k` best scores of an `exact` search that is `found`, both best first.

    The same sentence elsewhere is as good, and so is a score that only half floats make less.
    """
    best = exact[:k]
    return float(np.count_nonzero(found[: len(best)] >= best[-1] - SAME_SCORE) / len(best))


def processor_seconds(process: int) -> float:
    """Return the seconds that a process of this machine has had a processor."""
    return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e9
