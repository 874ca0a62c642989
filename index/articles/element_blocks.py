"""Blocks of a document from the elements of HTML, which Markdown and reStructuredText are converted to.

All of the elements' text is taken; to find the main text of a web page is another matter.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree, html
from lxml.html import defs

from index.articles.document import DocumentBuilder
from index.articles.element_text import InlineText, is_image_of_text, is_unseen
from index.articles.paragraph_kinds import (
    DraftBlock,
    InlinePiece,
    has_words,
    item_entries,
    paragraph_entries,
    runs_of,
    text_of,
    with_messages,
)
from index.articles.table_rows import is_layout, table_entries
from index.errors import UnreadableFileError
from index.records import BlockKind

_CONTAINERS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol p section summary "
    "table tbody td tfoot th thead tr ul".split()
)
_LONGEST_HEADING = 200
_TITLE_CLASSES = frozenset(("admonition-title", "sidebar-title", "topic-title"))
_LISTS = frozenset(("ul", "ol", "menu"))
_CALLOUTS = frozenset(
    "abstract attention bug caution danger error example failure hint important info note quote question "
    "seealso success summary tab tip todo warning".split()
)
"""Names of callouts that stand for a title: they introduce the callout's text, and are no text themselves."""
HTML_TAGS = defs.tags | {"dialog", "html", "main", "menu", "picture", "search", "slot", "template"}


def add_markup(markup: str, builder: DocumentBuilder, *, soft_breaks: bool = False) -> None:
    """Add the blocks of HTML markup; `soft_breaks` tells that its lines are those that a person wrote.

    Raises UnreadableFileError for elements within each other more than 2,000 times.
    """
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True)
    root = html.document_fromstring(f"<html><body>{markup}</body></html>".encode(), parser=parser)
    if any("depth" in error.message for error in parser.error_log):
        raise UnreadableFileError("is nested too deeply")
    reader = _ElementWalker(soft_breaks=soft_breaks)
    reader.read(root)
    entries = with_messages(reader.entries)
    headings = (entry.level for entry in entries if entry.kind is BlockKind.HEADING and entry.level)
    has_title = next(headings, 0) == 1
    level = 0  # of the last heading that is marked as one
    for entry in entries:
        if entry.cells is not None:
            cells = [runs_of(cell) for cell in entry.cells]
            if entry.kind is BlockKind.CAPTION:
                builder.add_header(cells, lead=entry.lead, level=entry.level)
            else:
                builder.add_row(cells, entry.columns, lead=entry.lead, level=entry.level)
            continue
        if entry.kind is BlockKind.HEADING and has_title and not (entry.level or level):
            entry.kind = BlockKind.PARAGRAPH  # "**Draft**" above the title
        if entry.kind is BlockKind.HEADING:
            if entry.level:
                level = entry.level
            entry.level = entry.level or min(level + 1, 6)
        builder.add(entry.kind, runs_of(entry.pieces), level=entry.level, lead=entry.lead)


@dataclass(slots=True)
class _Frame:
    """An open element: what the text directly in it is, and what introduces that."""

    role: str
    level: int = 0
    lead: str = ""


