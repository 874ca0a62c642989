"""Pages of a host one after the other, with a pause in between, and none if the server refuses."""

import time
from collections.abc import Callable, Collection, Mapping

from yarl import URL

from index.ingestion.fetching import FetchError, FetchResponse, fetch

PAUSE = 1.0
"""Seconds between two requests to one host."""
LONGEST_WAIT = 60.0
"""Seconds that a server may ask to wait for; one that asks for more is not asked again."""

_LATER = (429, 503)


class PoliteFetcher:
    """Fetches one page at a time, and keeps what each host asked for.

    `clock` tells the time that `sleep` spends, in seconds.
    """

    def __init__(
        self,
        allow_hosts: Collection[str] = (),
        pause: float | None = None,
        sleep: Callable[[float], object] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.allow_hosts = allow_hosts
        self.pauses: dict[str | None, float] = {}
        """Seconds between two requests, for hosts that want more than `pause`."""
        self._pause = PAUSE if pause is None else pause
        self._sleep = sleep
        self._clock = clock
        self._asked: dict[str | None, float] = {}
        self._refused: dict[str | None, FetchError] = {}

    def fetch(
        self, url: URL, types: Collection[str], headers: Mapping[str, str] | None = None
    ) -> FetchResponse:
        """Fetch a page as `fetching.fetch` does, in its turn; once more if the server asks for patience."""
        if refused := self._refused.get(url.host):
            raise refused
        try:
            return self._fetch(url, types, headers)
        except FetchError as error:
            if error.status not in _LATER:
                raise
            if error.retry_after is not None and error.retry_after <= LONGEST_WAIT:
                self._sleep(error.retry_after)
                return self._fetch(url, types, headers)
            self._refused[url.host] = FetchError(
                f"not asked: the server answered {error.status} before", error.status, error.retry_after
            )
            raise

    def _fetch(self, url: URL, types: Collection[str], headers: Mapping[str, str] | None) -> FetchResponse:
        pause = max(self._pause, self.pauses.get(url.host, 0.0))
        if (since := self._asked.get(url.host)) is not None:
            self._sleep(max(0.0, since + pause - self._clock()))
        try:
            return fetch(url, types, self.allow_hosts, headers)
        finally:
            self._asked[url.host] = self._clock()
