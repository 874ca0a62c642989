"""Readable text of an HTML page, block by block, and the page's description of itself."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from index.articles.chat_html import add_messages, is_chat
from index.articles.decoding import decode
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description, make_description
from index.articles.html_blocks import add_blocks
from index.articles.html_main_text import keep_main_text, keep_visible
from index.articles.html_tree import Element, HtmlPage, parse, text_of

_DATES = (
    "article:published_time",
    "datepublished",
    "og:published_time",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "dcterms.date",
    "date",
    "pubdate",
)
_CHANGES = (
    "article:modified_time",
    "datemodified",
    "og:updated_time",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
)
_AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator", "parsely-author", "twitter:creator")
# "charset=utf-8" in a meta element, and "encoding='utf-8'" in an XML declaration
_ENCODING = re.compile(rb"(?:charset\s*=|<\?xml[^>]{0,200}\bencoding\s*=)\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_WHERE_ENCODING_STANDS = 4_096  # bytes
# " | " between the name of a page and that of its site
_BETWEEN_NAMES = re.compile(r"\s+[|·•»«/–—-]\s+|\s*::\s*|\s*\|\s*")
_BETWEEN_NAMES_AT_END = re.compile(rf"(?:{_BETWEEN_NAMES.pattern})\Z")


def read_html(data: bytes, url: str = "", encoding: str | None = None) -> Document:
    """Return the document in the data of a page; `url` and `encoding` are those that it came with, if it did.

    Raises UnreadableFileError for data that is not text.
    """
    declared = _ENCODING.search(data[:_WHERE_ENCODING_STANDS])
    page = parse(decode(data, encoding or (declared[1].decode("ascii") if declared else None)))
    builder = DocumentBuilder()
    description = _description(page)
    if is_chat(page.root):
        add_messages(builder, page.root)
    else:
        keep_main_text(page)
        add_blocks(builder, page.root, url or description.url or "")
    return builder.document(description)


def add_html(builder: DocumentBuilder, markup: str) -> None:
    """Append the blocks of a piece of HTML, without what nobody sees; all that is seen is text."""
    page = parse(markup)
    keep_visible(page)
    add_blocks(builder, page.root)


def _description(page: HtmlPage) -> Description:
    data = _structured_data(page)
    meta = page.meta
    by_property = _marked_up(page.root)
    headings = by_property.get("h1", [])
    author = next((meta[name] for name in _AUTHORS if "://" not in meta.get(name, "://")), None)
    description = make_description(
        {
            "title": _title(page, headings),
            "url": page.canonical or meta.get("og:url"),
            "published": next((meta[name] for name in _DATES if meta.get(name)), None)
            or data.get("published")
            or next(iter(by_property.get("datepublished", [])), None),
            "modified": next(filter(None, map(meta.get, _CHANGES)), None) or data.get("modified"),
            "author": author or data.get("author") or next(iter(by_property.get("author", [])), None),
        }
    )
    return replace(description, language=page.language.strip() or None)


def _title(page: HtmlPage, headings: list[str]) -> str | None:
    """Return the title of a page without the name of the site, if the two can be told apart."""
    titles = (" ".join(title.split()) for title in (page.meta.get("og:title", ""), page.title, *headings))
    title = next(filter(None, titles), None)
    if title is None:
        return None
    for heading in headings:  # "Bees - The Hive" above "Bees"
        if heading and title.startswith(heading) and _BETWEEN_NAMES.match(title, len(heading)):
            return heading
    site = " ".join(page.meta.get("og:site_name", "").split())
    name = title.removesuffix(site) if site else title
    between = _BETWEEN_NAMES_AT_END.search(name) if name != title else None
    return name[: between.start()] if between and between.start() else title


def _marked_up(root: Element) -> dict[str, list[str]]:
    """Return the texts of first-level headings (`h1`), and of what is marked up as an author or a date."""
    marked: dict[str, list[str]] = {}
    waiting = [root]
    while waiting:
        element = waiting.pop()
        waiting += reversed([child for child in element.children if isinstance(child, Element)])
        name = "h1" if element.tag == "h1" else element.get("itemprop").lower()
        if element.tag == "a" and "author" in element.get("rel").lower().split():
            name = "author"
        if name in ("author", "datepublished", "h1") and len(marked.setdefault(name, [])) < 10:
            text = element.get("datetime") or _without_mark(element)
            marked[name] += [text] if text else []
    return marked


def _without_mark(element: Element) -> str:
    """Return the text of an element without the mark of a link to it, the "¶" behind a heading."""
    text = text_of(element)
    for link in (child for child in element.elements() if child.tag == "a"):
        mark = text_of(link)
        if link.get("href").startswith("#") and not any(map(str.isalnum, mark)):
            text = text.removesuffix(mark).rstrip()
    return text


def _structured_data(page: HtmlPage) -> dict[str, str]:
    """Return the author and the dates in the page's JSON-LD."""
    found: dict[str, str] = {}
    for content in page.structured_data:
        try:
            for item in _objects(json.loads(content)):
                if published := item.get("datePublished"):
                    found.setdefault("published", str(published))
                if modified := item.get("dateModified"):
                    found.setdefault("modified", str(modified))
                if author := ", ".join(filter(None, map(_name, _listed(item.get("author"))))):
                    found.setdefault("author", author)
        except (ValueError, RecursionError):
            continue
    return found


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the objects at the top of JSON-LD: one, a list of them, or those of a graph."""
    for item in _listed(value):
        if isinstance(item, dict):
            yield item
            yield from (entry for entry in _listed(item.get("@graph")) if isinstance(entry, dict))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else value
    return name if isinstance(name, str) and "://" not in name else ""
