"""Tables of a PDF."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import read_drawn, texts_of, write_lines


def test_tables_are_rows_with_the_names_of_their_columns(tmp_path: Path) -> None:
    rows = [
        ("Boat", "Captain", "Seats"),
        ("Marigold", "Tove Lindqvist", "120"),
        ("Heron", "Piet de Boer", "45"),
        ("Old Pike", "", "8"),
    ]

    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The boats of the lake are these, and each of them sails from May to October.")
        for number, row in enumerate(rows):
            for left, cell in zip((72, 180, 300), row, strict=True):
                canvas.drawString(left, 700 - 18 * number, cell)

    article = read_drawn(tmp_path, draw)
    assert texts_of(article, BlockKind.CAPTION) == ["Boat Captain Seats"]
    assert texts_of(article, BlockKind.TABLE_ROW) == [
        "Marigold\tTove Lindqvist\t120",
        "Heron\tPiet de Boer\t45",
        "Old Pike\t8",
    ]
    assert [cell.column for cell in article.blocks[-1].cells] == ["Boat", "Seats"]


def test_ruled_tables_keep_the_lines_of_a_cell_together(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        top = 700
        for cells in [
            (["Room"], ["Purpose"]),
            (["Hall"], ["Concerts, and the mar-", "ket in winter"]),
            (["Lower", "cellar"], ["Wine"]),
            (["Attic"], ["Doves and the clock of", "the tower"]),
        ]:
            canvas.line(72, top + 12, 400, top + 12)
            for left, lines in zip((76, 200), cells, strict=True):
                write_lines(canvas, "\n".join(lines), left, top, leading=13)
            top -= 13 * max(map(len, cells)) + 8
        canvas.line(72, top + 12, 400, top + 12)

    assert texts_of(read_drawn(tmp_path, draw), BlockKind.TABLE_ROW)[-3:] == [
        "Hall\tConcerts, and the market in winter",
        "Lower cellar\tWine",
        "Attic\tDoves and the clock of the tower",
    ]
