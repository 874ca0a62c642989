"""What the paragraphs and tables of a PDF are."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from index.records import BlockKind
from tests.support.pdf_files import read_drawn, texts_of, write_lines


def test_headings_have_levels_by_size_weight_and_number(tmp_path: Path) -> None:
    body = "The tower is open every day but Monday, from nine in the morning until six in the evening.\n"

    def draw(canvas: Canvas) -> None:
        top = 780
        for font, size, text in [
            ("Times-Bold", 20, "Guide"),
            ("Times-Bold", 14, "1 The tower"),
            ("Times-Roman", 11, body),
            ("Times-Bold", 11, "1.1 Tickets"),
            ("Times-Roman", 11, body),
            ("Times-Bold", 11, "1.2 Tours"),
            ("Times-Roman", 11, body),
            ("Times-Bold", 14, "2 The garden"),
            ("Times-Roman", 11, body),
            ("Times-Roman", 11, "OPENING HOURS"),
            ("Times-Roman", 11, body),
        ]:
            canvas.setFont(font, size)
            canvas.drawString(72, top, text.strip())
            top -= 30

    article = read_drawn(tmp_path, draw)
    headings = [block for block in article.blocks if block.kind is BlockKind.HEADING]
    assert [article.text[block.start : block.end] for block in headings] == [
        "Guide",
        "1 The tower",
        "1.1 Tickets",
        "1.2 Tours",
        "2 The garden",
        "OPENING HOURS",
    ]
    assert article.blocks[4].section == ("1 The tower", "1.1 Tickets")
    assert article.blocks[8].section == ("2 The garden",)


def test_items_with_any_mark_are_items_and_wrapped_lines_belong_to_them(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The keeper does three things every day:")
        write_lines(
            canvas, "• winds the clock in the tower, which\n   takes him an hour\n• rings at noon", top=730
        )
        write_lines(canvas, "– feeds the doves\n– counts them", left=90, top=680)
        write_lines(canvas, "1. He is paid monthly\n2. He has no holidays", top=640)

    article = read_drawn(tmp_path, draw)
    items = [block for block in article.blocks if block.kind is BlockKind.LIST_ITEM]
    assert texts_of(article, BlockKind.LIST_ITEM) == [
        "winds the clock in the tower, which takes him an hour",
        "rings at noon",
        "feeds the doves",
        "counts them",
        "1. He is paid monthly",
        "2. He has no holidays",
    ]
    assert [item.level for item in items] == [1, 1, 2, 2, 1, 1]
    assert items[0].lead == "The keeper does three things every day"


def test_a_question_leads_to_its_answer_and_items_may_have_numbers_alone(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The tower is open on Sundays.", top=780)
        write_lines(canvas, "What does the tower cost?\n\nSix crowns for everybody.")
        write_lines(canvas, "1 ring the bell\n2 wait for the keeper, who may be\n   asleep", top=680)

    article = read_drawn(tmp_path, draw)
    assert texts_of(article, BlockKind.QUESTION) == ["What does the tower cost?"]
    assert article.blocks[2].lead == "What does the tower cost?"
    assert texts_of(article, BlockKind.LIST_ITEM) == [
        "1 ring the bell",
        "2 wait for the keeper, who may be asleep",
    ]


def test_contents_and_captions_are_known(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(
            canvas, "The tower . . . . . . . . . . . . . . 3\nThe garden ............................ 12"
        )
        write_lines(canvas, "Figure 2: The tower in winter, seen from the north", top=700)
        write_lines(canvas, "Figure 2 shows the tower in the winter of 1890, from the garden.", top=660)

    article = read_drawn(tmp_path, draw)
    assert texts_of(article, BlockKind.CONTENTS) == ["The tower … 3", "The garden … 12"]
    assert texts_of(article, BlockKind.CAPTION) == ["Figure 2: The tower in winter, seen from the north"]
