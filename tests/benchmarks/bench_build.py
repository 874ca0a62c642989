"""Building an index against a bare `SentenceTransformer.encode` of the same sentences and passages.

usage: python -m tests.benchmarks.bench_build FOLDER [--runs N]
FOLDER holds articles. Imports and the loading of the model are left out on both sides. Two builds are timed:
the first one of an index folder, which also exports the model to ONNX, and one that finds it exported.
"""

import argparse
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from index.building.update import update
from index.config import DEFAULT_ENCODER, Config, CorpusSection
from index.library import Library
from index.models.model_folders import resolve_encoder
from index.storage.catalog import Catalog
from tests.benchmarks.measure import seconds

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as base:
        config = Config(corpus=CorpusSection(directory=str(options.folder.resolve())), base=Path(base))
        times = [_round(config) for _ in range(1 + options.runs)][1:]  # the first warms the imports
        texts = len(_texts(config))
    first, again, bare = map(statistics.median, zip(*times, strict=True))
    print(f"{texts} texts, bare encode {bare:.1f} s")
    print(f"first build, with the export of the model: {first:.1f} s, ratio {first / bare:.2f}")
    print(f"build with the model exported: {again:.1f} s, ratio {again / bare:.2f}")


def _round(config: Config) -> tuple[float, float, float]:
    shutil.rmtree(config.index_directory, ignore_errors=True)
    loading = seconds(_load)
    first = seconds(lambda: update(config, lambda *_: None)) - loading
    texts = _texts(config)
    (config.index_directory / "current").unlink()
    again = seconds(lambda: update(config, lambda *_: None))
    model = _load()
    bare = seconds(lambda: model.encode(texts))
    return first, again, bare


def _load() -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(resolve_encoder(DEFAULT_ENCODER)))


def _texts(config: Config) -> list[str]:
    """Read back what was embedded: the distinct sentences and passages of the index."""
    catalog = Catalog(config.index_directory / "generations" / Library.open(config).generation)
    texts = []
    for article in catalog.articles():
        text = catalog.article(article.row).text
        spans = [*catalog.spans(article.row), *catalog.passages(article.row)]
        texts += [text[span.start : span.end] for span in spans]
    return list(dict.fromkeys(texts))


if __name__ == "__main__":
    main()
