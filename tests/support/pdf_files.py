"""PDF files made for tests: with given lines, drawn, encrypted, hostile."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

from pypdf import PdfWriter
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from index.articles.corpus import read_article
from index.records import Article, BlockKind
from tests.support.small_corpus import put

LEFT = """
The bell museum was opened
in 1931 in a former brewery. Its
oldest bell was cast by a monk
named Anselm in 1402. Entry
costs six crowns on Sundays.
"""
"""Lines of a column."""
RIGHT = """
The tower has a hundred and
nine steps. Tours of it start at
noon. The keeper of the bells is
Ludmila Hrubá. She came from
Brno in 2009.
"""
"""Lines of the column beside it."""


def pdf(pages: list[str], lock: str | None = None, **information: str) -> bytes:
    """Return a PDF file with the lines of each page; `lock` is the password that reading it takes."""
    writer = PdfWriter()
    for text in pages:
        lines = " 0 -15 Td ".join(f"({line}) Tj" for line in text.splitlines())
        drawn = pdf_of_operators(f"BT /F1 12 Tf 20 450 Td {lines} ET".encode())
        writer.append(io.BytesIO(drawn))
    writer.add_metadata({f"/{key}": value for key, value in information.items()})
    if lock is not None:
        writer.encrypt(lock, "owner", algorithm="RC4-128")
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()


def aes_pdf() -> bytes:
    """Return an encrypted PDF file whose keys are zeros."""
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Filter/Standard/V 5/R 6/Length 256/P -4/O<%s>/U<%s>/OE<%s>/UE<%s>/Perms<%s>/StmF/S/StrF/S"
        b"/CF<</S<</CFM/AESV3/AuthEvent/DocOpen/Length 32>>>>>>"
        % (b"00" * 48, b"00" * 48, b"00" * 32, b"00" * 32, b"00" * 16),
    ]
    data, offsets = b"%PDF-2.0\n", []
    for number, part in enumerate(parts, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size 4/Root 1 0 R/Encrypt 3 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n" % len(
        data
    )
    return data + b"xref\n0 4\n0000000000 65535 f \n" + table + trailer


def drawn_pdf(*pages: Callable[[Canvas], None]) -> bytes:
    """Return a PDF file in A4, each page drawn by a function."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4)
    for draw in pages:
        canvas.setFont("Times-Roman", 11)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read_drawn(folder: Path, *pages: Callable[[Canvas], None]) -> Article:
    """Return the article in a PDF file whose pages are drawn by functions."""
    return read_article(put(folder, "a.pdf", drawn_pdf(*pages)))


def texts_of(article: Article, kind: BlockKind | None = None) -> list[str]:
    """Return the texts of an article's blocks, or of those of a kind."""
    blocks = [block for block in article.blocks if kind in (None, block.kind)]
    return [article.text[block.start : block.end] for block in blocks]


def write_lines(canvas: Canvas, lines: str, left: float = 72, top: float = 750, leading: float = 14) -> None:
    """Write lines below each other."""
    for number, line in enumerate(lines.strip("\n").splitlines()):
        canvas.drawString(left, top - number * leading, line)


def raw_pdf(objects: list[bytes]) -> bytes:
    """Return a PDF file of numbered objects, the first of which is the catalog."""
    data, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    trailer = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(data))
    return data + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + trailer


def stream(data: bytes, entries: bytes = b"") -> bytes:
    """Return a compressed stream."""
    packed = zlib.compress(data)
    return b"<</Filter/FlateDecode/Length %d%s>>stream\n%s\nendstream" % (len(packed), entries, packed)


_PAGES = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
]
_FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"


def pdf_of_operators(operators: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    """Return a page drawn by operators in the language of PDF; F1 is Helvetica, `more` objects begin at 6."""
    page = (
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>%s>>>>"
        % resources
    )
    return raw_pdf([*_PAGES, page, stream(operators), _FONT, *more])


def endless_pdf() -> bytes:
    """Return a small file whose drawings contain each other, 10 to the 12th power in all."""
    drawings = [
        stream(
            b"/X0 Do " * 10,
            b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</XObject<</X0 %d 0 R>>>>" % number,
        )
        for number in range(7, 18)
    ]
    last = stream(
        b"BT /F1 12 Tf (They dance.) Tj ET",
        b"/Type/XObject/Subtype/Form/BBox[0 0 500 500]/Resources<</Font<</F1 5 0 R>>>>",
    )
    return pdf_of_operators(b"/X0 Do " * 10, b"/XObject<</X0 6 0 R>>", *drawings, last)
