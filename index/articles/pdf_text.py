"""PDF: the text of the pages in reading order, block by block, with the numbers of the pages."""

import re
from collections.abc import Sequence
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from index.articles.decoding import normalise_text
from index.articles.document import Document, DocumentBuilder
from index.articles.front_matter import make_description
from index.articles.pdf_blocks import add_blocks
from index.articles.pdf_columns import columns_of
from index.articles.pdf_furniture import without_furniture
from index.articles.pdf_glyphs import PdfPage, read_page
from index.articles.pdf_grids import find_grids
from index.articles.pdf_justified import with_justified_lines
from index.articles.pdf_lines import pieces_of
from index.articles.pdf_paragraphs import PageColumns, read_paragraphs
from index.errors import UnreadableFileError

_ENCRYPTED = "Save a copy without encryption."
_RECOGNISE = "Run text recognition (OCR) on it first."
_MOST_UNKNOWN = 0.2  # share of characters without a meaning, above which a text is unreadable
# Titles that programs give to PDF files: "untitled1", "Microsoft Word - a.doc", "(anonymous)", "report.indd".
_NO_TITLE = re.compile(
    r"untitled.*|\(anonymous\)|powerpoint presentation|microsoft word\b.*|.*\.\w{2,5}|\W*", re.IGNORECASE
)

_NO_AUTHORS = frozenset(("(anonymous)", "anonymous", "unknown", "author", "admin", "administrator", "user"))


def read_pdf(file: Path) -> Document:
    """Return the document in a PDF file. Raises UnreadableFileError if it is encrypted or holds no text."""
    with _open(file) as pdf:
        pages = [read_page(pdf, number) for number in range(1, len(pdf) + 1)]
        title, author = (normalise_text(pdf.get_metadata_value(key)) for key in ("Title", "Author"))
    _check_characters(pages)
    pieces = without_furniture([pieces_of(page.glyphs, page.uprights) for page in pages])
    columns: list[PageColumns] = []
    for page, page_pieces in zip(pages, pieces, strict=True):
        grids = find_grids(page.rules, page.uprights)
        lines = with_justified_lines(page_pieces)
        columns.append(PageColumns(page.number, columns_of(lines, grids), page.rules, grids))
        columns.append(PageColumns(page.number, columns_of(pieces_of(page.aside))))
    builder = DocumentBuilder()
    add_blocks(builder, *read_paragraphs(columns))
    if _NO_TITLE.fullmatch(title.strip()):
        title = ""
    if author.strip().lower() in _NO_AUTHORS:
        author = ""
    return builder.document(make_description({"title": title, "author": author}))


def _open(file: Path) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
            raise UnreadableFileError("is encrypted", _ENCRYPTED) from None
        raise UnreadableFileError("is damaged, or no PDF file") from error


def _check_characters(pages: Sequence[PdfPage]) -> None:
    """Raise UnreadableFileError if there is no text, or a text whose characters have no meaning."""
    texts = [glyph.text for page in pages for glyph in (*page.glyphs, *page.aside)]
    if not texts:
        raise UnreadableFileError("holds no text (a scan?)", _RECOGNISE)
    unknown = sum(text == "\ufffd" or "\ue000" <= text <= "\uf8ff" or text < " " for text in texts)
    if unknown > _MOST_UNKNOWN * len(texts):
        raise UnreadableFileError("its fonts do not say which characters they show", _RECOGNISE)
