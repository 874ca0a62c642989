"""Tree of an HTML page, small in memory and made in time linear in the page, however it is nested."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

from lxml import etree

LONGEST_BESIDE = 1_000_000
"""Characters of style sheets, and of structured data, that are looked at."""

HEADINGS = {f"h{level}": level for level in range(1, 7)}
"""Elements that are headings, with their levels."""

# Elements whose content nobody reads as text, or that is struck out.
_UNREAD = frozenset(
    "annotation annotation-xml applet area audio base canvas col colgroup datalist del frame frameset "
    "iframe img input link map meta meter noembed noframes noscript object optgroup option param picture "
    "progress rp rt s select strike svg template textarea video".split()
)
# Elements that never hold anything, though the parser takes what follows them for their content.
_EMPTY = frozenset("bgsound embed image keygen source track wbr".split())
_EMPTY_TAG = re.compile(rf"(<(?:{'|'.join(sorted(_EMPTY))})(?=[\s/>])[^<>]*)>", re.IGNORECASE)
# Elements that only change how text looks; without attributes they are left out of the tree.
_LOOKS = frozenset("abbr b big cite em font i mark nobr small span strong tt u".split())
_BOLD = frozenset(("b", "strong"))
_KEPT = frozenset(
    "aria-controls aria-expanded aria-hidden class colspan datetime hidden href id itemprop onclick open rel "
    "role rowspan style title".split()
)
_APART = frozenset(("script", "style", "title"))
_CONTROLS = ("aria-controls", "data-target", "data-bs-target", "commandfor", "popovertarget", "href")
# "<!-- saved from url=(0027)https://example.org/a.html -->", which browsers write above a page
_SAVED_FROM = re.compile(r"\s*saved from url=\(\d+\)(\S+)")
# "side", "Bar", "HTML", "2" of the class "sideBar HTML-2"
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+|\d+")


class LinkCounts(NamedTuple):
    """The links in an element, the characters of their texts, and of those the ones that stay on the page."""

    links: int
    characters: int
    in_page: int


class Element:
    """An element of a page; `children` are its elements and pieces of text, in order.

    `length` counts the characters of its text, `outlined` tells whether it is or holds a first-level heading
    or the page's main part, `nested` whether it is a table in which tables stand, `opened` whether it is
    seen after a click only.
    """

    __slots__ = ("attributes", "children", "length", "links", "nested", "opened", "outlined", "tag")

    def __init__(self, tag: str, attributes: dict[str, str] | None = None) -> None:
        self.tag = tag
        self.attributes = attributes
        self.children: list[Element | str] = []
        self.length = 0
        self.links: LinkCounts | None = None
        self.outlined = self.nested = self.opened = False

    def get(self, name: str) -> str:
        """Return the value of an attribute, "" if there is none."""
        return self.attributes.get(name, "") if self.attributes else ""

    def has(self, name: str) -> bool:
        """Tell whether the element has an attribute."""
        return self.attributes is not None and name in self.attributes

    @property
    def names(self) -> str:
        """The words of its classes and id, each between spaces: " side bar 2 " for class="sideBar-2"."""
        if not self.attributes or not ("class" in self.attributes or "id" in self.attributes):
            return " "
        return words_in(f"{self.get('id')} {self.get('class')}")

    @property
    def class_names(self) -> str:
        """The words of its classes alone: an id may be made of the words of a heading."""
        return words_in(self.get("class")) if self.attributes and "class" in self.attributes else " "

    def elements(self) -> Iterator["Element"]:
        """Yield the children that are elements."""
        return (child for child in self.children if isinstance(child, Element))


@dataclass(slots=True)
class HtmlPage:
    """A page: its tree, and what stands in it beside the text."""

    root: Element = field(default_factory=lambda: Element("html"))
    title: str = ""
    language: str = ""
    canonical: str = ""
    meta: dict[str, str] = field(default_factory=dict)
    """The content of the first `meta` element of each name, property or itemprop, in lower case."""
    structured_data: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    controlled: set[str] = field(default_factory=set)
    """The ids of elements that some button or link opens."""
    headings: int = 0


def parse(markup: str) -> HtmlPage:
    """Return the page of `markup`, which may be any text."""
    target = _Target()
    parser = etree.HTMLParser(target=cast(Any, target), huge_tree=True)
    parser.feed("<!DOCTYPE html>")  # so that no markup is empty
    parser.feed(_EMPTY_TAG.sub(r"\1 />", markup))
    parser.close()
    return target.page


def words_in(name: str) -> str:
    """Return the words of a name, each between spaces: " side bar 2 " for "sideBar-2"."""
    return f" {' '.join(_WORD.findall(name)).lower()} "


def pattern_of_names(names: str) -> re.Pattern[str]:
    """Return a pattern for `Element.names` that matches any of `names`, in which `_` stands for a space."""
    return re.compile(f" (?:{'|'.join(names.split()).replace('_', ' ')}) ")


def text_of(element: Element, most_characters: int = 10_000) -> str:
    """Return the text of an element with single spaces, or its beginning if it is long."""
    parts: list[str] = []
    waiting: list[Element | str] = [element]
    most = 300  # nodes, because an element may hold the whole page
    while waiting and most > 0:
        most -= 1
        node = waiting.pop()
        if isinstance(node, str):
            parts.append(node[:1_000])
        else:
            parts.append(" " * (node.tag not in _LOOKS and node.tag != "a"))
            waiting += reversed(node.children[:most])
    return " ".join("".join(parts).split())[:most_characters]


def _is_title(attributes: dict[str, str]) -> bool:
    """Tell whether a paragraph has the style for titles of Google Docs or Word."""
    classes = attributes.get("class", "").split()
    return "MsoTitle" in classes or ("title" in classes and attributes.get("id", "").startswith("h."))


class _Target:
    """What the parser tells of a page, one call for each tag and piece of text."""

    def __init__(self) -> None:
        self.page = HtmlPage()
        self._open: list[bool] = []  # for each open tag, whether it is in the tree
        self._elements = [self.page.root]
        self._starts: list[tuple[int, int, int, int]] = []
        self._unread = 0
        self._beside: list[str] | None = None
        self._beside_length = 0
        self._length = self._links = self._linked = self._in_page = 0
        self._addresses: list[str] = []
        self._own_addresses: set[str] = set()
        self._tables: list[Element] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if self._unread or tag in _UNREAD:
            self._unread += 1
            self._describe(tag, attributes)
            return
        if tag in _APART:
            self._unread += 1
            self._start_beside(tag, attributes)
            return
        if tag in _EMPTY:  # one with a ">" in an attribute is still open: what it seems to hold is read
            self._open.append(False)
            return
        if tag == "a" and "#" in attributes.get("href", ""):
            attributes = {**attributes, "href": self._on_this_page(attributes["href"])}
        for name in _CONTROLS:
            if value := attributes.get(name):
                self.page.controlled.update(value[1:].split() if value[0] == "#" else ())
                if name != "href":
                    self.page.controlled.update(value.split())
        if tag == "p" and _is_title(attributes):
            tag = "h1"
        kept = {name: value for name, value in attributes.items() if name in _KEPT} if attributes else None
        if tag in _LOOKS and not kept and not (tag in _BOLD and self._tables):
            self._open.append(False)
            return
        if tag == "html" and not self.page.language:
            self.page.language = attributes.get("lang", "") or attributes.get("xml:lang", "")
        element = Element(tag, kept or None)
        self._elements[-1].children.append(element)
        self._elements.append(element)
        self._open.append(True)
        self._starts.append((self._length, self._links, self._linked, self._in_page))
        if tag == "a" and element.has("href"):
            self._links += 1
            self._addresses.append(element.get("href"))
        elif tag == "table":
            for table in self._tables[-1:]:
                table.nested = True
            self._tables.append(element)
        elif tag in HEADINGS:
            self.page.headings += 1

    def end(self, tag: str) -> None:
        if self._unread:
            self._unread -= 1
            if self._beside is not None and not self._unread:
                self._end_beside(tag)
            return
        if not self._open.pop():
            return
        element = self._elements.pop()
        length, links, linked, in_page = self._starts.pop()
        element.length = self._length - length
        if links < self._links:
            element.links = LinkCounts(self._links - links, self._linked - linked, self._in_page - in_page)
        if tag == "a" and element.has("href"):
            self._addresses.pop()
        elif tag == "table":
            self._tables.pop()
        if element.outlined or element.tag in ("h1", "main") or element.get("role") == "main":
            element.outlined = self._elements[-1].outlined = True

    def data(self, data: str) -> None:
        if self._beside is not None:
            self._beside_length += len(data)
            if self._beside_length < LONGEST_BESIDE:
                self._beside.append(data)
        elif not self._unread:
            siblings = self._elements[-1].children
            if siblings and isinstance(siblings[-1], str) and len(siblings[-1]) < 1_000:
                siblings[-1] += data  # the parser gives text in pieces
            else:
                siblings.append(data)
            shown = len(data.strip())
            self._length += shown
            if self._addresses:
                self._linked += shown
                self._in_page += shown * self._addresses[-1].startswith("#")

    def comment(self, text: str) -> None:
        if saved := _SAVED_FROM.match(text):
            self._own_addresses.add(saved[1])

    def close(self) -> None:
        self.page.root.length = self._length

    def _describe(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "meta" and "content" in attributes:
            name = attributes.get("property") or attributes.get("name") or attributes.get("itemprop") or ""
            self.page.meta.setdefault(name.lower(), attributes["content"])
        elif tag == "link" and "canonical" in attributes.get("rel", "").lower().split():
            self.page.canonical = self.page.canonical or attributes.get("href", "")

    def _on_this_page(self, link: str) -> str:
        """Return "#part" for a link to a part of this page: browsers save it with the page's address."""
        address, _, part = link.partition("#")
        known = (*self._own_addresses, self.page.canonical, self.page.meta.get("og:url", ""))
        return f"#{part}" if address in known else link

    def _start_beside(self, tag: str, attributes: dict[str, str]) -> None:
        if self._unread == 1 and (tag != "script" or "ld+json" in attributes.get("type", "").lower()):
            self._beside = []

    def _end_beside(self, tag: str) -> None:
        content = "".join(self._beside or ())
        self._beside = None
        if tag == "title":
            self.page.title = self.page.title or content
        elif tag == "style":
            self.page.styles.append(content)
        else:
            self.page.structured_data.append(content)
