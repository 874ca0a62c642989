"""Finding articles by title in a large library: CPU time of a search, memory, and size on disk.

usage: python -m tests.benchmarks.bench_titles [--titles N ...] [--words N]
The titles are generated: three to twelve words each, drawn by Zipf's law from `--words` random words.
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
from index.retrieval.title_search import TitleSearch
from index.storage.catalog import CATALOG_FILE, Catalog, article_key
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
            taken = busy(
                lambda folder=folder, titles=titles: make_catalog(Path(folder), titles, options.words)
            )
            size = (Path(folder) / CATALOG_FILE).stat().st_size / 2**20
            print(f"{titles} titles: catalog written in {taken:.1f} s, {size:.0f} MB on disk", flush=True)
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
    before = resident()
    catalog = Catalog(folder)
    titles = TitleSearch(catalog)
    row = len(titles) // 2
    title = catalog.article_row(row).title
    words = title.casefold().split()
    longest = max(words, key=len)
    typed = {
        "nothing": "",
        "one letter": title[0],
        "three letters": title[:3],
        "the whole title": title,
        "words in another order": " ".join(reversed(words)),
        "two words, one begun": f"{words[-1]} {longest[:4]}",
        "words of two titles": f"{words[0]} {catalog.article_row(row + 1).title}",
        "a word with a mistake": longest[:2] + longest[3] + longest[2] + longest[4:],
        "all words with mistakes": " ".join(word[:2] + word[3:] for word in words),
        "inside of words": longest[2:],
        "no such thing": "qqqqqq xxxxxx jjjjjjj",
    }
    for name, text in typed.items():
        times = [busy(lambda text=text: titles.search(text)) for _ in range(RUNS)]
        places = [article.row for article in titles.search(text)]
        at = f"found at {places.index(row) + 1}" if row in places else "not among the first"
        print(f"  {name}: {statistics.median(times) * 1000:.1f} ms, at most {max(times) * 1000:.1f} ms; {at}")
    keystrokes = [
        busy(lambda end=end: titles.search(title[:end])) for _ in range(5) for end in range(1, len(title))
    ]
    print(
        f"  a keystroke of it: {statistics.median(keystrokes) * 1000:.1f} ms,"
        f" at most {max(keystrokes) * 1000:.1f} ms"
    )
    key = article_key(f"articles/{row:07}")
    calls = {
        "by key": lambda: titles.find(key),
        "by title": lambda: titles.resolve(title),
        "last page": lambda: titles.page(len(titles) - 8, 8),
    }
    for name, call in calls.items():
        print(f"  {name}: {statistics.median(busy(call) for _ in range(RUNS)) * 1000:.2f} ms")
    print(f"  memory: {resident() - before:.0f} MB")


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
