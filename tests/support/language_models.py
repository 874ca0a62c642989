"""Fixture of the fake language models: a request that is not as it should be fails the test."""

from collections.abc import Iterator

import pytest

from tests.fake_language_models import FakeLanguageModels


@pytest.fixture
def language_models() -> Iterator[FakeLanguageModels]:
    """Return a running server with the model llama3.2."""
    with FakeLanguageModels("llama3.2:latest") as server:
        yield server
    assert server.problems == []
