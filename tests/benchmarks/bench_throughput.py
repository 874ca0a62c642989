"""Questions a second of one process, asked one after another and several at once.

usage: python -m tests.benchmarks.bench_throughput [--sentences N] [--questions N] [--at-once N ...]
The library is made as in bench_question.py; all questions differ, and nothing that was read is kept.
"Together" is `Library.ask_many`, as the bot and the reading room ask; "by threads" is one `Library.ask` in
each of several threads. The sizes take turns. "Busy" is processor time by time of the clock. No way to ask
is quicker than all cores at work on what one after another takes of processor time: that is the ceiling.
"""

import argparse
import itertools
import os
import random
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from index.config import Config
from index.library import Library
from index.records import Question
from tests.benchmarks.bench_question import QUESTIONS, make_library
from tests.benchmarks.measure import read_anew, seconds
from tests.support.paths import CORPUS

RUNS = 3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, default=1_000)
    parser.add_argument("--questions", type=int, default=96)
    parser.add_argument("--at-once", type=int, nargs="*", default=[1, 2, 4, 8, 16])
    parser.add_argument("--runs", type=int, default=RUNS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        read_anew()
        library = Library.open(Config.read(make_library(Path(base), options.sentences)))
        asked = different_questions(options.questions)
        library.ask(QUESTIONS[0])
        ways: dict[str, Callable[[], list[float]]] = {}
        for count in options.at_once:
            ways[f"{count} together"] = lambda count=count: together(library, asked, count)
        for count in options.at_once[1:]:
            ways[f"{count} by threads"] = lambda count=count: by_threads(library, asked, count)
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        waits: dict[str, list[float]] = {name: [] for name in ways}
        memory = {}
        for _ in range(options.runs):
            for name, way in ways.items():
                wall, processor = time.perf_counter(), time.process_time()
                waits[name] += way()
                times[name].append((time.perf_counter() - wall, time.process_time() - processor))
                memory[name] = resident()
    first, busy = (statistics.median(both) for both in zip(*next(iter(times.values())), strict=True))
    cores = len(os.sched_getaffinity(0))
    print(f"ceiling: {cores * len(asked) / busy:.1f} a second, {cores * first / busy:.2f} x the first")
    for name, found in times.items():
        wall = statistics.median(wall for wall, _ in found)
        processor = statistics.median(processor for _, processor in found)
        rate = len(asked) / wall
        print(
            f"{name}: {rate:.1f} a second, {rate / cores:.1f} a core, {first / wall:.2f} x the first; "
            f"{1000 * processor / len(asked):.0f} ms of processor each, {processor / wall:.2f} cores busy; "
            f"half answered after {statistics.median(waits[name]):.2f} s, {memory[name]:.0f} MB"
        )


def different_questions(count: int, seed: int = 0) -> list[str]:
    words = sorted(set(re.findall(r"[a-z]{5,}", next(CORPUS.iterdir()).read_text("utf-8"))))
    rng = random.Random(seed)
    cycle = itertools.islice(itertools.cycle(QUESTIONS), count)
    return list(dict.fromkeys(f"{question} {' '.join(rng.sample(words, 2))}" for question in cycle))


def together(library: Library, asked: Sequence[str], count: int) -> list[float]:
    """Ask so many questions at once; return the seconds after which each is answered."""
    waits: list[float] = []
    for start in range(0, len(asked), count):
        questions = [Question(question) for question in asked[start : start + count]]
        began = time.perf_counter()
        library.ask_many(questions, lambda *_, began=began: waits.append(time.perf_counter() - began))
    return waits


def by_threads(library: Library, asked: Sequence[str], count: int) -> list[float]:
    """Ask in so many threads; return the seconds after which each question is answered."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda question: seconds(lambda: library.ask(question)), asked))


def resident() -> float:
    """Return the MB of this process that are in memory now, mapped files included."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


if __name__ == "__main__":
    main()
