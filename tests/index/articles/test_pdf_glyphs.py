"""Characters of a page: their places, sizes and links."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from index.articles.corpus import read_article
from tests.support.pdf_files import (
    pdf_of_operators,
    read_drawn,
    texts_of,
    write_lines,
)
from tests.support.small_corpus import put


def test_ligatures_and_soft_hyphens_are_resolved(tmp_path: Path) -> None:
    encoding = b"<</Type/Encoding/Differences[1/fi/fl]>>"
    data = pdf_of_operators(b"BT /F1 12 Tf 50 400 Td (the \1rst \2oor) Tj ET").replace(
        b"/BaseFont/Helvetica", b"/BaseFont/Helvetica/Encoding" + encoding
    )
    assert read_article(put(tmp_path, "a.pdf", data)).text == "the first floor"


def test_turned_text_is_read_and_raised_numbers_are_seen(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The field measures 40 m")
        canvas.setFont("Times-Roman", 7)
        canvas.drawString(72 + canvas.stringWidth("The field measures 40 m", "Times-Roman", 11), 755, "2")
        canvas.setFont("Times-Roman", 11)
        canvas.rotate(90)
        canvas.drawString(100, -30, "Copy for the archive")

    assert texts_of(read_drawn(tmp_path, draw)) == ["The field measures 40 m²", "Copy for the archive"]


def test_links_are_kept(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "Write to the office about tickets.")
        canvas.linkURL("mailto:office@example.org", (72, 745, 190, 762))

    (block,) = read_drawn(tmp_path, draw).blocks
    assert [link.address for link in block.links] == ["mailto:office@example.org"]
