"""File formats that articles may have: text and Markdown, HTML, PDF and RTF.

Each is read by a LlamaIndex reader, ours or its own. Imported only when articles are read, because the
framework takes a second to import.
"""

import importlib
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pypdf
from llama_index.core.readers.base import BaseReader
from llama_index.core.schema import Document
from pypdf.errors import DependencyError

from index.articles.decoding import decode, normalise_text
from index.articles.front_matter import Description, make_description, split_front_matter
from index.articles.html_text import read_html
from index.errors import UnreadableFileError

_ENCRYPTED = "Save a copy without encryption."
# Titles that programs give to PDF files: "untitled1", "Microsoft Word - draft.doc", "report.indd", " ".
_NO_TITLE = re.compile(r"untitled.*|microsoft word\b.*|.*\.\w{2,5}|\W*", re.IGNORECASE)


def file_formats() -> dict[str, BaseReader]:
    """Return the format of each suffix, as a `file_extractor` for LlamaIndex's SimpleDirectoryReader."""
    text, page = TextFormat(), HtmlFormat()
    return {
        **dict.fromkeys((".txt", ".text", ".md", ".markdown"), text),
        **dict.fromkeys((".html", ".htm", ".xhtml"), page),
        ".pdf": PdfFormat(),
        ".rtf": RtfFormat(),
    }


class TextFormat(BaseReader):
    """Plain text and Markdown, as it is in the file except for the front matter.

    LlamaIndex's own reader drops the bytes that it cannot decode.
    """

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """Read one file into one Document. Raises UnreadableFileError for binary data."""
        return _documents(*split_front_matter(decode(Path(file).read_bytes())), extra_info)


class HtmlFormat(BaseReader):
    """The readable text of HTML pages, blocks separated by blank lines."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """Read one file into one Document. Raises UnreadableFileError for binary data."""
        return _documents(*read_html(Path(file).read_bytes()), extra_info)


class PdfFormat(BaseReader):
    """The text of PDF files, pages joined, by LlamaIndex's reader."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """Read one file into one Document.

        Raises UnreadableFileError if it is encrypted or holds no text.
        """
        with _quiet("pypdf"):
            title, author = _pdf_information(file)
            parts = _bundled("PDFReader", return_full_document=True).load_data(file)
        text = "\n".join(part.text for part in parts)
        if not text.strip():
            raise UnreadableFileError("holds no text (a scan?)", "Run text recognition (OCR) on it first.")
        if title and _NO_TITLE.fullmatch(title.strip()):
            title = None
        return _documents(make_description({"title": title, "author": author}), text, extra_info)


class RtfFormat(BaseReader):
    """The text of RTF files, by LlamaIndex's reader."""

    def load_data(self, file: Path, extra_info: dict[str, Any] | None = None) -> list[Document]:
        """Read one file into one Document. Raises UnreadableFileError for a file of another format."""
        if not Path(file).read_bytes().lstrip().startswith(rb"{\rtf"):
            raise UnreadableFileError("is not an RTF file")
        text = "\n".join(part.text for part in _bundled("RTFReader").load_data(file))
        return _documents(Description(), text, extra_info)


def _pdf_information(file: Path) -> tuple[str | None, str | None]:
    """Return title and author. Raises UnreadableFileError if reading the file requires a password."""
    try:
        with pypdf.PdfReader(file) as pdf:
            if pdf.is_encrypted and not pdf.decrypt(""):
                raise UnreadableFileError("is encrypted", _ENCRYPTED)
            return (pdf.metadata.title, pdf.metadata.author) if pdf.metadata else (None, None)
    except DependencyError:  # a cipher that pypdf needs another package for
        raise UnreadableFileError("is encrypted", _ENCRYPTED) from None


def _documents(description: Description, text: str, extra_info: dict[str, Any] | None) -> list[Document]:
    metadata = {key: value for key, value in asdict(description).items() if value is not None}
    return [Document(text=normalise_text(text), metadata={**(extra_info or {}), **metadata})]


def _bundled(name: str, **options: Any) -> BaseReader:
    """Return one of LlamaIndex's readers. Importing them configures the root logger: that is undone."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    package = importlib.import_module("llama_index.readers.file")
    root.handlers[:] = handlers
    root.setLevel(level)
    reader: BaseReader = getattr(package, name)(**options)
    return reader


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library's log off the terminal; what matters is raised."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)
