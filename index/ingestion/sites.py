"""Pages of a site: by its sitemap, or by following links, as far as its robots.txt allows."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from lxml import html
from lxml.etree import ParserError
from protego import Protego
from yarl import URL

from index.errors import IngestionError
from index.ingestion.addresses import web_address
from index.ingestion.fetching import AGENT, HTML_TYPES, FetchError, FetchResponse
from index.ingestion.pages import PAGE_TYPES
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.xml_lists import XML_TYPES, sitemap_entries

_ROBOTS_TYPES = frozenset(("text/plain", *HTML_TYPES))
# The end of "/manual/index.html", but not of "/manual/v1.2"
_FILE = re.compile(r"\.(?:[sx]?html?|aspx?|cfm|cgi|jspx?|md|pdf|php\d?|pl|rst|txt|xml)\Z", re.IGNORECASE)
_MOST_SITEMAPS = 50
MOST_ADDRESSES = 50_000
"""Addresses that are read of one page or sitemap; no sitemap may have more."""
LONGEST_ROBOTS = 512 * 1024
"""Bytes that are read of a robots.txt; by RFC 9309, it is 500 KiB at least."""
_LONGEST_DELAY = 30.0  # seconds between two pages that a robots.txt may ask for


@dataclass(frozen=True, slots=True)
class Scope:
    """Which pages of a site are meant: below `start`, at most `limit`, by at most `depth` links.

    `include` and `exclude` are patterns of paths or whole addresses, with `*` and `?`.
    """

    start: URL
    limit: int
    depth: int
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def covers(self, url: URL) -> bool:
        """Tell whether a page is below the start, and among those included."""
        return self.is_below(url) and self._chosen(url)

    def is_below(self, url: URL) -> bool:
        """Tell whether a page is on the host of the start and below its folder."""
        folder = self.start.path
        if _FILE.search(folder):
            folder = folder.rpartition("/")[0]
        folder = folder.rstrip("/")
        return url.origin() == self.start.origin() and (
            url.path == folder or url.path.startswith(f"{folder}/")
        )

    def _chosen(self, url: URL) -> bool:
        def matches(patterns: tuple[str, ...]) -> bool:
            return any(fnmatchcase(url.path, each) or fnmatchcase(str(url), each) for each in patterns)

        return (not self.include or matches(self.include)) and not matches(self.exclude)


class Site:
    """The pages of a site, found while they are fetched; `skipped` are those that robots.txt forbids.

    Raises IngestionError and FetchError if its robots.txt cannot be read, or forbids the start.
    """

    def __init__(
        self,
        scope: Scope,
        fetcher: PoliteFetcher,
        *,
        most_addresses: int = MOST_ADDRESSES,
        longest_robots: int = LONGEST_ROBOTS,
    ) -> None:
        self.scope = scope
        self._most_addresses = most_addresses
        self._longest_robots = longest_robots
        self.skipped: list[str] = []
        self._fetcher = fetcher
        self._robots = self._read_robots()
        if not self._allowed(scope.start):
            raise IngestionError("its robots.txt forbids it")
        if delay := self._robots.crawl_delay(AGENT):
            fetcher.pauses[scope.start.host] = min(float(delay), _LONGEST_DELAY)
        listed = [url for url in self._sitemap() if scope.covers(url)]
        self.follows_links = not listed
        """Whether there is no sitemap, so that pages are found by links."""
        self._waiting = deque((url, 0) for url in listed or [scope.start])
        self._seen = {url for url, _ in self._waiting}
        self._depths: dict[URL, int] = {}
        self.found = 0
        """Pages that were found so far."""

    @property
    def expected(self) -> int:
        """Pages that are expected as far as is known."""
        return min(self.scope.limit, self.found + len(self._waiting))

    def pages(self) -> Iterator[URL]:
        """Yield the pages. Those found by links are only found if `fetch` is called for each one before."""
        while self._waiting and self.found < self.scope.limit:
            url, depth = self._waiting.popleft()
            if not self._allowed(url):
                self.skipped.append(str(url))
                continue
            self._depths[url] = depth
            if not self.scope.covers(url):
                self.fetch(url)  # the start, which is only wanted for its links
                continue
            self.found += 1
            yield url

    def fetch(self, url: URL) -> FetchResponse:
        """Fetch one of the pages, and find those that it links to. Raises FetchError and IngestionError."""
        fetched = self._fetcher.fetch(url, PAGE_TYPES)
        if not self.scope.is_below(fetched.url):
            raise IngestionError(f"leads out of the site, to {fetched.url.with_query(None)}")
        self._seen.add(fetched.url)
        depth = self._depths[url]
        if self.follows_links and depth < self.scope.depth and fetched.content_type in HTML_TYPES:
            for linked in _links(fetched, self._most_addresses):
                if linked not in self._seen and self.scope.covers(linked):
                    self._seen.add(linked)
                    self._waiting.append((linked, depth + 1))
        return fetched

    def _allowed(self, url: URL) -> bool:
        return self._robots.can_fetch(str(url), AGENT)

    def _read_robots(self) -> Protego:
        """Read the robots.txt; without one, or with a page in its place, all is allowed."""
        try:
            fetched = self._fetcher.fetch(self.scope.start.origin() / "robots.txt", _ROBOTS_TYPES)
        except FetchError as error:
            if not 400 <= error.status < 500 or error.status == 429:
                raise
            return Protego.parse("")
        if fetched.content_type != "text/plain":
            return Protego.parse("")
        return Protego.parse(fetched.body[: self._longest_robots].decode("utf-8", "replace"))

    def _sitemap(self) -> list[URL]:
        """Return the pages in the sitemaps that robots.txt names, or in the one at the usual place."""
        waiting = deque(self._robots.sitemaps) or deque([str(self.scope.start.origin() / "sitemap.xml")])
        asked: set[str] = set()
        pages: dict[URL, None] = {}
        while waiting and len(asked) < _MOST_SITEMAPS and len(pages) < 10 * self.scope.limit:
            address = waiting.popleft()
            if address in asked:
                continue
            asked.add(address)
            try:
                fetched = self._fetcher.fetch(web_address(address, self.scope.start), XML_TYPES)
            except IngestionError:
                continue
            entries, further = sitemap_entries(fetched.body)
            waiting += further
            pages |= dict.fromkeys(_web_addresses(entries[: self._most_addresses], fetched.url))
        return list(pages)


def _links(fetched: FetchResponse, most: int) -> list[URL]:
    """Return the first `most` addresses that a page links to."""
    try:
        tree = html.fromstring(fetched.body)
    except (ParserError, ValueError):
        return []
    base = tree.find(".//base")
    named = _web_addresses([base.get("href") or ""], fetched.url) if base is not None else []
    links = [link.get("href") or "" for link in tree.iter("a") if link.get("download") is None]
    return _web_addresses(links[:most], named[0] if named else fetched.url)


def _web_addresses(texts: list[str], base: URL) -> list[URL]:
    """Return those of some texts that are web addresses, relative to `base`."""
    found = []
    for text in texts:
        try:
            found.append(web_address(text, base))
        except IngestionError:
            continue
    return found
