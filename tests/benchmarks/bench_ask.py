"""One-shot `footnote ask --json` against another program on the same folder and question.

usage: python -m tests.benchmarks.bench_ask PEER_SCRIPT [--corpus FOLDER] [--runs N]
PEER_SCRIPT is run as `python PEER_SCRIPT FOLDER QUESTION`; a LlamaIndex quick start, for example.
Prints medians of wall time and peak memory of whole processes, and their ratios.
"""

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.measure import process

QUESTION = "Who predicts the fight for Raqqa will be long and hard?"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", type=Path)
    parser.add_argument("--corpus", type=Path, default=Path("corpus"))
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    corpus = options.corpus.resolve()
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "config.toml"
        config.write_text(f"[corpus]\ndirectory = '{corpus}'\n[index]\ndirectory = 'index'\n", "utf-8")
        footnote = [Path(sys.executable).parent / "footnote", "--config", config]
        ours, peer = [*footnote, "ask", "--json", QUESTION], [sys.executable, options.peer, corpus, QUESTION]
        process([*footnote, "index"])
        process(ours), process(peer)  # warm the disk cache for both
        runs = [(process(ours), process(peer)) for _ in range(options.runs)]
    seconds, memory = ([[pair[side][kind] for pair in runs] for side in (0, 1)] for kind in (0, 1))
    for name, unit, (mine, other) in (("time", "s", seconds), ("peak memory", "MB", memory)):
        a, b = statistics.median(mine), statistics.median(other)
        print(f"{name}: footnote {a:.2f} {unit}, peer {b:.2f} {unit}, ratio {b / a:.1f} : 1")


if __name__ == "__main__":
    main()
