"""A database without room, a read-only one, one of another version: nothing is lost, and nothing doubled."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from index.config import Config
from index.errors import IndexStaleError, IndexUnwritableError, StoreFullError
from index.library import Library
from index.storage.postgres import schema
from index.storage.postgres.database import Database
from tests.support.postgres_fixtures import with_store
from tests.support.postgres_server import OWNER, Server, database_name
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write, write_corpus
from tests.support.stored_articles import TEXTS, publish, stored_texts

pytestmark = pytest.mark.slow

QUESTION = "How many people live in Raqqa?"
LEFT = 64 * 1024
"""Bytes that are left on a disk that is full."""


def configure(server: Server, folder: Path, encoder: Path) -> Config:
    """Configure a library of ARTICLES in a database, which is not there yet."""
    config = with_store(make_config(folder), server.database(), wait=60)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, encoder)
    return config


@pytest.fixture
def config(postgres_server: Server, tmp_path: Path, encoder_folder: Path) -> Config:
    """A library in a database."""
    config = configure(postgres_server, tmp_path, encoder_folder)
    build(config)
    return config


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Return a folder on a file system of 64 MB, which only root can make."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a small file system")
    folder = Path(tempfile.mkdtemp(prefix="footnote-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        folder.rmdir()
        pytest.skip("this machine mounts no file systems")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
        with suppress(OSError):
            folder.rmdir()


def test_a_full_disk_leaves_the_library_and_is_made_up_for(own_server: Server, small_disk: Path) -> None:
    database = Database(own_server.database_on(small_disk), wait=60)
    publish(database, TEXTS)
    before = stored_texts(database)
    state, filler = os.statvfs(small_disk), small_disk / "filler"
    filler.write_bytes(bytes(max(0, state.f_bavail * state.f_frsize - LEFT)))
    many = {f"n{n}": f"Number {n}\n\n" + f"The sentence of {n} goes on. " * 40 for n in range(100)}
    with pytest.raises(StoreFullError, match="the database has no room left"):
        publish(database, many)
    assert stored_texts(database) == before
    filler.unlink()
    publish(database, many)
    assert len(stored_texts(database)) == len(TEXTS) + len(many)
    database.close()


def test_a_read_only_database_answers_and_is_never_written(config: Config, postgres_server: Server) -> None:
    name = database_name(config.store.url)
    with postgres_server.administer() as connection:
        connection.execute(f'ALTER ROLE "{OWNER}" IN DATABASE {name} SET default_transaction_read_only = on')
    library = Library.open(config)
    assert library.ask(QUESTION).answer == "About 90,000"
    write(config, "mice.txt", "Mice\n\nMice eat cheese.\n")
    with pytest.raises(IndexUnwritableError, match="the database is read-only"):
        build(config)
    assert [row.id for row in library.articles()] == ["cats", "news/weather", "raqqa"]
    with postgres_server.administer() as connection:
        connection.execute(f'ALTER ROLE "{OWNER}" IN DATABASE {name} RESET default_transaction_read_only')
    assert build(config).added == ("mice",)


def test_a_newer_schema_is_named_and_left_alone(config: Config) -> None:
    database = Database(config.store.url, wait=60)
    before = stored_texts(database)
    for version in (schema.VERSION + 1, schema.VERSION):
        with database.connect() as connection:
            connection.execute("UPDATE schema_version SET version = %s", (version,))
        if version > schema.VERSION:
            with pytest.raises(IndexStaleError, match="written by a newer version of Footnote"):
                Library.open(config)
            with pytest.raises(IndexUnwritableError, match="newer version") as caught:
                build(config)
            assert caught.value.remedy == "Update Footnote on this machine."
    assert stored_texts(database) == before
    assert Library.open(config).ask(QUESTION).answer == "About 90,000"
    database.close()


def test_an_older_schema_is_brought_up_to_date_by_the_next_update(
    postgres_server: Server, tmp_path: Path, encoder_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a program of before made it; nothing is embedded again."""
    config = configure(postgres_server, tmp_path, encoder_folder)
    with monkeypatch.context() as before:
        before.setattr(schema, "VERSION", 1)
        build(config)
        expected = replace(Library.open(config).ask(QUESTION), elapsed_ms=0.0)
    with pytest.raises(IndexStaleError, match="written by an older version of Footnote"):
        Library.open(config)
    report = build(config)
    assert (report.added, report.updated, report.removed) == ((), (), ())
    assert replace(Library.open(config).ask(QUESTION), elapsed_ms=0.0) == expected
