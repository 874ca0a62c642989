"""A web server for the tests of what is fetched."""

from collections.abc import Iterator

import pytest

from tests.support.web_server import WebServer, web_server


@pytest.fixture
def web() -> Iterator[WebServer]:
    """Return a web server on this machine."""
    with web_server() as server:
        yield server
