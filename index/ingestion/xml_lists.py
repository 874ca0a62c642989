"""Lists of pages in XML: sitemaps, indexes of sitemaps, and feeds (RSS and Atom), broken ones, too."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from itertools import islice

from lxml import etree

from index.ingestion.fetching import MOST_BYTES

XML_TYPES = frozenset(
    f"{kind}/{name}"
    for kind in ("application", "text")
    for name in ("xml", "rss+xml", "atom+xml", "rdf+xml", "gzip", "x-gzip", "octet-stream", "plain")
)
"""Content types that sitemaps and feeds are served as."""

_FULL_TEXT = ("encoded", "content")  # of RSS and of Atom; a summary or description may be a few words
# Namespaces of these; that of media has a "content", too, which is a picture
_TEXT_NAMESPACES = (
    None,
    "http://purl.org/rss/1.0/modules/content/",
    "http://www.w3.org/2005/Atom",
    "http://purl.org/atom/ns#",
)
_GZIP = b"\x1f\x8b"
_ENTRIES = ("item", "entry")


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed: the address of its page, its title, and its whole text as HTML, "" without one."""

    address: str
    title: str
    text: str


def sitemap_entries(data: bytes, most_bytes: int = MOST_BYTES) -> tuple[list[str], list[str]]:
    """Return the addresses of pages in a sitemap, and those of further sitemaps in an index of them.

    Of a compressed one, the first `most_bytes` are read.
    """
    pages: list[str] = []
    sitemaps: list[str] = []
    for element in _elements(data, most_bytes):
        parent = element.getparent()
        if _name(element) == "loc" and parent is not None and element.text:
            (sitemaps if _name(parent) == "sitemap" else pages).append(element.text.strip())
    return pages, sitemaps


def feed_entries(data: bytes) -> list[FeedEntry]:
    """Return the entries of a feed that have an address, in its order, each address once."""
    children: dict[etree._Element, str] = {}
    others: dict[etree._Element, str] = {}  # below other elements, which only counts in a broken feed
    titles: dict[etree._Element, str] = {}
    texts: dict[etree._Element, str] = {}
    entries = []
    for element in _elements(data):
        name, parent = _name(element), element.getparent()
        if name in _ENTRIES:
            entries.append(element)
        elif name == "link" and element.get("rel", "alternate") == "alternate":
            address = (element.get("href") or element.text or "").strip()
            if address and (entry := next(_entries_above(element), None)) is not None:
                links = children if entry is parent else others
                links.setdefault(entry, address)
        elif parent is not None and _name(parent) in _ENTRIES:
            if name == "title":
                titles.setdefault(parent, " ".join((element.text or "").split()))
            elif parent not in texts and _is_full_text(element) and (text := _html(element).strip()):
                texts[parent] = text
    found: dict[str, FeedEntry] = {}
    for entry in entries:
        url = children.get(entry) or others.get(entry)
        if url and url not in found:
            found[url] = FeedEntry(url, titles.get(entry, ""), texts.get(entry, ""))
    return list(found.values())


def _is_full_text(element: etree._Element) -> bool:
    """Tell whether an element has the text of its entry, which is in no other, so that none counts twice."""
    name = etree.QName(element)
    if name.localname not in _FULL_TEXT or name.namespace not in _TEXT_NAMESPACES:
        return False
    return next(islice(_entries_above(element), 1, None), None) is None


def _entries_above(element: etree._Element) -> Iterator[etree._Element]:
    return (each for each in element.iterancestors(etree.Element) if _name(each) in _ENTRIES)


def _html(element: etree._Element) -> str:
    """Return the text of an entry as HTML: escaped, plain, or as elements (`type="xhtml"`)."""
    kind = element.get("type", "html" if _name(element) == "encoded" else "text")
    if kind in ("xhtml", "application/xhtml+xml"):
        return "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)
    text = (element.text or "").strip()
    return text if kind in ("html", "text/html") else escape(text)


def _elements(data: bytes, most_bytes: int = MOST_BYTES) -> Iterator[etree._Element]:
    """Yield the elements of a file, as far as it can be read; nothing outside of it is."""
    if data.startswith(_GZIP):
        data = _decompressed(data, most_bytes)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data.strip(), parser)
    except etree.XMLSyntaxError:  # there is nothing to recover
        return
    if root is not None:
        yield from root.iter(etree.Element)


def _decompressed(data: bytes, most_bytes: int) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, most_bytes)
    except zlib.error:
        return b""


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
