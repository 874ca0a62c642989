"""Pages fetched from the web: from public machines alone, within limits of size and time, without cookies."""

import re
import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import urllib3
from urllib3 import exceptions
from yarl import URL

from index.errors import IngestionError
from index.ingestion.addresses import is_allowed, resolve, web_address

MOST_BYTES = 20 * 2**20
"""Bytes of the largest page, decompressed."""
MOST_SECONDS = 30.0
"""Seconds that a page may take, from its address to its last byte."""
MOST_REDIRECTS = 5

AGENT = "Footnote"
"""What the program calls itself to servers, and looks for in their robots.txt."""

HTML_TYPES = frozenset(("text/html", "application/xhtml+xml"))
_SILENCE = 10.0  # seconds without a byte
_REDIRECTS = (301, 302, 303, 307, 308)
_CHUNK = 2**16
# The encoding in "text/html; charset=utf-8"
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)


class FetchError(IngestionError):
    """A page does not come; `status` is HTTP's, 0 if there was no answer, `retry_after` in seconds."""

    def __init__(self, message: str, status: int = 0, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class FetchResponse:
    """What came from `url`, after redirects; a `status` of 304 says that the page has not changed."""

    url: URL
    status: int
    body: bytes
    content_type: str
    charset: str | None
    etag: str
    last_modified: str


@dataclass(frozen=True, slots=True)
class FetchLimits:
    """How large a page may be, in bytes after decompression, and how many seconds it may take."""

    bytes: int = MOST_BYTES
    seconds: float = MOST_SECONDS


_USUAL_LIMITS = FetchLimits()


def fetch(
    url: URL,
    types: Collection[str] | None,
    allow_hosts: Collection[str] = (),
    headers: Mapping[str, str] | None = None,
    limits: FetchLimits = _USUAL_LIMITS,
) -> FetchResponse:
    """Fetch a page of one of the content `types`, None for any; `allow_hosts` need not be public.

    Raises FetchError if it does not come, or not within the limits, and IngestionError for an address that
    is not to be asked, itself or after a redirect.
    """
    outcome: list[FetchResponse | Exception] = []
    timer = _Timer(limits.seconds)

    def work() -> None:
        try:
            outcome.append(_follow(url, types, allow_hosts, headers or {}, limits, timer))
        except Exception as error:
            outcome.append(error)

    # A server may send a byte now and then, and a name server be silent: nothing but waiting has an end.
    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(limits.seconds)
    result = outcome[0] if outcome else timer.error
    if isinstance(result, Exception):
        raise result
    return result


def _follow(
    url: URL,
    types: Collection[str] | None,
    allow_hosts: Collection[str],
    headers: Mapping[str, str],
    limits: FetchLimits,
    timer: "_Timer",
) -> FetchResponse:
    if not is_allowed(url, allow_hosts):
        allow_hosts = ()  # no page on the internet leads to an intranet
    for _ in range(MOST_REDIRECTS + 1):
        response = _request(url, resolve(url, allow_hosts), headers, timer)
        try:
            location = response.headers.get("Location")
            if response.status in _REDIRECTS and location:
                url = web_address(location, url)
                continue
            good = (200, 304) if headers else (200,)
            return _read(url, response, types, good, limits.bytes, timer)
        except (exceptions.HTTPError, ValueError) as error:  # ValueError: a chunk of -1 bytes
            raise FetchError(_reason(error)) from None
        finally:
            response.close()
    raise FetchError(f"redirects more than {MOST_REDIRECTS} times")


def _request(
    url: URL, addresses: list[str], headers: Mapping[str, str], timer: "_Timer"
) -> urllib3.BaseHTTPResponse:
    """Send a request to the first of the network addresses that can be connected to."""
    sent = {"Host": url.host_port_subcomponent or "", "User-Agent": AGENT, "Accept-Encoding": "gzip"}
    failure = "has no address"
    for address in addresses:
        timeout = urllib3.Timeout(connect=_SILENCE, read=_SILENCE)
        pool = (
            urllib3.HTTPSConnectionPool(address, url.port, timeout=timeout, server_hostname=url.raw_host)
            if url.scheme == "https"
            else urllib3.HTTPConnectionPool(address, url.port, timeout=timeout)
        )
        try:
            return pool.urlopen(
                "GET",
                url.raw_path_qs,
                headers={**sent, **headers},
                retries=False,
                redirect=False,
                assert_same_host=False,
                preload_content=False,
            )
        except exceptions.HTTPError as error:
            failure = _reason(error)
        timer.check()
    raise FetchError(failure)


def _read(
    url: URL,
    response: urllib3.BaseHTTPResponse,
    types: Collection[str] | None,
    good: Collection[int],
    most_bytes: int,
    timer: "_Timer",
) -> FetchResponse:
    header = response.headers.get("Content-Type", "")
    kind = header.partition(";")[0].strip().lower()
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if response.status not in good:
        wait = response.headers.get("Retry-After", "")
        raise FetchError(
            f"the server answers {response.status} {response.reason or ''}".rstrip(),
            response.status,
            float(wait) if wait.isascii() and wait.isdigit() else None,
        )
    if response.status == 200 and types is not None and kind not in types:
        raise FetchError(f"is of the type {kind or 'unknown'}, which is not read")
    if encoding not in ("identity", "gzip", "x-gzip", "deflate"):
        raise FetchError(f"is compressed with {encoding}, which was not asked for")
    body = bytearray()
    for chunk in response.stream(_CHUNK):  # decompresses no more than that at a time
        body += chunk
        if len(body) > most_bytes:
            raise FetchError(f"is larger than {most_bytes // 2**20} MB")
        timer.check()
    charset = _CHARSET.search(header)
    return FetchResponse(
        url,
        response.status,
        bytes(body),
        kind,
        charset[1] if charset else None,
        response.headers.get("ETag", ""),
        response.headers.get("Last-Modified", ""),
    )


class _Timer:
    """Counts the seconds that a page may take."""

    def __init__(self, seconds: float) -> None:
        self.error = FetchError(f"takes longer than {seconds:g} s")
        self._deadline = time.monotonic() + seconds

    def check(self) -> None:
        """Raise FetchError if they are over."""
        if time.monotonic() > self._deadline:
            raise self.error


def _reason(error: Exception) -> str:
    """Say in a clause why there is no answer."""
    if isinstance(error, exceptions.SSLError):
        return "its server has no valid certificate"
    if isinstance(error, exceptions.NewConnectionError):
        return "its server cannot be reached"
    if isinstance(error, exceptions.TimeoutError):
        return "its server does not answer in time"
    return "its server broke off"
