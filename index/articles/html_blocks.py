"""Blocks of an HTML page: its headings, paragraphs, list items, table rows and so on, in order."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from index.articles.document import DocumentBuilder, Run
from index.articles.html_inline import BLOCKS, LONGEST_LEAD, link_address, raised_text, single_spaced
from index.articles.html_notes import is_note_title
from index.articles.html_tables import add_table, is_layout
from index.articles.html_tree import HEADINGS, Element, text_of
from index.articles.html_visibility import is_accordion
from index.records import Block, BlockKind

_LISTS = frozenset(("dir", "menu", "ol", "ul"))
_VERBATIM = frozenset(("listing", "plaintext", "pre", "xmp"))
_BOXES = frozenset(("aside", "details", "fieldset"))
_NO_HEADING = 7  # a level below that of any heading
_LONGEST_QUESTION = 300
# "lst-kix_ab1c-2": Google Docs writes each level of a list as a list of its own, here the third
_LEVEL_OF_LIST = re.compile(r"\blst-kix_\w+-([0-8])\b")
_CONTENTS = re.compile(r" (?:toc|table of contents|contents|on this page) ")


class _Place(NamedTuple):
    """What the blocks at a place of the tree are."""

    kind: BlockKind = BlockKind.PARAGRAPH
    level: int = 0
    lists: int = 0
    lead: str = ""
    address: str | None = None
    in_term: bool = False


@dataclass(slots=True)
class _Box:
    """An open part of a page that a click opens, or that stands beside the text.

    `before` is the block before it, `above` its level if that is a heading that opens it, `inside` the
    highest level of the headings in it.
    """

    before: Block | None
    above: int
    inside: int = _NO_HEADING


def add_blocks(builder: DocumentBuilder, root: Element, address: str = "") -> None:
    """Append the blocks of an element, which is used up.

    Relative links are taken from `address`, or left out without one.
    """
    _Walk(builder, address).through(root)


class _Walk:
    """A walk through a tree, without recursion: pages can be nested 100,000 tags deep."""

    def __init__(self, builder: DocumentBuilder, address: str) -> None:
        self._builder = builder
        self._address = address
        self._runs: list[Run] = []
        self._place = _Place()
        self._terms: list[str] = []
        self._outer_terms: list[list[str]] = []  # of the lists of terms around this one
        self._defined = self._opens_item = False
        self._boxes: list[_Box] = []

    def through(self, root: Element) -> None:
        """Append the blocks of a tree, which is used up."""
        # Each frame is an open element with its children still to come, last first, and the place around it.
        frames = [(root, self._place)]
        root.children.reverse()
        while frames:
            element, outer = frames[-1]
            child = element.children.pop() if element.children else None  # whose memory is needed no longer
            if child is None:
                frames.pop()
                self._leave(element)
                self._place = outer
            elif isinstance(child, str):
                self._add_text(child)
            elif child.tag == "br":
                self._break_line()
            elif (raised := raised_text(child)) is not None:
                self._add_text(raised)
            elif child.tag == "table" and not is_layout(child):
                self._end_block()
                add_table(self._builder, child, self._address, self._place.lead)
            else:
                frames.append((child, self._place))
                self._enter(child)
                child.children.reverse()
        self._end_block()

    def _enter(self, element: Element) -> None:
        tag, place = element.tag, self._place
        if tag == "a":
            self._place = place._replace(address=link_address(element, self._address) or place.address)
        elif tag == "q":
            self._runs.append(Run("“", place.address))
        elif _is_block(element):
            self._end_block()
            if tag == "dl":
                self._outer_terms.append(self._terms)
                self._terms = []
            self._place = self._place_in(element, place)
            if _is_box(element):
                before = self._builder.last
                opens = element.opened and before is not None and before.kind is BlockKind.HEADING
                self._boxes.append(_Box(before, before.level if before and opens else _NO_HEADING))

    def _leave(self, element: Element) -> None:
        if element.tag == "q":
            self._runs.append(Run("”", self._place.address))
        elif _is_block(element):
            self._end_block()
            self._defined = self._defined or element.tag == "dd"
            if element.tag == "dl":
                self._terms = self._outer_terms.pop()
            if _is_box(element):
                self._end_box(self._boxes.pop())

    def _end_box(self, box: _Box) -> None:
        """End the sections of the headings in a box, or of the one right above it that opens it."""
        last = self._builder.last
        if self._boxes:
            self._boxes[-1].inside = min(self._boxes[-1].inside, box.inside)
        if last is None or last is box.before or last.kind is BlockKind.HEADING:
            return  # what a heading alone in a box is the heading of comes behind it
        if (level := box.above if box.inside == _NO_HEADING else box.inside) < _NO_HEADING:
            self._builder.end_sections(level)

    def _place_in(self, element: Element, place: _Place) -> _Place:
        """Return the place in a block-level element at `place`."""
        tag, kind = element.tag, place.kind
        if kind in (BlockKind.CONTENTS, BlockKind.QUESTION):
            return place
        if kind is BlockKind.HEADING and tag not in HEADINGS:
            return place
        if _is_contents(element):
            return place._replace(kind=BlockKind.CONTENTS)
        if tag in HEADINGS:
            return _Place(BlockKind.HEADING, HEADINGS[tag])
        if tag in _VERBATIM:
            return place._replace(kind=BlockKind.CODE)
        if tag in _LISTS:
            level = _LEVEL_OF_LIST.search(element.get("class"))
            return place._replace(lists=int(level[1]) + 1 if level else place.lists + 1)
        if tag == "li":
            self._opens_item = True
            lists = max(place.lists, 1)
            return place._replace(kind=BlockKind.LIST_ITEM, level=lists, lists=lists)
        if tag == "blockquote":
            return place._replace(kind=BlockKind.QUOTATION)
        if tag in ("caption", "figcaption"):
            return place._replace(kind=BlockKind.CAPTION)
        if tag == "details":
            summary = next((child for child in element.elements() if child.tag == "summary"), None)
            return place._replace(lead=text_of(summary, LONGEST_LEAD)) if summary else place
        if tag in ("dt", "summary") or _opens_something(element):
            return place._replace(kind=BlockKind.QUESTION, level=place.lists, lead="", in_term=tag == "dt")
        if is_note_title(element):
            return place._replace(lead="")
        if is_note_title(title := next(element.elements(), None)) and title is not None:
            return place._replace(lead=text_of(title, LONGEST_LEAD))
        if tag == "dd":
            terms = ", ".join(self._terms)
            outer = "" if place.lead.endswith(terms) else place.lead  # a definition that is never closed
            lead = " › ".join(filter(None, (outer, terms))) or place.lead
            return place._replace(kind=BlockKind.DEFINITION, lead=lead[-LONGEST_LEAD:])
        return place

    def _add_text(self, text: str) -> None:
        if self._place.kind is not BlockKind.CODE:
            text = single_spaced(text)
        if not text.isspace() or (self._runs and self._runs[-1].text != "\n"):
            self._runs.append(Run(text, self._place.address))

    def _break_line(self) -> None:
        """Break the line; two breaks in a row end a paragraph."""
        if self._place.kind is BlockKind.PARAGRAPH and self._runs and self._runs[-1].text == "\n":
            self._end_block()
        elif self._runs or self._place.kind is BlockKind.CODE:
            self._runs.append(Run("\n"))

    def _end_block(self) -> None:
        if self._runs:
            place = self._place
            kind, level = place.kind, place.level
            if kind is BlockKind.LIST_ITEM and not self._opens_item:
                kind = BlockKind.PARAGRAPH  # a further one of the item
            if kind is not BlockKind.HEADING and level and not self._opens_item:
                level += 1  # inside the item
            self._builder.add(kind, self._runs, level=level, lead=place.lead)
            if kind is BlockKind.HEADING and self._boxes:
                self._boxes[-1].inside = min(self._boxes[-1].inside, level)
            self._opens_item = False
            if place.in_term and (term := "".join(run.text for run in self._runs).strip()[:LONGEST_LEAD]):
                self._terms = [term] if self._defined else [*self._terms[-9:], term]
                self._defined = False
            self._runs = []


def _is_block(element: Element) -> bool:
    return element.tag in BLOCKS or _opens_something(element)


def _is_box(element: Element) -> bool:
    """Tell whether what follows an element no longer belongs to the heading in it or right above it."""
    if element.tag in HEADINGS:
        return False
    return element.opened or element.tag in _BOXES or is_accordion(element.names)


def _opens_something(element: Element) -> bool:
    """Tell whether a click on an element opens another, as in lists of questions."""
    clickable = element.has("aria-expanded") or element.get("role") == "button" or element.has("onclick")
    return clickable and element.length < _LONGEST_QUESTION


def _is_contents(element: Element) -> bool:
    """Tell whether an element is a table of contents: a list of links to other places of the page."""
    links = element.links
    if links is None or links.links < 2:
        return False
    if element.tag in _LISTS or element.tag == "p":
        return links.in_page >= 0.8 * element.length
    named = element.get("role") == "doc-toc" or _CONTENTS.search(element.names) is not None
    return named and links.in_page >= 0.5 * element.length
