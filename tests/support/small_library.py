"""A small corpus and its index, for tests of the build."""

import os
from pathlib import Path

import numpy as np

from index.building.report import BuildReport
from index.building.reuse import PreviousIndex, passage_texts, sentence_texts
from index.building.update import update
from index.config import Config, CorpusSection, IndexSection, ModelSection
from index.models.encoder import Encoder
from index.models.model_folders import model_fingerprint, resolve_encoder
from index.segmentation.search_terms import terms
from index.storage import generations
from index.storage.fingerprint import encoder_name
from index.storage.generations import put_encoder, writers_lock
from index.storage.index_files import open_bm25

ARTICLES = {
    "raqqa.txt": "Fight for Raqqa\n\nThe general predicts a long fight. About 90,000 people live there.\n",
    "news/weather.md": "# Weather\n\nIt rained in Paris. The sun came out at noon. People went outside.\n",
    "cats.txt": "Cats\n\nA cat sleeps most of the day. A cat drinks milk.\n",
}
IDS = ("cats", "news/weather", "raqqa")
OLD = 10**9  # seconds: a time stamp that has settled


def write_corpus(folder: Path, articles: dict[str, str | bytes]) -> None:
    """Write files, each with an old time stamp."""
    for number, (name, text) in enumerate(articles.items()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        os.utime(path, (OLD + number, OLD + number))


def make_config(base: Path, model: Path | None = None) -> Config:
    """Configure the corpus and the index below `base`, with the default model or another."""
    encoder = ModelSection(encoder=str(model)) if model else ModelSection()
    corpus, index = CorpusSection(directory="corpus"), IndexSection(directory="index")
    return Config(corpus=corpus, index=index, model=encoder, base=base)


def provide_encoder(config: Config, exported: Path) -> None:
    """Put an exported encoder into the index folder, so that a test need not export it."""
    name = encoder_name(model_fingerprint(resolve_encoder(config.encoder)))

    def link(made: Path) -> None:
        for path in exported.iterdir():
            (made / path.name).hardlink_to(path)

    with writers_lock(config.index_directory, 0):
        put_encoder(config.index_directory, name, link)


def build(config: Config) -> BuildReport:
    """Update the index without waiting and without progress."""
    return update(config, lambda *_: None, wait=0)


def earlier(config: Config) -> PreviousIndex:
    """Open the current index as an update does."""
    return generations.open_current(config.index_directory, PreviousIndex.load)


def texts(config: Config) -> dict[str, list[str]]:
    """All sentences by article, after checking that the index is consistent with itself."""
    index = earlier(config)
    lexical = open_bm25(index.generation.folder, index.sentences)
    found: dict[str, list[str]] = {}
    for row in index.catalog.articles():
        article = index.catalog.article(row.row)
        stored = index.catalog.sentences(row.sentence_rows)
        for sentence in stored:
            assert article.text[sentence.start : sentence.end] == sentence.text
            assert all(lexical.scores([term])[sentence.row] > 0 for term in terms(sentence.text))
        found[article.id] = [sentence.text for sentence in stored]
    rows = sum(map(len, found.values()))
    assert len(index.sentences) == rows == index.generation.facts.sentences
    assert len(index.passages) == index.generation.facts.passages
    return found


def check_vectors(config: Config) -> None:
    """Compare every stored vector with a fresh one of what is embedded of its text."""
    check_vectors_of(earlier(config))


def check_vectors_of(index: PreviousIndex) -> None:
    """Compare the vectors of an index as `check_vectors` does."""
    encoder = Encoder.load(index.generation.encoder)
    for row in index.catalog.articles():
        article = index.catalog.article(row.row)
        spans, passages = index.catalog.spans(row.row), index.catalog.passages(row.row)
        for embedded, rows, vectors in (
            (sentence_texts(article, spans), row.sentence_rows, index.sentences),
            (passage_texts(article, spans, passages), row.passage_rows, index.passages),
        ):
            fresh = encoder.encode_texts(embedded)
            stored = vectors.at(list(rows))
            assert stored.shape == fresh.shape
            apart = np.abs(stored - fresh).max(axis=1, initial=0.0)
            others = [text for text, distance in zip(embedded, apart, strict=True) if distance > 1e-4]
            assert not others, others


def write(config: Config, name: str, text: str | bytes) -> None:
    """Write an article with a time stamp that has settled and that no other article has."""
    write_corpus(config.corpus_directory, {name: text})
    path = config.corpus_directory / name
    os.utime(path, (2 * 10**9 - 10**9 // 2, 10**9 + 12345))


def current(config: Config) -> str:
    """Return the pointer to the current generation, which every publication changes."""
    return (config.index_directory / "current").read_text(encoding="utf-8")
