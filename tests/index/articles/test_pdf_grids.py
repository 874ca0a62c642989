"""Grids of ruling lines: tables whose cells are known whatever stands in them."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import read_drawn, texts_of, write_lines

ROWS = [
    ("Person", "Duty", "Since"),
    ("Tove Lindqvist", "keeps the register of the\nmoorings in the tower, and\ncollects the dues", "1999"),
    ("Piet de Boer", "tests the fog horn", "2004"),
]
PLACES = [72, 160, 300, 350]


@pytest.mark.parametrize("boxes", [False, True], ids=["lines", "boxes"])
def test_cells_of_several_lines_are_cells_of_one_row_wherever_the_others_stand(
    tmp_path: Path, boxes: bool
) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The staff of the harbour:", top=740)
        top = 720
        for row in ROWS:
            height = 14 * max(cell.count("\n") + 1 for cell in row) + 6
            for left, right, cell in zip(PLACES, PLACES[1:], row, strict=False):
                lines = cell.count("\n") + 1
                middle = (height - 6 - 14 * lines) / 2  # cells of one line stand in the middle
                write_lines(canvas, cell, left + 4, top - 14 - middle)
                if boxes:
                    canvas.rect(left, top - height, right - left, height)
            if not boxes:
                canvas.line(PLACES[0], top, PLACES[-1], top)
            top -= height
        if not boxes:
            canvas.line(PLACES[0], top, PLACES[-1], top)
            for place in PLACES:
                canvas.line(place, 720, place, top)
        write_lines(canvas, "They are paid by the town.", top=top - 30)

    article = read_drawn(tmp_path, draw)
    assert texts_of(article, BlockKind.TABLE_ROW) == [
        "Tove Lindqvist\tkeeps the register of the moorings in the tower, and collects the dues\t1999",
        "Piet de Boer\ttests the fog horn\t2004",
    ]
    assert [cell.column for cell in article.blocks[-2].cells] == ["Person", "Duty", "Since"]
    assert texts_of(article)[-1] == "They are paid by the town."
