"""Readable text of an HTML page, block by block, and the page's description of itself."""

import re
import warnings
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from bs4.element import NavigableString, PreformattedString

from index.articles.decoding import decode
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import Description, make_description
from index.records import BlockKind

_UNREAD = frozenset(
    "head title script style nav template noscript svg math iframe object canvas audio video select textarea "
    "button".split()
)
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol option p pre section "
    "summary table tbody tfoot thead tr ul".split()
)
_DATES = ("article:published_time", "datepublished", "date")
_CELLS = frozenset(("td", "th"))
_SPANNING = re.compile(r"<!--|<script\b|<style\b", re.IGNORECASE)
_CLOSING = {
    "<!--": re.compile("-->"),
    "<script": re.compile(r"</script\b", re.IGNORECASE),
    "<style": re.compile(r"</style\b", re.IGNORECASE),
}
_SPACE = re.compile(r"\s+")
_AROUND_NEWLINE = re.compile(r" *\n *")


def read_html(data: bytes) -> Document:
    """Return the document in the data of a page. Raises UnreadableFileError for data that is not text."""
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about XML read as HTML, and about text that looks like an address
        page = BeautifulSoup(_parsable(decode(data, declared)), "html.parser")
    builder = DocumentBuilder()
    for block in _blocks(page):
        builder.add(BlockKind.PARAGRAPH, block)
    return builder.document(_description(page))


def _parsable(markup: str) -> str:
    """Return markup without comments, and without tags that never end.

    Python's parser takes quadratic time for many of either, and its versions read them differently.
    """
    parts, start, position = [], 0, 0
    unclosed: set[str] = set()
    for match in _SPANNING.finditer(markup):
        opening = match[0].lower()
        if match.start() < position or opening in unclosed:
            continue  # inside the comment or script before
        closing = _CLOSING[opening].search(markup, match.start() + 2)  # `<!-->` is a whole comment
        if closing is None:
            unclosed.add(opening)
            continue
        position = closing.end()
        if opening == "<!--":
            parts.append(markup[start : match.start()])
            start = position
    cleaned = "".join([*parts, markup[start:]])
    if "<!--" in unclosed:
        cleaned = cleaned.replace("<!--", "&lt;!--")
    ended = cleaned.rfind(">") + 1
    return cleaned[:ended] + cleaned[ended:].replace("<", "&lt;")


def _description(page: BeautifulSoup) -> Description:
    named: dict[str, str] = {}
    for tag in page.find_all("meta", content=True):
        key = str(tag.get("property") or tag.get("name") or tag.get("itemprop") or "").lower()
        named.setdefault(key, str(tag["content"]))
    link = page.find("link", rel="canonical", href=True)
    titles = (named.get("og:title"), *(_words(page.find(name)) for name in ("title", "h1")))
    return make_description(
        {
            "title": next(filter(None, titles), None),
            "url": link["href"] if isinstance(link, Tag) else named.get("og:url"),
            "published": next(filter(None, map(named.get, _DATES)), None),
            "author": named.get("author") or named.get("article:author"),
        }
    )


def _words(tag: Tag | NavigableString | None) -> str:
    return _SPACE.sub(" ", tag.get_text(" ")).strip() if isinstance(tag, Tag) else ""


def _blocks(page: BeautifulSoup) -> Iterator[str]:
    """Yield the text of each readable block.

    One pass in the order of the document, without recursion: pages can be nested 100,000 tags deep.
    """
    inside: dict[int, tuple[int, bool, bool]] = {id(page): (id(page), False, False)}
    parts: list[str] = []
    current = id(page)
    for element in page.descendants:
        block, unread, preformatted = inside[id(element.parent)]
        if isinstance(element, Tag):
            starts = element.name in _BLOCKS
            inside[id(element)] = (
                id(element) if starts else block,
                unread or element.name in _UNREAD or element.has_attr("hidden"),
                preformatted or element.name == "pre",
            )
            if starts:
                yield from _block(parts)
                parts, current = [], id(element)
            elif element.name == "br":
                parts.append("\n")
            elif element.name in _CELLS:
                parts.append(" ")
        elif isinstance(element, NavigableString) and not (unread or isinstance(element, PreformattedString)):
            if block != current:
                yield from _block(parts)
                parts, current = [], block
            parts.append(str(element) if preformatted else _SPACE.sub(" ", element))
    yield from _block(parts)


def _block(parts: list[str]) -> Iterator[str]:
    text = _AROUND_NEWLINE.sub("\n", re.sub(" {2,}", " ", "".join(parts))).strip()
    if text:
        yield text
