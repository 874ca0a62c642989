"""Fixtures of tests with PostgreSQL: a server, an empty database, and the small library in one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.config import Config, StoreSection
from tests.support.postgres_server import Server, running_server
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """Return a server that tests of this process share, also those that kill it (`killable_server`)."""
    with running_server() as server:
        yield server


@pytest.fixture
def own_server() -> Iterator[Server]:
    """Return a server of the test's own, which takes seconds to make."""
    with running_server() as server:
        if server.folder is None:
            pytest.skip("a server that is not ours is left as it is")
        yield server


@pytest.fixture
def killable_server(postgres_server: Server) -> Iterator[Server]:
    """Return a server to kill; it runs again after the test."""
    if postgres_server.folder is None:
        pytest.skip("a server that is not ours is not killed")
    with postgres_server.administer() as connection:
        connection.execute("CHECKPOINT")  # after a kill, it makes up for what was written since
    yield postgres_server
    if not postgres_server.answers():
        postgres_server.start()


@pytest.fixture
def database_url(postgres_server: Server) -> str:
    """Return the address of an empty database with pgvector."""
    return postgres_server.database()


@pytest.fixture
def stored_config(database_url: str, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library of ARTICLES in a database, to change."""
    config = with_store(make_config(tmp_path), database_url)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder_folder)
    build(config)
    return config


def with_store(config: Config, url: str, **settings: object) -> Config:
    """Return a configuration whose library is in a database."""
    return config.model_copy(update={"store": StoreSection.model_validate({"url": url, **settings})})
