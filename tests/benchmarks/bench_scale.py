"""A library of many sentences in an index folder: build, sizes, memory, retrieval, and one more article.

usage: python -m tests.benchmarks.bench_scale FOLDER --work DIR --sentences N [--embed M] [--questions FILE]
FOLDER holds documents, such as the HTML files of Debian's documentation packages (`apt-get download
linux-doc-6.1 python3.11-doc rust-doc openjdk-17-doc ...`, unpacked with `dpkg -x`). Files are taken in a
random order, always the same, until there are about N sentences, and linked into DIR. Vectors are kept there,
so that a run that was stopped goes on. With --embed M, only M texts are embedded; every other vector is a
STAND-IN, one of these (cosine about 0.8) with a share of another, so that it varies in the directions of
real ones. Then recall says little, and none is printed. The questions, a file as for `footnote eval`, need
not be about the documents.
"""

import argparse
import itertools
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import faiss
import numpy as np

from index.arrays import Floats
from index.articles.corpus import corpus_files, read_article
from index.building.embedding import Embedder
from index.building.file_changes import scan
from index.building.staleness import compare
from index.building.update import update
from index.config import Config, CorpusSection, IndexSection
from index.errors import UnreadableFileError
from index.library import Library
from index.retrieval.opening import open_files
from index.retrieval.retriever import Retriever
from index.segmentation.sentences import split_sentences
from index.storage.generations import Generation, open_current
from index.storage.index_files import open_vectors
from tests.benchmarks.measure import recall

SAMPLE = 200  # files that are read to see how many sentences a file has
CHUNK = 5_000  # texts that are embedded before their vectors are kept
SHARE = 0.75  # length of what is added to a vector of length 1: the cosine to it is then about 0.8
SCANNED = 100_000
NEW = "# The added article\n\nThis article was added last. Nobody had read it before.\n"


