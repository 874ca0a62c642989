"""Writing a catalog: all of it, or an error."""

from pathlib import Path

import pytest

from index.errors import IndexDamagedError
from index.records import Article
from index.storage import catalog
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter

FIRST = Article("first", "One", "Up. Down. Left.", "first.txt")


def test_a_failed_write_commits_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), CatalogWriter(tmp_path) as writer:
        writer.add(FIRST, [], [])
        raise ZeroDivisionError
    with pytest.raises(IndexDamagedError):
        Catalog(tmp_path)


def test_whatever_sqlite_refuses_is_an_error_of_writing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=catalog.CATALOG_FILE):
        CatalogWriter(tmp_path / "none")
    with pytest.raises(OSError, match=catalog.CATALOG_FILE), CatalogWriter(tmp_path) as writer:
        writer.add(FIRST, [], [])
        writer.add(FIRST, [], [])  # two of one name
    (tmp_path / catalog.CATALOG_FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(OSError, match=catalog.CATALOG_FILE):
        CatalogWriter(tmp_path)
