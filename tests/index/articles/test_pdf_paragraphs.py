"""Paragraphs of a PDF: which lines go on with each other."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import read_drawn, texts_of, write_lines

LINES = """
The clock of the tower was made in Vienna by a smith whose name is lost, and it was carried
over the mountains in eleven carts. It strikes the quarters. Its hands are two metres long and
are gilded anew every ten years.
"""


def test_lines_of_a_paragraph_are_one_text_and_a_gap_an_indent_or_a_short_line_ends_it(
    tmp_path: Path,
) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LINES)
        write_lines(canvas, LINES, top=690)  # after a gap
        write_lines(canvas, LINES, top=648)  # after a short line
        write_lines(canvas, "It is wound by the keeper", left=90, top=606)  # indented
        write_lines(canvas, "every morning.", top=592)

    whole = " ".join(LINES.split())
    assert texts_of(read_drawn(tmp_path, draw)) == [
        whole,
        whole,
        whole,
        "It is wound by the keeper every morning.",
    ]


def test_a_paragraph_goes_on_behind_a_note_and_a_figure(tmp_path: Path) -> None:
    def first(canvas: Canvas) -> None:
        write_lines(canvas, LINES + "The smith, who had one eye, is said to have")
        canvas.setFont("Times-Roman", 8)
        canvas.drawString(72, 80, "3. See the chronicle of the town.")

    def second(canvas: Canvas) -> None:
        write_lines(canvas, "Figure 4: The clock")
        write_lines(canvas, "built three more of them.", top=700)

    assert "The smith, who had one eye, is said to have built three more of them." in "\n".join(
        texts_of(read_drawn(tmp_path, first, second))
    )


def test_a_number_at_the_beginning_of_a_wrapped_line_is_no_item(tmp_path: Path) -> None:
    lines = """
The first meeting of the society was held in the hall above the bakery on 3 May, at half past
2. The second one followed in June, and all of the members came to it but for the treasurer.
"""
    assert texts_of(read_drawn(tmp_path, lambda canvas: write_lines(canvas, lines))) == [
        " ".join(lines.split())
    ]


def test_code_keeps_its_lines_and_its_indents(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LINES)
        canvas.setFont("Courier", 10)
        write_lines(canvas, "for boat in boats:\n    print(boat)", top=680, leading=12)

    assert texts_of(read_drawn(tmp_path, draw), BlockKind.CODE) == ["for boat in boats:\n    print(boat)"]


def test_the_distance_of_a_tables_rows_joins_no_headings(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Times-Bold", 18)
        canvas.drawString(72, 760, "Rooms of the mill")
        canvas.drawString(72, 726, "Prices")
        canvas.setFont("Times-Roman", 11)
        for number, cells in enumerate([("Room", "Day", "Week"), *([("Studio", "12", "60")] * 9)]):
            for place, cell in enumerate(cells):
                canvas.drawString(72 + 90 * place, 690 - 20 * number, cell)
        write_lines(canvas, "Keys are handed out at the desk.\nBring them back in the evening.", top=450)

    assert texts_of(read_drawn(tmp_path, draw), BlockKind.HEADING) == ["Rooms of the mill", "Prices"]
