"""Lists of pages in XML: sitemaps, indexes of sitemaps, and feeds (RSS and Atom), broken ones, too."""

import zlib
from collections.abc import Iterator

from lxml import etree

from index.ingestion.fetching import MOST_BYTES

XML_TYPES = frozenset(
    f"{kind}/{name}"
    for kind in ("application", "text")
    for name in ("xml", "rss+xml", "atom+xml", "rdf+xml", "gzip", "x-gzip", "octet-stream", "plain")
)
"""Content types that sitemaps and feeds are served as."""

_GZIP = b"\x1f\x8b"
_ENTRIES = ("item", "entry")


def sitemap_entries(data: bytes) -> tuple[list[str], list[str]]:
    """Return the addresses of pages in a sitemap, and those of further sitemaps in an index of them."""
    pages: list[str] = []
    sitemaps: list[str] = []
    for element in _elements(data):
        parent = element.getparent()
        if _name(element) == "loc" and parent is not None and element.text:
            (sitemaps if _name(parent) == "sitemap" else pages).append(element.text.strip())
    return pages, sitemaps


def feed_entries(data: bytes) -> list[str]:
    """Return the addresses of the entries of a feed, in its order."""
    children: dict[etree._Element, str] = {}
    others: dict[etree._Element, str] = {}  # below other elements, which only counts in a broken feed
    entries = []
    for element in _elements(data):
        if _name(element) in _ENTRIES:
            entries.append(element)
        elif _name(element) == "link" and element.get("rel", "alternate") == "alternate":
            address = (element.get("href") or element.text or "").strip()
            above = (each for each in element.iterancestors(etree.Element) if _name(each) in _ENTRIES)
            if address and (entry := next(above, None)) is not None:
                links = children if entry is element.getparent() else others
                links.setdefault(entry, address)
    found = (children.get(entry) or others.get(entry) for entry in entries)
    return list(dict.fromkeys(filter(None, found)))


def _elements(data: bytes) -> Iterator[etree._Element]:
    """Yield the elements of a file, as far as it can be read; nothing outside of it is."""
    if data.startswith(_GZIP):
        data = _decompressed(data)
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(data.strip(), parser)
    except etree.XMLSyntaxError:  # there is nothing to recover
        return
    if root is not None:
        yield from root.iter(etree.Element)


def _decompressed(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES)
    except zlib.error:
        return b""


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname
