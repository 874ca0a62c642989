"""Justified lines of a PDF whose words stand far apart."""

from pathlib import Path

from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import read_drawn, texts_of

_WIDTH = 150.0
_LEFT = (
    "The bell museum was opened in 1931 in a former brewery by the local neighbourhood representatives, "
    "whose responsibilities were extraordinarily burdensome. Its oldest bell was cast by a monk named "
    "Anselm in 1402, and the entry costs six crowns on Sundays."
)
_RIGHT = (
    "The tower has a hundred and nine steps, and tours of it start at noon or by prearrangement with "
    "administrators, unfortunately seldom available. The keeper of the bells is Ludmila, who came from "
    "Brno in 2009 and who has lived in the tower since."
)


def _justify(canvas: Canvas, text: str, left: float) -> None:
    """Write a text in lines of the same width, but for the last."""
    *lines, last = simpleSplit(text, "Times-Roman", 11, _WIDTH)
    for number, line in enumerate(lines):
        words = line.split()
        widths = [stringWidth(word, "Times-Roman", 11) for word in words]
        gap = (_WIDTH - sum(widths)) / (len(words) - 1)
        for place, word in enumerate(words):
            canvas.drawString(left + sum(widths[:place]) + gap * place, 750 - 14 * number, word)
    canvas.drawString(left, 750 - 14 * len(lines), last)


def test_columns_whose_words_stand_far_apart_are_read_one_after_the_other(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        _justify(canvas, _LEFT, 72)
        _justify(canvas, _RIGHT, 245)

    assert texts_of(read_drawn(tmp_path, draw)) == [_LEFT, _RIGHT]


def test_numbers_at_even_distances_stay_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number, cells in enumerate(["Mon Tue Wed Thu", "11 12 13 14", "21 22 23 24", "31 32 33 34"]):
            for place, cell in enumerate(cells.split()):
                canvas.drawString(72 + 40 * place, 750 - 14 * number, cell)

    article = read_drawn(tmp_path, draw)
    rows = [block for block in article.blocks if block.kind is BlockKind.TABLE_ROW]
    assert [len(row.cells) for row in rows] == [4, 4, 4]
