"""Web pages as articles: their main text as Markdown, below what is known of them; documents as they are."""

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from urllib.parse import unquote

from yarl import URL

from index.articles.decoding import decode
from index.articles.document import Document
from index.articles.file_formats import LARGE, read_document, unreadable
from index.articles.front_matter import front_matter, front_matter_values
from index.articles.html_text import read_html
from index.articles.sidecar import SUFFIX, read_sidecar
from index.errors import IngestionError
from index.ingestion.addresses import web_address
from index.ingestion.corpus_changes import IngestionResult, Outcome, add_article, describe, replace_article
from index.ingestion.fetching import HTML_TYPES, FetchResponse
from index.ingestion.markdown_writer import write_markdown
from index.ingestion.polite_fetching import PoliteFetcher
from index.ingestion.remaining_quota import RemainingQuota
from index.records import BlockKind

_DOCUMENTS = {"application/pdf": ".pdf", "text/plain": ".txt", "text/markdown": ".md"}
PAGE_TYPES = frozenset((*HTML_TYPES, *_DOCUMENTS))
"""Content types of what can be an article."""

_PAGE_SUFFIX = re.compile(r"\.(?:html?|xhtml|php|aspx?|jsp|md|txt|pdf)\Z", re.IGNORECASE)
_UNSAFE = re.compile(r"[^\w.,+@=-]+")
# The dot in the name of a folder "README.md", as an article may be called, too
_LIKE_A_FILE = re.compile(r"\.(?=(?:md|txt|pdf)\Z)", re.IGNORECASE)
_LONGEST_NAME = 120  # bytes of a part of a path
_MOST_FOLDERS = 20
FEED = "feed"
"""What is known of a page that did not come: the feed that its text is from."""
ASKED = "asked"
"""What is known of a page that another address led to: that address."""
_OF_ONE_ANSWER = ("etag", "last_modified", FEED)
_HTTP_DATE = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A fetched page as it is to be stored: its file below the corpus folder, and what is known of it.

    `text` is what the file holds; Markdown has `facts` above it, other formats in a file beside it.
    """

    file: str
    text: bytes
    facts: Mapping[str, str]

    @property
    def content(self) -> bytes:
        """What the file holds, with the facts if they stand in it."""
        return front_matter(self.facts).encode() + b"\n" + self.text if self._is_markdown else self.text

    @property
    def description(self) -> Mapping[str, str] | None:
        """What the file beside it holds, None if there is none."""
        return None if self._is_markdown else self.facts

    @property
    def _is_markdown(self) -> bool:
        return self.file.endswith(".md")


def add_page(
    corpus: Path,
    address: str,
    fetcher: PoliteFetcher,
    base: URL | None = None,
    quota: RemainingQuota | None = None,
) -> IngestionResult:
    """Fetch a page and add it, or bring its article up to date; `address` may be relative to `base`.

    Raises FetchError, IngestionError, UnreadableFileError, OSError, and QuotaError beyond the `quota`.
    """
    url = web_address(address, base)
    return store_page(corpus, address, make_page(fetcher.fetch(url, PAGE_TYPES), asked=url), quota=quota)


def store_page(
    corpus: Path, source: str, page: FetchedPage, *, moved: bool = False, quota: RemainingQuota | None = None
) -> IngestionResult:
    """Store a fetched page; `source` is what it is called in a report.

    If another page has its place, it gets another, unless that one may have `moved` to its address. An
    article that a person changed stays as it is: raises IngestionError, and what `add_page` raises.
    """
    path = corpus / page.file
    if not path.exists():
        try:
            return add_article(corpus, source, page.file, page.content, page.description, quota)
        except IngestionError:
            if not path.exists():
                raise
        # Another process added it meanwhile.
    facts, digest = read_facts(path)
    if "fetched" not in facts:
        raise IngestionError(f"{page.file} is in the corpus already, and was not fetched")
    if digest == page.facts["sha256"]:
        if facts.get("sha256") != digest:  # its facts were not written, for a kill
            describe(path, page.description)
        return IngestionResult(
            source, Outcome.UNCHANGED, page.file, facts.get("title", ""), facts.get("url"), None, ""
        )
    if not moved and _path(facts.get("url", "")) != _path(page.facts["url"]):
        page = replace(page, file=_with_digest(page.file, page.facts["url"]))
        return store_page(corpus, source, page, quota=quota)
    if digest != facts.get("sha256"):
        raise IngestionError(f"{page.file} was changed by hand: it stays as it is")
    stated = {name: value for name, value in page.facts.items() if value or name in _OF_ONE_ANSWER}
    page = replace(page, facts={**facts, **stated})  # what a person added stays
    return replace_article(corpus, source, page.file, page.content, page.description, quota)


def make_page(fetched: FetchResponse, feed: URL | None = None, asked: URL | None = None) -> FetchedPage:
    """Return a page that was `asked` for, or what a `feed` says in its place, as it is to be stored.

    Raises UnreadableFileError.
    """
    url = fetched.url
    suffix = _DOCUMENTS.get(fetched.content_type, ".md")
    if fetched.content_type in HTML_TYPES:
        text, facts = _main_text(fetched)
    elif suffix == ".md":
        values, shown = front_matter_values(decode(fetched.body, fetched.charset))
        text, facts = shown.encode(), {key: values.get(key, "") for key in ("title", "author", "published")}
    elif suffix == ".txt":  # which cannot say its own encoding, as the server did
        text, facts = decode(fetched.body, fetched.charset).encode(), {}
    else:
        text, facts = fetched.body, {}
    facts = {"url": str(url)} | facts
    facts |= {
        "fetched": datetime.now(UTC).strftime(_HTTP_DATE),
        FEED: str(feed or ""),
        ASKED: str(asked or "") if asked != url else "",
        "etag": _etag(fetched.etag),
        "last_modified": _iso_date(fetched.last_modified),
        "sha256": text_sha256(text) if suffix == ".md" else sha256(text).hexdigest(),
    }
    return FetchedPage(file_of(url, suffix), text, facts)


def _main_text(fetched: FetchResponse) -> tuple[bytes, dict[str, str]]:
    """Return the main text of an HTML page as Markdown, and what the page says about itself."""
    try:
        document = _read(fetched)
        text = write_markdown(document).encode()
    except Exception as error:  # whatever a page does to a parser: it must not stop the others
        raise unreadable(error) from error
    about = document.description
    title = about.title or ""
    headings = (block for block in document.blocks if block.kind is BlockKind.HEADING)
    first = next((document.text[block.start : block.end] for block in headings), "")
    if title.startswith(first) and not title[len(first) : len(first) + 1].isalnum():
        title = first or title  # "Sirens — The Tidewatch manual" above "Sirens"
    return text, {
        "url": _canonical(fetched.url, about.url),
        "title": title,
        "author": about.author or "",
        "published": about.published or "",
        "language": about.language or "",
    }


def _read(fetched: FetchResponse) -> Document:
    """Read an HTML page; a large one in a process of its own, within limits, without its relative links."""
    if len(fetched.body) < LARGE:
        return read_html(fetched.body, str(fetched.url), fetched.charset)
    body = fetched.body
    if fetched.charset:  # a file has only its own beginning to say so
        body = codecs.BOM_UTF8 + decode(body, fetched.charset).encode()
    with TemporaryDirectory() as folder:
        path = Path(folder, "page.html")
        path.write_bytes(body)
        return read_document(path)


def read_facts(path: Path) -> tuple[dict[str, str], str]:
    """Return what is known of a fetched article, and the digest of its text. Raises OSError.

    Without a readable description, nothing is known. The digest is "" if the front matter holds more than
    values as `front_matter` writes them, such as a comment or a list: a person's work.
    """
    content = path.read_bytes()
    sidecar = path.with_name(path.name + SUFFIX)
    values: Mapping[str, object] = {}
    by_hand = False
    if path.suffix == ".md":
        stated, text = front_matter_values(content.decode("utf-8", "replace"))
        by_hand = not content.startswith(front_matter(stated).encode())
        values, content = stated, text.encode()
    if sidecar.exists():
        try:
            values = {**values, **read_sidecar(sidecar)}
        except ValueError:
            values = {}
    digest = text_sha256(content) if path.suffix == ".md" else sha256(content).hexdigest()
    digest = "" if by_hand else digest
    return {str(key): value for key, value in values.items() if isinstance(value, str)}, digest


def conditions(facts: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that ask for a page only if it has changed."""
    headers = {"If-None-Match": _etag(facts.get("etag", ""))}
    if modified := facts.get("last_modified"):
        try:
            date = datetime.strptime(modified, _HTTP_DATE).replace(tzinfo=UTC)
            headers["If-Modified-Since"] = format_datetime(date, usegmt=True)
        except ValueError:
            pass
    return {name: value for name, value in headers.items() if value}


