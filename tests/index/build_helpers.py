"""A small corpus and its index, for tests of the build."""

import os
from pathlib import Path

from index.build import BuildReport, update
from index.config import Config, CorpusSection, IndexSection, ModelSection
from index.fingerprint import encoder_name
from index.models import model_fingerprint, resolve_encoder
from index.store import put_encoder, writing

ARTICLES = {
    "raqqa.txt": "Fight for Raqqa\n\nThe general predicts a long fight. About 90,000 people live there.\n",
    "news/weather.md": "# Weather\n\nIt rained in Paris. The sun came out at noon. People went outside.\n",
    "cats.txt": "Cats\n\nA cat sleeps most of the day. A cat drinks milk.\n",
}
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

    with writing(config.index_directory, 0):
        put_encoder(config.index_directory, name, link)


def build(config: Config) -> BuildReport:
    """Update the index without waiting and without progress."""
    return update(config, lambda *_: None, wait=0)
