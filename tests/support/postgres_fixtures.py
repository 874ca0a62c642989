"""Fixtures of tests with PostgreSQL: a server, databases, the small library in one, and either store."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.config import Config, StoreSection
from tests.support.homes import Home
from tests.support.postgres_server import Server, running_server
from tests.support.shared_folders import link_index
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus

WAIT = 60
"""Seconds that questions of tests wait for a database on a slow machine."""
STORES = ("folder", pytest.param("postgres", marks=pytest.mark.slow))
"""Where tests that run over both stores have the library."""


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


@pytest.fixture(scope="session", params=STORES)
def either_home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """Return a home whose library is in a folder, or in a database; tests only read it."""
    built: Home = request.getfixturevalue("built_home")
    if request.param == "folder":
        return built
    return _in_database(
        built, tmp_path_factory.mktemp("stored-home"), request.getfixturevalue("postgres_server")
    )


@pytest.fixture(params=STORES)
def either_own_home(request: pytest.FixtureRequest, tmp_path: Path) -> Home:
    """Return a home of the test's own whose library is in a folder, or in a database."""
    if request.param == "folder":
        home: Home = request.getfixturevalue("home")
        return home
    built = request.getfixturevalue("built_home")
    return _in_database(built, tmp_path / "stored-home", request.getfixturevalue("postgres_server"))


@pytest.fixture(scope="session", params=STORES)
def either_library_config(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration file of a library in a folder, or in a database; tests only read it."""
    path: Path = request.getfixturevalue("library_config")
    if request.param == "folder":
        return path
    folder = tmp_path_factory.mktemp("stored-library")
    link_index(path.parent, folder)
    server: Server = request.getfixturevalue("postgres_server")
    stored = folder / path.name
    stored.unlink()
    stored.write_text(
        f'{path.read_text("utf-8")}[store]\nurl = "{server.database()}"\nwait = {WAIT}\n', "utf-8"
    )
    build(Config.read(stored))
    return stored


def _in_database(built: Home, folder: Path, server: Server) -> Home:
    """Return a home like one that is built, whose library is in a database."""
    link_index(built.folder, folder)
    home = Home(folder)
    text = built.config.read_text("utf-8").replace('url = ""', f'url = "{server.database()}"', 1)
    home.config.unlink()  # a link to that of the other
    home.config.write_text(text.replace("wait = 10 ", f"wait = {WAIT} ", 1), "utf-8")
    run = home.footnote("index")
    assert (run.code, run.out) == (0, "2 added, 0 updated, 0 removed, 0 unchanged\n"), run.err
    return home


def with_store(config: Config, url: str, **settings: object) -> Config:
    """Return a configuration whose library is in a database."""
    return config.model_copy(update={"store": StoreSection.model_validate({"url": url, **settings})})