def file_of(url: URL, suffix: str) -> str:
    """Return the place of a page below the corpus folder: host, path and query, as names of files."""
    host = (url.host or "").lower().replace(":", "-") + (f"-{url.port}" if not url.is_default_port() else "")
    shown = unquote(url.raw_path).lstrip("/")
    if not shown or shown.endswith("/"):
        shown += "index"
    shown = _PAGE_SUFFIX.sub("", shown)
    if url.raw_query_string:
        shown += f"?{unquote(url.raw_query_string)}"
    *folders, last = shown.split("/")
    folders = [_LIKE_A_FILE.sub("-", file_name(folder)) for folder in folders[:_MOST_FOLDERS]]
    name = "/".join((*folders, file_name(last)))
    file = (PurePosixPath(host) / f"{name}{suffix}").as_posix()
    return file if name == shown else _with_digest(file, str(url))


def _with_digest(file: str, url: str) -> str:
    """Return a place that no other address has."""
    path = PurePosixPath(file)
    return path.with_stem(f"{path.stem}-{sha256(url.encode()).hexdigest()[:8]}").as_posix()


def says_fetched(content: bytes) -> bool:
    """Tell whether an article says above its text that it was fetched."""
    return "fetched" in front_matter_values(content.decode("utf-8", "replace"))[0]


def file_name(part: str) -> str:
    """Return a part of a path without what a file system may object to."""
    name = _UNSAFE.sub("-", part).encode()[:_LONGEST_NAME].decode(errors="ignore")
    return name.strip(".-") or "-"


def text_sha256(text: bytes) -> str:
    """Return the digest of a text without the white space around it."""
    return sha256(text.strip()).hexdigest()


def _canonical(url: URL, stated: str | None) -> str:
    """Return the address that the page names as its own, if it is the same without what comes after a "?"."""
    try:
        canonical = web_address(stated or "", url)
    except IngestionError:
        return str(url)
    same = (canonical.host, canonical.raw_path) == (url.host, url.raw_path) and not canonical.raw_query_string
    return str(canonical) if same else str(url)


def _etag(text: str) -> str:
    """Return the tag of a version, "" for what cannot be sent: anyone may have written it."""
    return text if text.isascii() and text.isprintable() else ""


def _path(address: str) -> str:
    """Return the path of an address, "" for what is no address: anyone may have written it."""
    try:
        return web_address(address).raw_path
    except IngestionError:
        return ""


def _iso_date(http_date: str) -> str:
    try:
        return parsedate_to_datetime(http_date).astimezone(UTC).strftime(_HTTP_DATE)
    except (ValueError, TypeError, OverflowError):
        return ""
