"""Entries of a feed as articles: their pages, or what the feed says in full of pages that do not come."""

from html import escape
from pathlib import Path

from yarl import URL

from index.articles.corpus import CorpusFile, corpus_files
from index.errors import IngestionError, Reason, UnreadableFileError
from index.ingestion.addresses import web_address
from index.ingestion.corpus_changes import IngestionResult
from index.ingestion.fetching import FetchResponse
from index.ingestion.pages import ASKED, FEED, PAGE_TYPES, FetchedPage, make_page, read_facts, store_page
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.xml_lists import FeedEntry


def add_entry(corpus: Path, entry: FeedEntry, fetcher: PoliteFetcher, feed: URL) -> IngestionResult:
    """Add the page of an entry of the feed at that address, or bring its article up to date.

    If the page does not come, or holds no words, the entry's own text takes its place, but never that of a
    page that came before. Raises what `pages.add_page` raises.
    """
    url = web_address(entry.address, feed)
    try:
        page = make_page(fetcher.fetch(url, PAGE_TYPES), asked=url)
    except (IngestionError, UnreadableFileError) as error:
        if not entry.text or error.reason is Reason.HOST_NOT_PUBLIC:
            raise
        page = _page_of(entry, url, feed)
        if _came_before(corpus, page.file, str(url)):
            raise
    return store_page(corpus, entry.address, page)


def _came_before(corpus: Path, file: str, address: str) -> bool:
    """Tell whether a page came from an address before: as that file, or as that of where it led."""
    path = corpus / file
    if path.exists():
        return FEED not in read_facts(path)[0]
    files = corpus_files(corpus) if corpus.exists() else []
    return any(_was_asked(each, address) for each in files)


def _was_asked(file: CorpusFile, address: str) -> bool:
    """Tell whether an article is of a page that an address led to."""
    if file.sidecar is None and file.path.suffix != ".md":
        return False
    try:
        stated = (file.sidecar or file.path).read_bytes()
        # Most are passed over without parsing what they say.
        return address.encode() in stated and read_facts(file.path)[0].get(ASKED) == address
    except OSError:
        return False


def _page_of(entry: FeedEntry, url: URL, feed: URL) -> FetchedPage:
    """Return an entry's own text as a page. Raises UnreadableFileError if it has no words."""
    title = escape(entry.title)
    html = f"<title>{title}</title><body><article><h1>{title}</h1>{entry.text}</article></body>"
    return make_page(FetchResponse(url, 200, html.encode(), "text/html", "utf-8", "", ""), feed)