class Vectors:
    """The encoder's vectors of texts, kept in a folder, and stand-ins for others."""

    def __init__(self, folder: Path, most: int | None) -> None:
        self._keys, self._vectors, self._most = folder / "texts", folder / "vectors", most
        self.stand_ins = 0

    def embed(self, embedder: Embedder, texts: Sequence[str]) -> Floats:
        """Take the place of `Embedder.embed`."""
        known = {key: row for row, key in enumerate(self._read(self._keys, np.int64).tolist())}
        keys = [
            int.from_bytes(blake2b(t.encode("utf-8", "replace"), digest_size=8).digest()[:7]) for t in texts
        ]
        missing = [n for n, key in enumerate(keys) if key not in known]
        if self._most is not None:
            random.Random(0).shuffle(missing)
            missing = missing[: max(0, self._most - len(known))]
        for start in range(0, len(missing), CHUNK):
            chunk = missing[start : start + CHUNK]
            vectors = embedder.encoder.encode_texts([texts[n] for n in chunk], workers=os.cpu_count() or 1)
            with self._vectors.open("ab") as file:
                file.write(vectors.tobytes())
            with self._keys.open("ab") as file:
                file.write(np.array([keys[n] for n in chunk], dtype=np.int64).tobytes())
            print(f"{start + len(chunk)} of {len(missing)} texts embedded", file=sys.stderr, flush=True)
        known = {key: row for row, key in enumerate(self._read(self._keys, np.int64).tolist())}
        real = self._read(self._vectors, np.float32).reshape(len(known), -1)
        rows = np.array([known.get(key, -1) for key in keys])
        others = np.flatnonzero(rows < 0)
        self.stand_ins = len(others)
        result = np.empty((len(texts), real.shape[1]), np.float32)
        result[rows >= 0] = real[rows[rows >= 0]]
        generator = np.random.default_rng(len(texts))
        mean = real.mean(axis=0)
        for part in np.array_split(others, len(others) // CHUNK + 1):
            near = real[generator.integers(len(real), size=len(part))]
            other = real[generator.integers(len(real), size=len(part))] - mean
            near = near + SHARE * other / np.linalg.norm(other, axis=1, keepdims=True)
            result[part] = near / np.linalg.norm(near, axis=1, keepdims=True)
        return result

    @staticmethod
    def _read(path: Path, kind: Any) -> Any:
        return np.fromfile(path, dtype=kind) if path.exists() else np.empty(0, dtype=kind)


def _key(text: str) -> int:
    return int.from_bytes(blake2b(text.encode("utf-8", "replace"), digest_size=7).digest())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--sentences", type=int, default=10_000)
    parser.add_argument("--embed", type=int, help="texts that are embedded; all by default")
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--profile", action="store_true", help="where the time of one more article goes")
    parser.add_argument("--child", choices=("answer", "update"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    base = options.work.resolve() / str(options.sentences)
    config = Config(
        corpus=CorpusSection(directory="corpus"), index=IndexSection(directory="index"), base=base
    )
    if options.child == "answer":
        real = not json.loads((base / "build.json").read_text())["stand_ins"]
        print(json.dumps(_answer(config, _questions(options.questions), with_recall=real)))
    elif options.child == "update":
        print(json.dumps(_update(config, profiled=options.profile)))
    else:
        _measure(config, options)


def _measure(config: Config, options: argparse.Namespace) -> None:
    _link(options.folder, config.corpus_directory, options.sentences)
    built = _build(config, options.work, options.embed)
    print(f"{built['articles']} articles, {built['sentences']} sentences, {built['passages']} passages")
    if built["stand_ins"]:
        print(f"STAND-IN vectors: {built['stand_ins']} of {built['texts']}; no recall is measured")
    stages = (f"{stage} {s:.0f} s ({cpu:.0f})" for stage, (s, cpu) in built["stages"].items())
    print("build:", ", ".join(stages))
    print(f"build: {built['seconds']:.0f} s in all ({built['cpu']:.0f} s of processor time)", end="")
    print(f", most memory {built['memory']:.0f} MB")
    for name, size in _sizes(config):
        print(f"on disk: {name} {size / 2**20:.0f} MB")
    print(f"compare with {built['files']} files: {_seconds(lambda: compare(config)):.2f} s")
    for number in range(3):
        added = config.corpus_directory / f"added-{number}.md"
        added.write_text(f"{NEW}Its number is {number}.\n", encoding="utf-8")
        _print_update("one article added", _child(options, "update"))
    for path in config.corpus_directory.glob("added-*.md"):
        path.unlink()
    _print_update("three articles removed", _child(options, "update"))
    if options.questions:
        _print_answers(_child(options, "answer"))
    _measure_scan(config, options.work)


def _link(folder: Path, corpus: Path, sentences: int) -> None:
    """Link as many documents into a corpus as have about so many sentences, in a reproducible order."""
    if corpus.exists():
        return
    files = sorted(corpus_files(folder), key=lambda file: blake2b(file.file.encode()).digest())
    counts = []
    for file in files[:SAMPLE]:
        try:
            article = read_article(file)
        except UnreadableFileError:
            continue
        counts.append(len(split_sentences(article.text, article.blocks)))
    each = sum(counts) / min(SAMPLE, len(files))
    new = corpus.with_name("corpus.new")
    shutil.rmtree(new, ignore_errors=True)
    for file in files[: int(sentences / each) + 1]:
        path = new / file.file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.hardlink_to(file.path.resolve())
    new.rename(corpus)


def _build(config: Config, work: Path, most: int | None) -> dict[str, Any]:
    """Build the index unless it is there; return what that took."""
    notes = config.base / "build.json"
    if not notes.exists():
        vectors, times = Vectors(work, most), []
        counts: list[int] = []

        def embed(embedder: Embedder, texts: Sequence[str]) -> Floats:
            counts.append(len(texts))
            times.append(("embed", *_clocks()))
            return vectors.embed(embedder, texts)

        Embedder.embed = embed  # type: ignore[method-assign,assignment]
        started = _clocks()
        report = update(config, lambda stage, *_: times.append((stage, *_clocks())))
        times.append(("", *_clocks()))
        facts = open_current(config.index_directory, lambda generation: generation.facts)
        notes.write_text(
            json.dumps(
                {
                    "articles": facts.articles,
                    "sentences": facts.sentences,
                    "passages": facts.passages,
                    "files": len(report.added) + len(report.skipped),
                    "texts": sum(counts),
                    "stand_ins": vectors.stand_ins,
                    "stages": _stages(times, started),
                    "seconds": times[-1][1] - started[0],
                    "cpu": times[-1][2] - started[1],
                    "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                }
            )
        )
    built: dict[str, Any] = json.loads(notes.read_text())
    return built


def _clocks() -> tuple[float, float]:
    """Return the time of day, and the processor time of this process and of those that it has ended."""
    used = os.times()
    return time.perf_counter(), used.user + used.system + used.children_user + used.children_system


def _stages(
    times: Sequence[tuple[str, float, float]], started: tuple[float, float]
) -> dict[str, tuple[float, float]]:
    """Add up the seconds of each stage and of its processor time, from what progress said when."""
    stages = {"scan": (times[0][1] - started[0], times[0][2] - started[1])}
    for (stage, since, before), (_, until, after) in itertools.pairwise(times):
        seconds, cpu = stages.get(stage, (0.0, 0.0))
        stages[stage] = seconds + until - since, cpu + after - before
    return stages


def _sizes(config: Config) -> Iterator[tuple[str, int]]:
    folder = open_current(config.index_directory, lambda generation: generation.folder, check=False)
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    yield from sorted(files.items())
    yield "in all", sum(files.values())


def _child(options: argparse.Namespace, what: str) -> dict[str, Any]:
    """Measure in a process of its own, as a command would run."""
    command = [sys.executable, "-m", "tests.benchmarks.bench_scale", str(options.folder), "--child", what]
    command += ["--work", str(options.work), "--sentences", str(options.sentences)]
    command += ["--questions", str(options.questions)] if options.questions else []
    command += ["--profile"] if options.profile else []
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found | {"process": time.perf_counter() - started}


def _update(config: Config, *, profiled: bool) -> dict[str, float]:
    used, started = time.process_time(), time.perf_counter()
    if profiled:
        import cProfile
        import pstats

        with cProfile.Profile() as profile:
            update(config)
        pstats.Stats(profile, stream=sys.stderr).sort_stats("cumulative").print_stats(60)
    else:
        update(config)
    return {"update": time.perf_counter() - started, "cpu": time.process_time() - used}


def _print_update(what: str, took: dict[str, float]) -> None:
    print(
        f"{what}: {took['update']:.2f} s ({took['cpu']:.2f} s of processor time),"
        f" {took['process']:.2f} s with the start of the process",
        flush=True,
    )


def _questions(file: Path) -> list[str]:
    lines = file.read_text("utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines if line.strip()]
    return asked[:: max(1, len(asked) // 200)][:200]


def _answer(config: Config, questions: Sequence[str], *, with_recall: bool) -> dict[str, Any]:
    """Open the index and ask: times, memory and recall."""
    started = time.perf_counter()
    library = Library.open(config)
    opened = time.perf_counter() - started
    memory = [_memory()]
    vectors = [library.question_vectors([question])[0] for question in questions]

    def load(generation: Generation) -> Retriever:
        return open_files(generation)

    retriever = open_current(config.index_directory, load)
    for question, vector in zip(questions, vectors, strict=True):
        retriever.retrieve(question, vector)  # once for the files' pages
    retrieved = [
        _both(lambda q=question, v=vector: retriever.retrieve(q, v))  # type: ignore[misc]
        for question, vector in zip(questions, vectors, strict=True)
    ]
    answered = [_both(lambda q=question: library.ask(q)) for question in questions[::4]]  # type: ignore[misc]
    memory.append(_memory())
    titles = [article.title for article in library.articles()[:: max(1, len(library.articles()) // 50)]]
    typed = [title[:length] for title in titles for length in range(1, min(len(title), 20), 2)]
    keystrokes = [_both(lambda t=text: library.titles.search(t)) for text in typed]  # type: ignore[misc]
    return {
        "open": opened,
        "memory": memory,
        "retrieval": _spread(retrieved),
        "answer": _spread(answered),
        "keystroke": _spread(keystrokes),
        "recall": [_mean_recall(config, np.array(vectors), k) for k in (10, 100)] if with_recall else [],
    }


def _mean_recall(config: Config, queries: Floats, k: int) -> float:
    sentences, _ = open_current(config.index_directory, lambda generation: open_vectors(generation.folder))
    best = faiss.ResultHeap(len(queries), k, keep_max=True)
    for start in range(0, len(sentences), 100_000):
        block = sentences.rows(start, min(start + 100_000, len(sentences)))
        scores, rows = faiss.knn(queries, block, min(k, len(block)), metric=faiss.METRIC_INNER_PRODUCT)
        best.add_result(scores, rows + start)
    best.finalize()
    found = [sentences.search(query[None], k)[0][0] for query in queries]
    return statistics.mean(recall(*pair, k) for pair in zip(best.D, found, strict=True))


def _print_answers(measured: dict[str, Any]) -> None:
    print(f"open: {measured['open']:.2f} s, {measured['process']:.1f} s until all was measured")
    for when, memory in zip(("opened", "asked"), measured["memory"], strict=True):
        print(f"memory when {when}: {memory['RssAnon']} MB of its own, {memory['RssFile']} MB of files")
    for what in ("retrieval", "answer", "keystroke"):
        print(f"{what}: " + ", ".join(f"{name} {1000 * s:.1f} ms" for name, s in measured[what].items()))
    if measured["recall"]:
        print("recall@10 {:.3f}, recall@100 {:.3f}".format(*measured["recall"]))


def _measure_scan(config: Config, work: Path) -> None:
    """Time the scan of 100,000 files that did not change."""
    folder = work / "scanned"
    originals = [file.path for file in corpus_files(config.corpus_directory)]
    if not folder.exists():
        new = folder.with_name("scanned.new")
        for number in range(SCANNED):
            path = new / f"{number // 1000}" / f"{number}.html"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(originals[number % len(originals)].name, encoding="utf-8")
        new.rename(folder)
    files = corpus_files(folder)
    states = {state.file: state for state in scan(files, {})}
    listed = min(_both(lambda: corpus_files(folder)) for _ in range(3))
    scanned = min(_both(lambda: scan(files, states)) for _ in range(3))
    print(f"{SCANNED} files: listed in {listed[0]:.2f} s, compared in {scanned[0]:.2f} s,", end="")
    print(f" processor times {listed[1]:.2f} s and {scanned[1]:.2f} s")


def _memory() -> dict[str, int]:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return {name: int(fields[name].split()[0]) // 1024 for name in ("RssAnon", "RssFile")}


def _spread(times: Sequence[tuple[float, float]]) -> dict[str, float]:
    """Return the medians and the 95th percentiles of times, and those of processor times."""
    clock, cpu = zip(*times, strict=True)
    percentiles = [("p50", clock, 50), ("p95", clock, 95), ("p50 of processor time", cpu, 50)]
    percentiles.append(("p95 of it", cpu, 95))
    return {name: float(np.percentile(values, share)) for name, values, share in percentiles}


def _both(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds that a call takes, and those of its processor time on all threads."""
    used, started = time.process_time(), time.perf_counter()
    call()
    return time.perf_counter() - started, time.process_time() - used


def _seconds(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
