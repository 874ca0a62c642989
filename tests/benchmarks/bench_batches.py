"""What it would gain to read several windows in one batch: processor time, scores and memory.

usage: python -m tests.benchmarks.bench_batches [--tokens N] [--batch N …] [--runs N]
All windows have as many tokens, cut from the repository's article at different places, so that nothing is
padded. Each is read on one thread, alone and in batches, the sizes taking turns. "Apart" is how far a logit
in the batch is from that of the same window alone.
"""

import argparse
import statistics
import time
from typing import Any

import numpy as np

from index.errors import Role
from index.models.exported_model import load_tokenizer
from index.models.span_model import GRAPH_FILE, OUTPUTS, TOKENIZER_FILE, load_graph
from index.reading.reader_choice import own_reader_folder
from tests.benchmarks.bench_throughput import resident
from tests.support.paths import ARTICLE


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=160)
    parser.add_argument("--batch", type=int, nargs="+", default=[1, 2, 4, 8])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    folder = own_reader_folder()
    session = load_graph(folder / GRAPH_FILE)
    inputs = [node.name for node in session.get_inputs()]
    tokenizer = load_tokenizer(Role.READER, folder / TOKENIZER_FILE)
    tokens = tokenizer.encode(ARTICLE.read_text("utf-8"), add_special_tokens=False).ids
    starts = range(max(options.batch))
    windows = np.array([np.roll(tokens, -20 * start)[: options.tokens] for start in starts], dtype=np.int64)

    def read(count: int) -> tuple[float, list[Any]]:
        """Read so many windows at once; return the seconds of processor time, and the logits."""
        values = {"input_ids": windows[:count], "attention_mask": np.ones_like(windows[:count])}
        feed = {name: values.get(name, np.zeros_like(windows[:count])) for name in inputs}
        started = time.thread_time()
        logits = session.run(list(OUTPUTS), feed)
        return time.thread_time() - started, logits

    times: dict[int, list[float]] = {count: [] for count in options.batch}
    apart, memory = {}, {}
    _, alone = read(1)
    for _ in range(options.runs):
        for count in options.batch:
            seconds, logits = read(count)
            times[count].append(seconds / count)
            apart[count] = max(
                np.abs(both[0] - own[0]).max() for both, own in zip(logits, alone, strict=True)
            )
            memory[count] = resident()
    for count, found in times.items():
        share = statistics.median(found) / statistics.median(times[options.batch[0]])
        print(
            f"{count} at once: {1000 * statistics.median(found):.1f} ms of processor time a window, "
            f"{share:.2f} x the first; logits {apart[count]:.2g} apart; {memory[count]:.0f} MB"
        )


if __name__ == "__main__":
    main()
