"""Compare exact search, inverted lists (`index.storage.vectors`) and HNSW: time, memory, recall.

    python -m tests.benchmarks.bench_vectors LINES [--questions FILE] [--rows N] [--cache FOLDER]

LINES is a text file with a sentence a line, or a folder of articles. QUESTIONS is a file with a question a
line; without it the sentences themselves are asked. With more --rows than there are sentences, the rest are
perturbed copies of real vectors (cosine about 0.8 to the original), and the output says so. Times are those
of the processor, of all threads together.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import mean, median
from typing import Any

import faiss
import numpy as np

from index.articles.corpus import corpus_files, read_article
from index.config import DEFAULT_ENCODER
from index.models.model_folders import resolve_encoder
from index.segmentation.sentences import split_sentences
from index.storage.vectors import Floats, Vectors
from tests.benchmarks.measure import recall

KS = (10, 100)


def sentences(path: Path) -> list[str]:
    if path.is_file():
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    articles = [read_article(file) for file in corpus_files(path)]
    return [article.text[s.start : s.end] for article in articles for s in split_sentences(article.text)]


def embedded(texts: list[str], cache: Path | None) -> Floats:
    if cache is not None and cache.exists():
        return np.load(cache, allow_pickle=False)[: len(texts)]
    from index.models.encoder_export import FrameworkEncoder

    found = FrameworkEncoder.load(resolve_encoder(DEFAULT_ENCODER)).embed(texts, lambda *_: None)
    if cache is not None:
        np.save(cache, found, allow_pickle=False)
    return found


def grown(real: Floats, rows: int) -> Floats:
    """Append perturbed copies of `real` vectors until there are `rows`."""
    random = np.random.default_rng(0)
    parts = [real[:rows]]
    for start in range(len(real), rows, len(real)):
        count = min(len(real), rows - start)
        noise = random.standard_normal((count, real.shape[1]), dtype=np.float32)
        noise *= 0.75 / np.linalg.norm(noise, axis=1, keepdims=True)
        copies = real[:count] + noise
        parts.append(copies / np.linalg.norm(copies, axis=1, keepdims=True))
    return np.concatenate(parts)


def timed(task: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of processor time that a task takes, and its result."""
    start = time.process_time()
    result = task()
    return time.process_time() - start, result


def report(name: str, build_s: float, index: Any, asked: Floats, truth: Floats) -> float:
    """Print a line and return the median time of one question, k = 100."""
    times = [timed(lambda q=query: index.search(q[None], 100))[0] for query in asked for _ in range(3)]
    recalls = []
    for k in KS:
        found = index.search(asked, k)[0]
        recalls.append(mean(recall(*pair, k) for pair in zip(truth, found, strict=True)))
    with tempfile.NamedTemporaryFile() as file:
        if isinstance(index, Vectors):
            index.save(Path(file.name))
        else:
            faiss.write_index(index, file.name)
        size = Path(file.name).stat().st_size
        load, _ = timed(lambda: faiss.read_index(file.name, faiss.IO_FLAG_MMAP_IFC))
    rows = len(index) if isinstance(index, Vectors) else index.ntotal
    shares = "  ".join(f"recall@{k} {share:.3f}" for k, share in zip(KS, recalls, strict=True))
    print(
        f"{name:28} build {build_s:7.1f} s  {size / rows:6.0f} MB a million rows  "
        f"question {1000 * median(times):7.2f} ms  load {1000 * load:6.1f} ms  {shares}"
    )
    return median(times)


def half_floats(vectors: Floats, like: Vectors) -> Any:
    """Return as many lists as `like` has, of half floats instead of codes, of which as many are visited."""
    centres = faiss.IndexFlatIP(vectors.shape[1])
    index = faiss.IndexIVFScalarQuantizer(
        *(centres, vectors.shape[1], like.lists, faiss.ScalarQuantizer.QT_fp16),
        *(faiss.METRIC_INNER_PRODUCT, False),
    )
    index.cp.min_points_per_centroid = 1
    index.train(vectors[:: max(1, len(vectors) // (50 * like.lists))])
    index.add(vectors)
    index.nprobe, index.parallel_mode = like.visited, 1  # all cores for one question
    return index


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("texts", type=Path)
    parser.add_argument("--questions", type=Path)
    parser.add_argument("--rows", type=int)
    parser.add_argument("--cache", type=Path, help="folder that keeps the vectors between runs")
    parser.add_argument("--hnsw", action="store_true", help="build HNSW too, which takes minutes")
    options = parser.parse_args()
    cache: Path | None = options.cache
    real = embedded(sentences(options.texts), cache and cache / "lines.npy")
    asked = real
    if options.questions is not None:
        asked = embedded(sentences(options.questions), cache and cache / "questions.npy")
    asked = asked[:: max(1, len(asked) // 200)]
    rows = options.rows or len(real)
    made = grown(real, rows)
    print(f"{len(made)} rows, {min(len(real), rows)} of them real sentences; {len(asked)} questions")
    del real

    build_s, exact = timed(lambda: Vectors.build(made, exact_up_to=len(made)))
    truth = exact.search(asked, max(KS))[0]
    slow = report("exact", build_s, exact, asked, truth)
    del exact
    build_s, lists = timed(lambda: Vectors.build(made, exact_up_to=0))
    fast = report("inverted lists, codes", build_s, lists, asked, truth)
    print(
        f"    {lists.visited} of {lists.lists} lists visited, recall measured at the build"
        f" {lists.recall:.3f}; {fast / slow:.3f} of exact"
    )
    build_s, halves = timed(lambda: half_floats(made, lists))
    fast = report("the same lists, half floats", build_s, halves, asked, truth)
    print(f"    {fast / slow:.3f} of exact")
    del halves
    again_s, _ = timed(lambda: Vectors.build(made[1:], lists, exact_up_to=0))
    print(f"    an update, one row less: {again_s:.1f} s")
    if options.hnsw:
        graph = faiss.IndexHNSWSQ(
            made.shape[1], faiss.ScalarQuantizer.QT_fp16, 32, faiss.METRIC_INNER_PRODUCT
        )
        graph.train(made[:1])
        graph.hnsw.efSearch = 128
        build_s, _ = timed(lambda: graph.add(made))
        fast = report("HNSW, half floats, ef 128", build_s, graph, asked, truth)
        print(f"    {fast / slow:.3f} of exact")


if __name__ == "__main__":
    main()