class _ElementWalker:
    """Reads elements in the order of the document, without recursion."""

    def __init__(self, *, soft_breaks: bool) -> None:
        self.entries: list[DraftBlock] = []
        self._inline = InlineText(soft_breaks=soft_breaks)
        self._frames = [_Frame("paragraph")]
        self._items: list[bool] = []  # of each open list item, whether its first paragraph was read
        self._depth = 0
        self._terms: list[InlinePiece] = []
        self._name = ""  # of the last terms

    def read(self, root: html.HtmlElement) -> None:
        """Read the elements below `root`."""
        walk = etree.iterwalk(root, events=("start", "end"))
        skipped = None
        for event, element in walk:
            if event == "start":
                if self._start(element):
                    self._inline.add(element.text)
                else:
                    skipped = element
                    walk.skip_subtree()
            else:
                if element is not skipped:
                    self._end(element)
                skipped = None
                self._inline.add(element.tail)
        self._flush()
        self._flush_terms()

    def _start(self, element: html.HtmlElement) -> bool:
        """Open an element; return False if nothing inside it is to be read."""
        tag = element.tag
        if is_unseen(element):
            return False
        if tag == "pre":
            self._flush()
            self._flush_terms()
            code = "".join(element.xpath(".//text()"))
            self.entries.append(DraftBlock(BlockKind.CODE, [InlinePiece(code)], self._level_inside_items()))
            return False
        if tag == "table" and not is_layout(element):
            self._flush()
            self._flush_terms()
            for entry in table_entries(element, soft_breaks=self._inline.soft_breaks):
                entry.level = self._level_inside_items()
                self.entries.append(entry)
            return False
        if tag == "img" and is_image_of_text(element):
            return False
        if tag not in _CONTAINERS and not _component_title(element):
            return self._inline.open(element)
        self._flush()
        if tag == "dl" or tag in _LISTS:
            self._flush_terms()
        self._frames.append(self._frame(element))
        if tag in _LISTS:
            self._depth += 1
        elif tag == "li":
            self._items.append(False)
        if title := _component_title(element):
            self.entries.append(DraftBlock(BlockKind.PARAGRAPH, [InlinePiece(title)]))
            self._frames[-1].lead = title
        return True

    def _end(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag not in _CONTAINERS and not _component_title(element):
            self._inline.close(element)
            return
        self._flush()
        self._frames.pop()
        if tag in _LISTS:
            self._depth -= 1
        elif tag == "li":
            self._items.pop()
        elif tag == "dl":
            self._flush_terms()

    def _frame(self, element: html.HtmlElement) -> _Frame:
        """Return the frame of an element that is opened inside the last frame."""
        tag, outer = element.tag, self._frames[-1]
        classes = (element.get("class") or "").split()
        if "rubric" in classes:
            return _Frame("heading")
        if tag in ("h1", "h2", "h3", "h4", "h5", "h6"):
            return _Frame("setext" if "setext" in classes else "heading", int(tag[1]))
        if not _TITLE_CLASSES.isdisjoint(classes) or tag in ("summary", "legend"):
            return _Frame("title")
        roles = {
            "li": "item",
            "dt": "field" if _is_field_list(element.getparent()) else "term",
            "dd": "definition",
            "figcaption": "caption",
            "caption": "caption",
            "blockquote": "quotation",
        }
        role = "paragraph" if tag in ("details", "aside") else roles.get(tag, outer.role)
        lead = outer.lead
        if tag == "dd":
            self._name = text_of(self._terms).rstrip(":") or self._name
            lead = " › ".join(filter(None, (lead, self._name)))
        return replace(outer, role=role, lead=lead)

    def _flush(self) -> None:
        """Add the block that ends here."""
        pieces, images = self._inline.take()
        frame = self._frames[-1]
        if not has_words(text_of(pieces)):
            if frame.role in ("heading", "setext", "title") and images:
                pieces, images = [InlinePiece(" ".join(images))], []
            else:
                pieces = []
        if pieces:
            self.entries += self._blocks(frame, pieces)
        for image in images if frame.role != "heading" else ():
            self.entries.append(
                DraftBlock(BlockKind.CAPTION, [InlinePiece(image)], self._level_inside_items())
            )

    def _blocks(self, frame: _Frame, pieces: list[InlinePiece]) -> Iterator[DraftBlock]:
        shown = text_of(pieces)
        if frame.role in ("term", "field"):
            separator = " " if frame.role == "field" else "\n"
            self._terms += [*([InlinePiece("\n")] if self._terms else []), *pieces, InlinePiece(separator)]
            return
        if frame.role == "title":
            yield from self._title(pieces, shown)
            return
        if frame.role in ("heading", "setext"):
            yield _heading(frame, pieces, shown)
            return
        if frame.role == "definition":
            yield self._definition(frame, pieces)
            return
        self._flush_terms()
        level = self._level_inside_items()
        if frame.role == "caption":
            yield DraftBlock(BlockKind.CAPTION, pieces, level)
        elif frame.role == "item" and self._items and not self._items[-1]:
            self._items[-1] = True
            yield from item_entries(pieces, self._depth)
        else:
            kind = BlockKind.QUOTATION if frame.role == "quotation" else BlockKind.PARAGRAPH
            for entry in paragraph_entries(pieces, kind, level):
                entry.lead = entry.lead or frame.lead
                yield entry

    def _title(self, pieces: list[InlinePiece], shown: str) -> Iterator[DraftBlock]:
        """Name the element around a title, and yield the title's block."""
        name = "".join(filter(str.isalpha, shown)).casefold()
        around = self._frames[-2]
        if name not in _CALLOUTS:
            kind = BlockKind.QUESTION if shown.endswith("?") else BlockKind.PARAGRAPH
            yield DraftBlock(kind, pieces, self._level_inside_items(), around.lead)
        around.lead = shown

    def _definition(self, frame: _Frame, pieces: list[InlinePiece]) -> DraftBlock:
        """Return a paragraph of a definition; the first one begins with its term."""
        level = self._level_inside_items()
        term, self._terms = self._terms, []
        if text_of(term).endswith("?"):
            self.entries.append(DraftBlock(BlockKind.QUESTION, term, level))
            return DraftBlock(BlockKind.PARAGRAPH, pieces, level)
        return DraftBlock(BlockKind.DEFINITION, [*term, *pieces], level, frame.lead)

    def _flush_terms(self) -> None:
        """Add terms that no paragraph follows."""
        if self._terms:
            self.entries.append(DraftBlock(BlockKind.PARAGRAPH, self._terms, self._level_inside_items()))
            self._terms = []

    def _level_inside_items(self) -> int:
        return self._depth + 1 if self._items else 0


def _heading(frame: _Frame, pieces: list[InlinePiece], shown: str) -> DraftBlock:
    """Return the block of a heading; a paragraph that a rule underlines by mistake is none."""
    sentence = frame.role == "setext" and shown.endswith((".", "!", "…"))
    if sentence or len(shown) > _LONGEST_HEADING:
        return DraftBlock(BlockKind.PARAGRAPH, pieces)
    return DraftBlock(BlockKind.HEADING, pieces, frame.level)


def _component_title(element: html.HtmlElement) -> str:
    """Return the title that a component shows, as in `<TabItem label="Linux">`; HTML's own show none."""
    if element.tag in HTML_TAGS:
        return ""
    titles = (element.get(name) for name in ("title", "label", "heading", "summary"))
    return next((title for title in titles if title and has_words(title)), "")


def _is_field_list(element: html.HtmlElement | None) -> bool:
    return element is not None and "field-list" in (element.get("class") or "").split()
