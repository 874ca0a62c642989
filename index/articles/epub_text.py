"""EPUB: the chapters of a book in the order of reading."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from index.articles.decoding import decode
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import make_description
from index.articles.html_text import add_html
from index.errors import UnreadableFileError

LARGEST = 200 * 2**20
"""Bytes of the unpacked chapters; more is no book."""

_CONTAINER = "META-INF/container.xml"
# '<a epub:type="noteref" href="#n1">', which leads to a note
_NOTE_MARK = re.compile(r"""(<a\s(?:[^<>]*\s)?)epub:type=(["'])(?:[^"'<>]*\s)?noteref(?:\s[^"'<>]*)?\2""")
_PAGES = ("application/xhtml+xml", "text/html", "application/html+xml")


def read_epub(file: Path, largest: int = LARGEST) -> Document:
    """Return the document in an EPUB file, of `largest` bytes at most when it is unpacked.

    Raises UnreadableFileError if it is larger, or of another format.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            book = _Book(archive, largest)
            builder = DocumentBuilder()
            for chapter in book.chapters():
                page = decode(chapter, "utf-8")
                add_html(builder, _NOTE_MARK.sub(r'\1role="doc-noteref"', page))
            return builder.document(make_description(book.metadata()))
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError, NotImplementedError):
        raise UnreadableFileError("is not an EPUB file, or damaged") from None
    except RuntimeError:  # zipfile's error for a file with a password
        raise UnreadableFileError("is encrypted", "Save a copy without encryption.") from None


class _Book:
    """A book in an archive, and how many bytes of it may still be unpacked."""

    def __init__(self, archive: zipfile.ZipFile, largest: int) -> None:
        self._archive = archive
        self._budget = largest
        rootfile = next(_elements(self._xml(_CONTAINER), "rootfile"), None)
        if rootfile is None:
            raise KeyError(_CONTAINER)
        self._path = rootfile.get("full-path", "")
        self._package = self._xml(self._path)

    def metadata(self) -> dict[str, str | None]:
        """Return what the book says about itself."""
        return {
            "title": self._text("title"),
            "author": self._text("creator"),
            "date": self._text("date"),
            "url": self._text("source"),
        }

    def _text(self, name: str) -> str | None:
        element = next(_elements(self._package, name), None)
        return None if element is None else "".join(map(str, element.itertext()))

    def chapters(self) -> Iterator[bytes]:
        """Yield the pages of the book in the order of reading, without its table of contents."""
        items = {item.get("id"): item for item in _elements(self._package, "item")}
        folder = posixpath.dirname(self._path)
        read: set[str] = set()
        for reference in _elements(self._package, "itemref"):
            item = items.get(reference.get("idref"))
            if item is None or "nav" in item.get("properties", "").split():
                continue
            path = posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
            if item.get("media-type") in _PAGES and path not in read:
                read.add(path)
                yield self._unpacked(path)

    def _unpacked(self, path: str) -> bytes:
        """Return the bytes of an entry. Raises UnreadableFileError if the book is too large when unpacked."""
        with self._archive.open(path) as entry:
            data = entry.read(self._budget + 1)
        self._budget -= len(data)
        if self._budget < 0:
            raise UnreadableFileError("is too large when it is unpacked", "Split it into parts.")
        return data

    def _xml(self, path: str) -> etree._Element:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        return etree.fromstring(self._unpacked(path), parser)


def _elements(root: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield the elements of a name, in whatever namespace."""
    return root.iter(f"{{*}}{name}")
