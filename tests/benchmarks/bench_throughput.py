"""Questions a second of one process, asked one after another and by several threads at once.

usage: python -m tests.benchmarks.bench_throughput [--sentences N] [--questions N]
The library is made as in bench_question.py. "At once" is how a server asks; `ask --batch` asks one after
another, with the windows of a question read on all cores.
"""

import argparse
import itertools
import os
import statistics
import tempfile
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from index.config import Config
from index.library import Library
from tests.benchmarks.bench_question import QUESTIONS, make_library
from tests.benchmarks.measure import seconds

RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--at-once", type=int, nargs="*", default=[1, 2, 4, 8, 16])
    options = parser.parse_args()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as base:
        library = Library.open(Config.read(make_library(Path(base), options.sentences)))
        asked = list(itertools.islice(itertools.cycle(QUESTIONS), options.questions))
        times: dict[int, list[float]] = {threads: [] for threads in options.at_once}
        for _ in range(RUNS):
            for threads, found in times.items():
                with ThreadPoolExecutor(threads) as pool:
                    found.append(seconds(partial(list, pool.map(library.ask, asked))))
    first = statistics.median(times[options.at_once[0]])
    for threads, found in times.items():
        taken = statistics.median(found)
        rate = len(asked) / taken
        print(
            f"{threads} at once: {rate:.1f} questions a second, {rate / cores:.1f} a core, "
            f"{first / taken:.2f} x that of {options.at_once[0]} at once"
        )


if __name__ == "__main__":
    main()
