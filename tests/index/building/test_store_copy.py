"""Copies of a library between a folder and a database: the same, with few vectors in memory at once."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.building.reuse import PreviousIndex
from index.building.store_copy import copy_library
from index.config import Config
from index.errors import ConfigurationError, FootnoteError
from index.library import Library
from index.storage.postgres.search import PostgresVectors
from index.storage.published import open_published
from index.storage.vectors import Vectors
from tests.support.postgres_fixtures import with_store
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus

QUESTION = "How many people live in Raqqa?"


@pytest.fixture
def config(tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a folder."""
    config = make_config(tmp_path)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    return config


def elsewhere(config: Config, folder: Path) -> Config:
    index = config.index.model_copy(update={"directory": str(folder)})
    return config.model_copy(update={"index": index})


def reading_at_most(kind: Any, most: int) -> Callable[[Any, Any], Any]:
    read = kind.at

    def few(self: Any, rows: Any) -> Any:
        assert len(rows) <= most
        return read(self, rows)

    return few


def test_there_and_back_article_by_article(
    config: Config, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    most = 4  # sentences of the longest article
    stored, back = with_store(config, database_url), elsewhere(config, tmp_path / "back")
    expected = open_published(config, PreviousIndex.load)
    with monkeypatch.context() as copying:
        for kind in (Vectors, PostgresVectors):
            copying.setattr(kind, "at", reading_at_most(kind, most))
        for source, target in ((config, stored), (stored, back)):
            facts = copy_library(source, target, at_once=3)
            assert (facts.articles, facts.sentences) == (3, len(expected.sentences))  # type: ignore[arg-type]
    copied = open_published(back, PreviousIndex.load)
    assert copied.rows == expected.rows
    assert copied.state.files == expected.state.files
    assert Library.open(back).ask(QUESTION).answer == "About 90,000"


def test_a_copy_that_differs_is_refused(
    config: Config, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = PostgresVectors.at
    monkeypatch.setattr(PostgresVectors, "at", lambda self, rows: read(self, rows) + 0.1)
    with pytest.raises(FootnoteError, match="the copy is not the same"):
        copy_library(config, with_store(config, database_url))


def test_a_library_is_never_copied_over_another(config: Config, stored_config: Config) -> None:
    before = Library.open(stored_config).fingerprint
    with pytest.raises(ConfigurationError, match="there is a library already"):
        copy_library(config, stored_config)
    assert Library.open(stored_config).fingerprint == before


def test_a_library_of_several_machines_is_not_copied_in_part(
    stored_config: Config, encoder_folder: Path, tmp_path: Path
) -> None:
    store = stored_config.store.model_copy(update={"source": "west"})
    other = stored_config.model_copy(update={"base": tmp_path / "west", "store": store})
    write_corpus(other.corpus_directory, {"dogs.txt": "Dogs\n\nA dog barks at night.\n"})
    provide_encoder(other, encoder_folder)
    build(other)
    for source in (stored_config, other):
        target = elsewhere(source, tmp_path / "copy")
        with pytest.raises(ConfigurationError, match=r"has articles of (west|articles), too"):
            copy_library(source, target.model_copy(update={"store": Config().store}))
