"""Finding articles by title in a large library: CPU time and memory of loading, CPU time of a search.

usage: python -m tests.benchmarks.bench_titles [--titles N ...] [--words N]
The titles are made: three to twelve words each, drawn by Zipf's law from `--words` made-up words.
"""

import argparse
import itertools
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index.records import Article
from index.retrieval.title_search import Titles, article_key
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter

RUNS = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--titles", type=int, nargs="*", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--words", type=int, default=300_000)
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.measure)
        return
    for titles in options.titles:
        with tempfile.TemporaryDirectory() as folder:
            make_catalog(Path(folder), titles, options.words)
            subprocess.run(
                [sys.executable, "-m", "tests.benchmarks.bench_titles", "--measure", folder], check=True
            )


def make_catalog(folder: Path, titles: int, words: int) -> None:
    rng = random.Random(0)
    known = ["".join(rng.choices("abcdefghijklmnoprstuvwyz", k=rng.randint(2, 11))) for _ in range(words)]
    weights = list(itertools.accumulate(1 / rank for rank in range(5, 5 + words)))
    with CatalogWriter(folder) as catalog:
        for number in range(titles):
            title = " ".join(rng.choices(known, cum_weights=weights, k=rng.randint(3, 12))).capitalize()
            catalog.add(Article(f"articles/{number:07}", title, "Text.", f"articles/{number:07}.txt"), [], [])


def measure(folder: Path) -> None:
    catalog = Catalog(folder)
    before = resident()
    loaded: list[Titles] = []
    taken = busy(lambda: loaded.append(Titles.load(catalog)))
    (titles,) = loaded
    peak = int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    memory = f"{resident() - before:.0f} MB, at most {peak - before:.0f} MB meanwhile"
    print(f"{len(titles)} titles: loaded in {taken:.2f} s, {memory}")
    row = len(titles) // 2
    (title,) = catalog.titles([row])
    words = title.casefold().split()
    longest = max(words, key=len)
    typed = {
        "nothing": "",
        "one letter": title[0],
        "three letters": title[:3],
        "the whole title": title,
        "words in another order": " ".join(reversed(words)),
        "two words, one begun": f"{words[-1]} {longest[:4]}",
        "a word with a mistake": longest[:2] + longest[3] + longest[2] + longest[4:],
        "all words with mistakes": " ".join(word[:2] + word[3:] for word in words),
        "inside of words": longest[2:],
        "no such thing": "qqqqqq xxxxxx jjjjjjj",
    }
    for name, text in typed.items():
        times = [busy(lambda text=text: titles.search(text)) for _ in range(RUNS)]
        place = [found.row for found in titles.search(text)]
        at = f"found at {place.index(row) + 1}" if row in place else "not among the first"
        print(f"  {name}: {statistics.median(times) * 1000:.1f} ms, at most {max(times) * 1000:.1f} ms; {at}")
    key = article_key(f"articles/{row:07}")
    for name, call in (("key", lambda: titles.find(key)), ("title", lambda: titles.resolve(title))):
        print(f"  by {name}: {statistics.median(busy(call) for _ in range(RUNS)) * 1000:.2f} ms")


def busy(call: Callable[[], object]) -> float:
    """Return the CPU seconds of one call: it runs on one core."""
    started = time.process_time()
    call()
    return time.process_time() - started


def resident() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main()
