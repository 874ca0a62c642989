"""PDF: text in reading order, block by block with pages, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.articles.corpus import read_article
from index.errors import UnreadableFileError
from index.records import Article, BlockKind
from tests.support.pdf_files import aes_pdf, drawn_pdf, pdf, pdf_of_operators, write_lines
from tests.support.small_corpus import put

LEFT = """
The bell museum was opened
in 1931 in a former brewery. Its
oldest bell was cast by a monk
named Anselm in 1402. Entry
costs six crowns on Sundays.
"""
RIGHT = """
The tower has a hundred and
nine steps. Tours of it start at
noon. The keeper of the bells is
Ludmila Hrubá. She came from
Brno in 2009.
"""


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., Article]:
    def read(*pages: Callable[[Canvas], None]) -> Article:
        return read_article(put(tmp_path, "a.pdf", drawn_pdf(*pages)))

    return read


Read = Callable[..., Article]


def texts(article: Article, kind: BlockKind | None = None) -> list[str]:
    """Return the texts of the blocks, or of those of a kind."""
    blocks = [block for block in article.blocks if kind in (None, block.kind)]
    return [article.text[block.start : block.end] for block in blocks]


def test_title_author_and_text(tmp_path: Path) -> None:
    data = pdf(["Bees dance. They", "tell others where the food is."], Title="Of Bees", Author="Ada")
    article = read_article(put(tmp_path, "a.pdf", data))
    assert (article.title, article.author) == ("Of Bees", "Ada")
    assert article.text == "Bees dance. They tell others where the food is."


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - x.doc", "draft3.indd", "  "])
def test_titles_that_programs_give_are_none(tmp_path: Path, title: str) -> None:
    assert read_article(put(tmp_path, "bees.pdf", pdf(["They dance.\nOften."], Title=title))).title == "bees"


def test_authors_that_programs_give_are_none(tmp_path: Path) -> None:
    assert read_article(put(tmp_path, "a.pdf", pdf(["They dance."], Author="anonymous"))).author is None


def test_a_file_that_only_forbids_printing_is_read(tmp_path: Path) -> None:
    assert "dance" in read_article(put(tmp_path, "a.pdf", pdf(["They dance."], lock=""))).text


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (pdf(["They dance."], lock="secret"), "^is encrypted$"),
        (aes_pdf(), "^is encrypted$"),
        (pdf([""]), r"^holds no text \(a scan\?\)$"),
        (b"They dance.", "^is damaged, or no PDF file$"),
        (pdf(["They dance."])[:200], "^is damaged, or no PDF file$"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFileError, match=reason):
        read_article(put(tmp_path, "a.pdf", content))


def test_columns_are_read_one_after_the_other_however_they_are_drawn(read: Read) -> None:
    def by_column(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72)
        write_lines(canvas, RIGHT, left=310)

    def by_row(canvas: Canvas) -> None:
        for number, lines in enumerate(zip(LEFT.split("\n"), RIGHT.split("\n"), strict=True)):
            for left, line in zip((72, 310), lines, strict=True):
                canvas.drawString(left, 750 - 14 * number, line)

    whole = " ".join(LEFT.split()), " ".join(RIGHT.split())
    assert tuple(texts(read(by_column))) == tuple(texts(read(by_row))) == whole


def test_a_heading_across_columns_comes_before_them(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72, top=700)
        write_lines(canvas, RIGHT, left=310, top=700)
        canvas.setFont("Times-Bold", 16)
        canvas.drawString(72, 740, "The bells of Kamenice and the people who ring them")

    article = read(draw)
    assert article.blocks[0].kind is BlockKind.HEADING
    assert texts(article)[1].startswith("The bell museum")
    assert article.title == "The bells of Kamenice and the people who ring them"


def test_words_that_are_hyphenated_at_line_ends_are_joined(read: Read) -> None:
    article = read(
        lambda canvas: write_lines(
            canvas,
            """
            The well-known order is inter-
            national, and its most well-
            known member, a sea captain, sails the Mediter-
            ranean. He was there in the years 1914-
            1918 with the Anglo-
            Saxon fleet.""".replace("            ", ""),
        )
    )
    assert article.text == (
        "The well-known order is international, and its most well-known member, a sea captain, sails "
        "the Mediterranean. He was there in the years 1914-1918 with the Anglo-Saxon fleet."
    )


def test_ligatures_and_soft_hyphens_are_resolved(tmp_path: Path) -> None:
    encoding = b"<</Type/Encoding/Differences[1/fi/fl]>>"
    data = pdf_of_operators(b"BT /F1 12 Tf 50 400 Td (the \1rst \2oor) Tj ET").replace(
        b"/BaseFont/Helvetica", b"/BaseFont/Helvetica/Encoding" + encoding
    )
    assert read_article(put(tmp_path, "a.pdf", data)).text == "the first floor"


def test_running_headers_footers_and_page_numbers_are_left_out(read: Read) -> None:
    def page(number: int, lines: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.drawCentredString(300, 800, "Chronicle of the Guild, volume 4")
            write_lines(canvas, lines)
            canvas.drawString(72 if number % 2 else 420, 40, f"page {number + 6} · printed 3 May 2019")

        return draw

    article = read(
        page(1, "The guild was founded in 1780 by nine masons. Its first treasurer was"),
        page(2, "a baker. The second one fled to Riga.\nIn 1812 the hall burnt down."),
        page(3, "It was built again in 1815."),
    )
    assert [(block.page, text) for block, text in zip(article.blocks, texts(article), strict=True)] == [
        (1, "The guild was founded in 1780 by nine masons. Its first treasurer was a baker."),
        (2, "The second one fled to Riga. In 1812 the hall burnt down."),
        (3, "It was built again in 1815."),
    ]


def test_rows_of_a_list_that_goes_on_over_pages_are_no_headers(read: Read) -> None:
    def page(first: int) -> Callable[[Canvas], None]:
        lines = "\n".join(f"Item {first + 7 * row} costs {first + 3 * row} crowns." for row in range(40))
        return lambda canvas: write_lines(canvas, lines)

    assert len(read(page(1), page(300)).text.split("crowns")) == 81


def test_headings_have_levels_by_size_weight_and_number(read: Read) -> None:
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

    article = read(draw)
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


def test_items_with_any_mark_are_items_and_wrapped_lines_belong_to_them(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The keeper does three things every day:")
        write_lines(
            canvas, "• winds the clock in the tower, which\n   takes him an hour\n• rings at noon", top=730
        )
        write_lines(canvas, "– feeds the doves\n– counts them", left=90, top=680)
        write_lines(canvas, "1. He is paid monthly\n2. He has no holidays", top=640)

    article = read(draw)
    items = [block for block in article.blocks if block.kind is BlockKind.LIST_ITEM]
    assert texts(article, BlockKind.LIST_ITEM) == [
        "winds the clock in the tower, which takes him an hour",
        "rings at noon",
        "feeds the doves",
        "counts them",
        "1. He is paid monthly",
        "2. He has no holidays",
    ]
    assert [item.level for item in items] == [1, 1, 2, 2, 1, 1]
    assert items[0].lead == "The keeper does three things every day"


def test_tables_are_rows_with_the_names_of_their_columns(read: Read) -> None:
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

    article = read(draw)
    assert texts(article, BlockKind.CAPTION) == ["Boat Captain Seats"]
    assert texts(article, BlockKind.TABLE_ROW) == [
        "Marigold\tTove Lindqvist\t120",
        "Heron\tPiet de Boer\t45",
        "Old Pike\t8",
    ]
    assert [cell.column for cell in article.blocks[-1].cells] == ["Boat", "Seats"]


def test_ruled_tables_keep_the_lines_of_a_cell_together(read: Read) -> None:
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

    assert texts(read(draw), BlockKind.TABLE_ROW)[-3:] == [
        "Hall\tConcerts, and the market in winter",
        "Lower cellar\tWine",
        "Attic\tDoves and the clock of the tower",
    ]


def test_contents_and_captions_are_known(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(
            canvas, "The tower . . . . . . . . . . . . . . 3\nThe garden ............................ 12"
        )
        write_lines(canvas, "Figure 2: The tower in winter, seen from the north", top=700)
        write_lines(canvas, "Figure 2 shows the tower in the winter of 1890, from the garden.", top=660)

    article = read(draw)
    assert texts(article, BlockKind.CONTENTS) == ["The tower … 3", "The garden … 12"]
    assert texts(article, BlockKind.CAPTION) == ["Figure 2: The tower in winter, seen from the north"]


def test_spaces_are_what_is_seen(tmp_path: Path, read: Read) -> None:
    """Whether written or not: letters far apart are one word, words apart without a space are two."""
    operators = [
        b"BT /F1 12 Tf 50 400 Td [(Th)-20( )280(e bo)10(at)] TJ ET",  # a space that is taken back
        b"BT /F1 12 Tf 50 400 Td [(The)-300(boat)] TJ ET",  # a gap for a space
        b"BT /F1 12 Tf 50 400 Td 4 Tc [(The)-400(boat)] TJ ET",  # letters apart
    ]
    for number, shown in enumerate(operators):
        article = read_article(put(tmp_path, f"{number}.pdf", pdf_of_operators(shown)))
        assert article.text == "The boat"


def test_turned_text_is_read_and_raised_numbers_are_seen(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "The field measures 40 m")
        canvas.setFont("Times-Roman", 7)
        canvas.drawString(72 + canvas.stringWidth("The field measures 40 m", "Times-Roman", 11), 755, "2")
        canvas.setFont("Times-Roman", 11)
        canvas.rotate(90)
        canvas.drawString(100, -30, "Copy for the archive")

    assert texts(read(draw)) == ["The field measures 40 m²", "Copy for the archive"]


def test_links_are_kept(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, "Write to the office about tickets.")
        canvas.linkURL("mailto:office@example.org", (72, 745, 190, 762))

    (block,) = read(draw).blocks
    assert [link.address for link in block.links] == ["mailto:office@example.org"]


def test_blocks_ascend_inside_the_text(read: Read) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72)
        write_lines(canvas, RIGHT, left=310)
        write_lines(canvas, "• one\n• two", top=500)
        for number in range(4):
            write_lines(canvas, f"A{number}", 72, 400 - 15 * number)
            write_lines(canvas, f"{number} crowns", 200, 400 - 15 * number)

    article = read(draw, draw, draw)
    ends = [0]
    for block in article.blocks:
        assert ends[-1] <= block.start < block.end <= len(article.text)
        assert all(block.start <= cell.start < cell.end <= block.end for cell in block.cells)
        ends.append(block.end)
