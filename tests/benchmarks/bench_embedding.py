"""Embedding of articles against sentence-transformers: time, cosine of the vectors, and peak memory.

usage: python -m tests.benchmarks.bench_embedding FOLDER [--texts N] [--runs N] [--rivals torch onnx openvino]
FOLDER holds articles; of their sentences and passages, as they are embedded, `--texts` are drawn. The ways
run in turn, each in a process of its own that has loaded its model before. `torch` is
`SentenceTransformer.encode` in single precision with its own batches; `onnx` and `openvino` are its other
backends, which need packages that are not ours (optimum-onnx, optimum-intel), and are left out where those
are missing. Ratios are of the clock, and of the processor's time, which other programs disturb less.
"""

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from index.articles.corpus import corpus_files, read_article
from index.building.reuse import passage_texts, sentence_texts
from index.config import DEFAULT_ENCODER
from index.models.encoder import Encoder
from index.models.export_process import export_encoder
from index.models.model_folders import resolve_encoder
from index.models.span_model import cores
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences

OURS = "footnote"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--texts", type=int, default=2_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rivals", nargs="+", default=["torch", "onnx", "openvino"])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        export_encoder(resolve_encoder(DEFAULT_ENCODER), Path(base, "encoder"))
        texts = texts_of(options.folder, Encoder.load(Path(base, "encoder")))
        texts = random.Random(0).sample(texts, min(options.texts, len(texts)))
        Path(base, "texts.json").write_text(json.dumps(texts), "utf-8")
        ways = {name: way for name in (*options.rivals, OURS) if (way := Way.start(name, base))}
        for _ in range(options.runs):
            for way in ways.values():
                way.run()
        vectors = {name: way.end() for name, way in ways.items()}
    first = options.rivals[0]
    print(f"{len(texts)} texts, medians of {options.runs} runs in turn")
    for name, way in ways.items():
        ratios = (theirs / own for theirs, own in zip(ways[first].seconds, way.seconds, strict=True))
        busy = statistics.median(ways[first].processor) / statistics.median(way.processor)
        cosine = (vectors[name] * vectors[first]).sum(axis=1)
        print(
            f"{name}: {statistics.median(way.seconds):.2f} s, {statistics.median(ratios):.2f} x {first}; "
            f"{statistics.median(way.processor):.2f} s of the processor, {busy:.2f} x; "
            f"cosine {cosine.min():.6f} or more; peak {way.peak:.0f} MB"
        )


def texts_of(folder: Path, encoder: Encoder) -> list[str]:
    texts: dict[str, None] = {}
    for file in corpus_files(folder):
        article = read_article(file)
        sentences = split_sentences(article.text, article.blocks)
        passages = make_passages(
            article.text, sentences, encoder.count_tokens, encoder.window, article.blocks
        )
        texts |= dict.fromkeys(sentence_texts(article, sentences))
        texts |= dict.fromkeys(passage_texts(article, sentences, passages))
    return list(texts)


class Way:
    """A process that embeds the texts each time that it is told to."""

    def __init__(self, child: "subprocess.Popen[str]", result: Path) -> None:
        self._child, self._result = child, result
        self.seconds: list[float] = []
        self.processor: list[float] = []
        self.peak = 0.0

    @classmethod
    def start(cls, name: str, base: str) -> "Way | None":
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.benchmarks.bench_embedding", "--way", name, base],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert child.stdout and child.stderr
        if child.stdout.readline() != "ready\n":
            print(f"{name} left out:", (child.stderr.read().strip().splitlines() or ["?"])[-1][:300])
            return None
        return cls(child, Path(base, f"{name}.npy"))

    def run(self) -> None:
        seconds, processor = self._ask("run")
        self.seconds.append(seconds)
        self.processor.append(processor)

    def end(self) -> np.ndarray:
        (self.peak,) = self._ask("end")
        self._child.wait()
        return np.load(self._result)

    def _ask(self, word: str) -> list[float]:
        assert self._child.stdin and self._child.stdout
        self._child.stdin.write(f"{word}\n")
        self._child.stdin.flush()
        return [float(number) for number in self._child.stdout.readline().split()]


def serve(name: str, base: Path) -> None:
    texts = json.loads((base / "texts.json").read_text("utf-8"))
    if name == OURS:
        encoder = Encoder.load(base / "encoder", threads=1)

        def embed() -> np.ndarray:
            return encoder.encode_texts(texts, workers=cores())
    else:
        from sentence_transformers import SentenceTransformer

        given = {"model_kwargs": {"export": True}} if name != "torch" else {}
        model = SentenceTransformer(
            str(resolve_encoder(DEFAULT_ENCODER)), device="cpu", backend=name, local_files_only=True, **given
        )

        def embed() -> np.ndarray:
            return model.encode(texts, normalize_embeddings=True, show_progress_bar=False)

    print("ready", flush=True)
    vectors = np.empty(0)
    for line in sys.stdin:
        if line == "end\n":
            break
        wall, processor = time.perf_counter(), time.process_time()
        vectors = embed()
        print(time.perf_counter() - wall, time.process_time() - processor, flush=True)
    np.save(base / f"{name}.npy", vectors)
    print(int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024, flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--way"]:
        serve(sys.argv[2], Path(sys.argv[3]))
    else:
        main()
