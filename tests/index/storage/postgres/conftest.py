"""A database with a few articles whose vectors are made of their words."""

from collections.abc import Iterator

import pytest

from index.storage.postgres.database import Database
from tests.support.stored_articles import TEXTS, publish


@pytest.fixture
def store(database_url: str) -> Iterator[Database]:
    """Return a database with the articles of TEXTS, to change."""
    store = Database(database_url, wait=5)
    publish(store, TEXTS)
    yield store
    store.close()
