"""Servers are asked one page at a time, and not while they want to be left alone."""

import pytest
from yarl import URL

from index.ingestion.fetching import FetchError
from index.ingestion.polite_fetching import PoliteFetcher
from tests.support.web_server import Reply, WebServer

TYPES = ("text/html",)


class Clock:
    """A clock that only sleeping moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_there_is_a_pause_between_two_requests_to_a_host(web: WebServer, clock: Clock) -> None:
    url = URL(web.put("/", "Bees"))
    fetcher = PoliteFetcher(["127.0.0.1", "localhost"], 1.0, clock.sleep, clock.monotonic)
    fetcher.fetch(url, TYPES)
    assert clock.slept == []
    fetcher.fetch(url.with_host("localhost"), TYPES)
    assert clock.slept == []
    fetcher.fetch(url, TYPES)
    assert clock.slept == [1.0]
    fetcher.pauses["127.0.0.1"] = 5.0
    fetcher.fetch(url, TYPES)
    assert clock.slept == [1.0, 5.0]


def test_a_server_that_asks_for_patience_is_asked_once_more(web: WebServer, clock: Clock) -> None:
    web.pages["/"] = Reply(status=429, headers={"Retry-After": "7"})

    def sleep(seconds: float) -> None:
        clock.sleep(seconds)
        web.put("/", "Bees")

    fetcher = PoliteFetcher(["127.0.0.1"], 1.0, sleep, clock.monotonic)
    assert fetcher.fetch(URL(f"{web.origin}/"), TYPES).body == b"Bees"
    assert clock.slept[0] == 7


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "3600"}])
def test_a_server_that_refuses_is_not_asked_again(
    headers: dict[str, str], web: WebServer, clock: Clock
) -> None:
    web.pages["/"] = Reply(status=429, headers=headers)
    fetcher = PoliteFetcher(["127.0.0.1"], 1.0, clock.sleep, clock.monotonic)
    for _ in range(3):
        with pytest.raises(FetchError, match="429"):
            fetcher.fetch(URL(f"{web.origin}/"), TYPES)
    assert web.asked == ["/"]
