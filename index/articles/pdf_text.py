"""PDF: the text of the pages, with their numbers."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdf
from pypdf.errors import DependencyError

from index.articles.decoding import normalise_text
from index.articles.document import Document
from index.articles.front_matter import make_description
from index.errors import UnreadableFileError
from index.records import Block, BlockKind
from index.segmentation.blocks import split_blocks

_ENCRYPTED = "Save a copy without encryption."
# Titles that programs give to PDF files: "untitled1", "Microsoft Word - draft.doc", "report.indd", " ".
_NO_TITLE = re.compile(r"untitled.*|microsoft word\b.*|.*\.\w{2,5}|\W*", re.IGNORECASE)


def read_pdf(file: Path) -> Document:
    """Return the document in a PDF file. Raises UnreadableFileError if it is encrypted or holds no text."""
    with _quiet("pypdf"):
        try:
            with pypdf.PdfReader(file) as pdf:
                if pdf.is_encrypted and not pdf.decrypt(""):
                    raise UnreadableFileError("is encrypted", _ENCRYPTED)
                title, author = (pdf.metadata.title, pdf.metadata.author) if pdf.metadata else (None, None)
                text = normalise_text("\n".join(page.extract_text() for page in pdf.pages))
        except DependencyError:  # a cipher that pypdf needs another package for
            raise UnreadableFileError("is encrypted", _ENCRYPTED) from None
    if not text.strip():
        raise UnreadableFileError("holds no text (a scan?)", "Run text recognition (OCR) on it first.")
    if title and _NO_TITLE.fullmatch(title.strip()):
        title = None
    blocks = tuple(Block(BlockKind.PARAGRAPH, start, end) for start, end in split_blocks(text))
    return Document(make_description({"title": title, "author": author}), text, blocks)


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
