"""Comparing an index with its checksums as it is opened, and scanning a corpus for changes.

usage: python -m tests.benchmarks.bench_opening [--megabytes N] [--files N]
The index's files hold random bytes, by default as many as those of a million sentences: it is the comparison
alone that is timed, not what reads the files afterwards. The corpus has files of one line, in folders of 500.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from index.articles.corpus import corpus_files
from index.building.file_changes import digests, scan
from index.storage import generations
from index.storage.input_state import InputState, ModelState
from tests.support.generations import ENCODER, FINGERPRINT, write

RUNS = 5
PARTS = (0.6, 0.25, 0.1, 0.05)  # sentence vectors, texts, passage vectors, words
PER_FOLDER = 500


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=1_300)
    parser.add_argument("--files", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        root = Path(base, "index")
        taken = times(lambda: publish(root, options.megabytes), 1)
        print(f"{options.megabytes} MB: written and published in {taken}")
        opened = times(lambda: generations.open_current(root, lambda found: found))
        print(f"opened in {opened}")
        opened = times(lambda: generations.open_current(root, lambda found: found, everything=True))
        print(f"opened in {opened} if every byte is compared, as after the index was copied")
    with tempfile.TemporaryDirectory() as base:
        folder, state = Path(base, "corpus"), Path(base)
        for number in range(options.files):
            made = folder / f"{number // PER_FOLDER:04d}" / f"article {number}.md"
            made.parent.mkdir(parents=True, exist_ok=True)
            made.write_text(f"# Article {number}\n\nIt has the number {number}.\n", "utf-8")
        time.sleep(2)  # until then the files may change again unnoticed, and are read each time
        files = {file.file: file for file in scan(corpus_files(folder), {})}
        InputState(ModelState("", "", "", ""), None, files).write(state)
        print(f"{options.files} files scanned for changes in {times(lambda: changed(folder, state))}")


def publish(root: Path, megabytes: int) -> None:
    with generations.writers_lock(root, 0):
        encoder = generations.put_encoder(root, ENCODER, lambda made: write(made / "model", "weights"))
        with generations.new_generation(root, encoder, FINGERPRINT) as draft:
            for number, share in enumerate(PARTS):
                with (draft.folder / f"part{number}").open("wb") as file:
                    for _ in range(int(share * megabytes)):
                        file.write(os.urandom(2**20))


def changed(folder: Path, state: Path) -> bool:
    previous = InputState.read(state)
    now = scan(corpus_files(folder), previous.files)
    return digests(now) != digests(previous.files.values())


def times(call: Callable[[], object], runs: int = RUNS) -> str:
    """Say how long a call takes, by the clock and of the processor: the median of several."""
    pairs = []
    for _ in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        call()
        pairs.append((time.perf_counter() - wall, time.process_time() - processor))
    wall, processor = map(statistics.median, zip(*pairs, strict=True))
    return f"{1000 * wall:.1f} ms ({1000 * processor:.1f} ms of processor time)"


if __name__ == "__main__":
    main()
