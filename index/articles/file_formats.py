"""File formats that articles may have, each with the function that reads it.

The parsers are imported when the first file of their format is read, because a question checks the corpus for
changes but reads no articles.
"""

from collections.abc import Callable
from pathlib import Path

from index.articles.document import Document

_TEXT = frozenset((".txt", ".text"))
_MARKDOWN = frozenset((".markdown", ".md"))
_HTML = frozenset((".htm", ".html", ".xhtml"))
SUFFIXES = frozenset((*_TEXT, *_MARKDOWN, *_HTML, ".pdf", ".rtf"))
"""Extensions of the files that are read, in lower case."""


def read_document(file: Path) -> Document:
    """Read a file of one of `SUFFIXES`. Raises UnreadableFileError, or what a third-party parser raises."""
    return _format(file.suffix.lower())(file)


def _format(suffix: str) -> Callable[[Path], Document]:
    if suffix in _HTML:
        return _read_html
    if suffix == ".pdf":
        from index.articles.pdf_text import read_pdf

        return read_pdf
    if suffix == ".rtf":
        from index.articles.rtf_text import read_rtf

        return read_rtf
    return _read_markdown if suffix in _MARKDOWN else _read_text


def _read_text(file: Path) -> Document:
    from index.articles.decoding import decode
    from index.articles.plain_text import read_plain_text

    return read_plain_text(decode(file.read_bytes()))


def _read_markdown(file: Path) -> Document:
    from index.articles.decoding import decode
    from index.articles.markdown_text import read_markdown

    return read_markdown(decode(file.read_bytes()))


def _read_html(file: Path) -> Document:
    from index.articles.html_text import read_html

    return read_html(file.read_bytes())
