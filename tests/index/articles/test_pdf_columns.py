"""Reading order of a page of a PDF."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import LEFT, RIGHT, read_drawn, texts_of, write_lines


def test_columns_are_read_one_after_the_other_however_they_are_drawn(tmp_path: Path) -> None:
    def by_column(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72)
        write_lines(canvas, RIGHT, left=310)

    def by_row(canvas: Canvas) -> None:
        for number, lines in enumerate(zip(LEFT.split("\n"), RIGHT.split("\n"), strict=True)):
            for left, line in zip((72, 310), lines, strict=True):
                canvas.drawString(left, 750 - 14 * number, line)

    whole = " ".join(LEFT.split()), " ".join(RIGHT.split())
    assert (
        tuple(texts_of(read_drawn(tmp_path, by_column)))
        == tuple(texts_of(read_drawn(tmp_path, by_row)))
        == whole
    )


def test_a_heading_across_columns_comes_before_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72, top=700)
        write_lines(canvas, RIGHT, left=310, top=700)
        canvas.setFont("Times-Bold", 16)
        canvas.drawString(72, 740, "The bells of Kamenice and the people who ring them")

    article = read_drawn(tmp_path, draw)
    assert article.blocks[0].kind is BlockKind.HEADING
    assert texts_of(article)[1].startswith("The bell museum")
    assert article.title == "The bells of Kamenice and the people who ring them"
