"""Text inside an element of HTML: its links, bold parts, line breaks and images, and what nobody sees."""

import re
from urllib.parse import urlsplit

from lxml import etree, html

from index.articles.html_inline import RAISED, SUBSCRIPTS, SUPERSCRIPTS
from index.articles.paragraph_kinds import SOFT_BREAK, InlinePiece, has_words

_UNSEEN = frozenset(
    "head title script style template noscript svg math iframe object canvas audio video select textarea "
    "button del s strike".split()
)
# "display: none", "visibility:hidden", "text-decoration: line-through"
_HIDING = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|text-decoration[\w-]*\s*:[^;]*\bline-through", re.IGNORECASE
)
_UNSEEN_CLASSES = frozenset(
    "headerlink anchor footnote-reference label fn-bracket backrefs line-through strike strikethrough".split()
)
_SCHEMES = frozenset(("http", "https", "mailto", "tel", "ftp"))
_SPACE = re.compile(r"\s+")
_NOTE_MARK = re.compile(r"\W*\d{1,3}\W*")  # "[1]"
_NO_DESCRIPTION = re.compile(r"\S+\.\w{2,4}|:[\w+-]+:")  # "hedge.png", ":smile:"
_BADGE = re.compile(r"badge|shields\.io|\bstatus\.svg", re.IGNORECASE)
_BREAKING = frozenset("p div ul ol li dl dt dd blockquote h1 h2 h3 h4 h5 h6 tr details summary hr".split())


class InlineText:
    """Collects the pieces of a block's text while its elements are opened and closed in order."""

    def __init__(self, *, soft_breaks: bool) -> None:
        self.soft_breaks = soft_breaks
        self._pieces: list[InlinePiece] = []
        self._images: list[str] = []
        self._bold = 0
        self._links: list[str] = []

    def add(self, text: str | None) -> None:
        """Add a text as it stands between tags."""
        if text:
            spaced = _SPACE.sub(self._space, text)
            self._append(spaced)

    def open(self, element: html.HtmlElement) -> bool:
        """Open an element inside the text; return False if its content is not to be added."""
        tag = element.tag
        if tag == "br":
            self._append("\n")
        elif tag in ("b", "strong"):
            self._bold += 1
        elif tag == "a":
            self._links.append((element.get("href") or "").strip())
        elif tag == "img":
            alt = " ".join((element.get("alt") or "").split())
            if has_words(alt) and not _NO_DESCRIPTION.fullmatch(alt):
                self._images.append(alt)
        elif tag in ("sup", "sub") and not len(element) and RAISED.fullmatch(element.text or ""):
            table = SUPERSCRIPTS if tag == "sup" else SUBSCRIPTS
            self._append((element.text or "").translate(table))
            return False
        return True

    def close(self, element: html.HtmlElement) -> None:
        """Close an element that `open` opened."""
        if element.tag in ("b", "strong"):
            self._bold -= 1
        elif element.tag == "a":
            self._links.pop()

    def take(self) -> tuple[list[InlinePiece], list[str]]:
        """Return the pieces so far and the images' descriptions, and begin a new block."""
        pieces, images = self._pieces, self._images
        self._pieces, self._images = [], []
        words = any(not piece.to_heading and has_words(piece.text) for piece in pieces)
        return [piece for piece in pieces if not _is_mark(piece, words)], images

    def _space(self, match: re.Match[str]) -> str:
        space = match[0]
        if "\n" in space:
            return SOFT_BREAK if self.soft_breaks else " "
        return space if space.strip(" \t\r\f\v") else " "  # no-break spaces stay

    def _append(self, text: str) -> None:
        href = self._links[-1] if self._links else ""
        inside = href.startswith("#")
        self._pieces.append(InlinePiece(text, _address(href, text), self._bold > 0, inside))


def cell_pieces(cell: html.HtmlElement, *, soft_breaks: bool) -> list[InlinePiece]:
    """Return the text of a cell of a table, with a line break between the blocks in it."""
    inline = InlineText(soft_breaks=soft_breaks)
    skipped = None
    walk = etree.iterwalk(cell, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element is not cell and (is_unseen(element) or not inline.open(element)):
                skipped = element
                walk.skip_subtree()
                continue
            if element.tag in _BREAKING:
                inline._append("\n")
            inline.add(element.text)
        elif element is not cell:
            if element is not skipped:
                inline.close(element)
                if element.tag in _BREAKING:
                    inline._append("\n")
            skipped = None
            inline.add(element.tail)
    pieces, images = inline.take()
    return (
        pieces
        if has_words("".join(piece.text for piece in pieces)) or not images
        else [InlinePiece(images[0])]
    )


def is_unseen(element: html.HtmlElement) -> bool:
    """Tell whether nobody sees an element's content, or it is struck out."""
    return (
        element.tag in _UNSEEN
        or "hidden" in element.attrib
        or _HIDING.search(element.get("style") or "") is not None
        or (element.tag != "label" and not _UNSEEN_CLASSES.isdisjoint((element.get("class") or "").split()))
    )


def is_image_of_text(image: html.HtmlElement) -> bool:
    """Tell whether an image is a badge, which shows what some service says at the moment."""
    return _BADGE.search(image.get("src") or "") is not None


def _is_mark(piece: InlinePiece, words: bool) -> bool:
    """Tell whether a piece is the mark of a link to a place of the page: "¶", or "[1]" after `words`."""
    if not piece.to_heading or not piece.text.strip():
        return False
    return not has_words(piece.text) or (words and _NOTE_MARK.fullmatch(piece.text) is not None)


def _address(href: str, text: str) -> str | None:
    """Return the address of a link if it leads out of the document and `text` does not show it."""
    try:
        scheme = urlsplit(href).scheme.lower()
    except ValueError:
        return None
    shown = text.strip()
    if (
        scheme not in _SCHEMES
        or not shown
        or href.removeprefix(f"{scheme}:").strip("/") == shown
        or href == shown
    ):
        return None
    return href
