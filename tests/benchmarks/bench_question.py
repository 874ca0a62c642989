"""A warm question, start to citations, against bare encoders on that question; and memory by size.

usage: python -m tests.benchmarks.bench_question [--sentences N ...] [--questions N]
Each library is the repository's article and as many made ones as it takes: words drawn by Zipf's law, one in
a few the article's own, with random unit vectors, so that a large library is made in seconds. Good for times
and sizes, not for quality.
"""

import argparse
import itertools
import random
import re
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from unittest import mock

import numpy as np

from index.building.embedding import Embedder
from index.building.update import update
from index.config import DEFAULT_ENCODER, Config, CorpusSection, IndexSection
from index.library import Library
from index.models.encoder import Encoder
from index.models.model_folders import resolve_encoder
from tests.benchmarks.measure import read_anew, seconds
from tests.support.paths import CORPUS

QUESTIONS = (
    "Who predicts the fight for Raqqa will be long and hard?",
    "How many leaflets did the U.S. drop?",
    "What is the de facto capital of Islamic State?",
    "raqqa offensive who started it",
    "Where is the de-confliction zone in which the coalition struck the forces that support Assad?",
)
PER_ARTICLE = 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sentences", type=int, nargs="*", default=[0, 1_000, 50_000])
    parser.add_argument("--questions", type=int, default=200)
    options = parser.parse_args()
    for sentences in options.sentences:
        with tempfile.TemporaryDirectory() as base:
            config = make_library(Path(base), sentences)
            child = subprocess.run(
                [
                    *(sys.executable, "-m", "tests.benchmarks.bench_question"),
                    *("--measure", str(options.questions), str(config)),
                ],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            print(child.stdout, end="")


def make_library(base: Path, sentences: int) -> Path:
    rng = random.Random(0)
    own = CORPUS.joinpath("coalition-strikes-near-al-tanf.txt").read_text("utf-8").replace(".", "").split()
    made_up = ("".join(rng.choices("abcdefghijklmnoprstuvw", k=rng.randint(3, 9))) for _ in range(20_000))
    words = [word for pair in itertools.zip_longest(own, made_up, fillvalue="") for word in pair if word]
    weights = list(itertools.accumulate(1 / rank for rank in range(10, 10 + len(words))))
    made = base / "corpus"
    made.mkdir()
    for path in CORPUS.iterdir():
        made.joinpath(path.name).write_bytes(path.read_bytes())
    for number in range(sentences // PER_ARTICLE):
        lines = (
            " ".join(rng.choices(words, cum_weights=weights, k=20)).capitalize() for _ in range(PER_ARTICLE)
        )
        made.joinpath(f"made-{number}.txt").write_text(".\n\n".join(lines) + ".\n", "utf-8")
    config = Config(
        corpus=CorpusSection(directory="corpus"), index=IndexSection(directory="index"), base=base
    )
    embed = Embedder.embed

    def quickly(self: Embedder, texts: list[str]) -> np.ndarray:
        if len(texts) < 1000:
            return embed(self, texts)
        vectors = np.random.default_rng(0).standard_normal((len(texts), 384)).astype(np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    with mock.patch.object(Embedder, "embed", quickly):
        update(config, lambda *_: None)
    path = base / "config.toml"
    path.write_text('[corpus]\ndirectory = "corpus"\n[index]\ndirectory = "index"\n', "utf-8")
    return path


def measure(count: int, path: Path) -> None:
    """Time questions over the library of a configuration file, in a process of its own."""
    read_anew()
    config = Config.read(path)
    library = Library.open(config)
    (exported,) = (config.index_directory / "encoders").iterdir()
    encoder = Encoder.load(exported)
    asked = list(itertools.islice(itertools.cycle(QUESTIONS), count))
    for question in QUESTIONS:
        library.ask(question), encoder.encode_queries([question])
    ours, onnx = [], []
    for question in asked:
        ours.append(1000 * seconds(partial(library.ask, question)))
        onnx.append(1000 * seconds(partial(encoder.encode_queries, [question])))
    sentences = sum(article.sentences for article in library.articles())
    peak = int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024
    size = sum(file.stat().st_size for file in (path.parent / "index" / "generations").rglob("*")) / 2**20

    from sentence_transformers import SentenceTransformer  # after the memory was read

    model = SentenceTransformer(str(resolve_encoder(DEFAULT_ENCODER)))
    model.encode(asked[0])
    torch = [1000 * seconds(partial(model.encode, question)) for question in asked]
    middle, worst = statistics.median(ours), statistics.quantiles(ours, n=20)[-1]
    print(f"{sentences} sentences: a question takes {middle:.1f} ms (95 %: {worst:.1f} ms);", end=" ")
    for name, times in (("SentenceTransformer.encode", torch), ("the exported encoder", onnx)):
        print(
            f"{middle / statistics.median(times):.2f} x {name} ({statistics.median(times):.1f} ms),", end=" "
        )
    print(f"peak {peak:.0f} MB, on disk {size:.0f} MB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(int(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
