"""PDF: text, title, author, and what is refused."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from index.articles.corpus import read_article
from index.errors import UnreadableFileError
from tests.support.pdf_files import (
    LEFT,
    RIGHT,
    aes_pdf,
    pdf,
    read_drawn,
    write_lines,
)
from tests.support.small_corpus import put


def test_title_author_and_text(tmp_path: Path) -> None:
    data = pdf(["Bees dance. They", "tell others where the food is."], Title="Of Bees", Author="Ada")
    article = read_article(put(tmp_path, "a.pdf", data))
    assert (article.title, article.author) == ("Of Bees", "Ada")
    assert article.text == "Bees dance. They tell others where the food is."


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - x.doc", "draft3.indd", "(anonymous)", "  "])
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


def test_blocks_ascend_inside_the_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        write_lines(canvas, LEFT, left=72)
        write_lines(canvas, RIGHT, left=310)
        write_lines(canvas, "• one\n• two", top=500)
        for number in range(4):
            write_lines(canvas, f"A{number}", 72, 400 - 15 * number)
            write_lines(canvas, f"{number} crowns", 200, 400 - 15 * number)

    article = read_drawn(tmp_path, draw, draw, draw)
    ends = [0]
    for block in article.blocks:
        assert ends[-1] <= block.start < block.end <= len(article.text)
        assert all(block.start <= cell.start < cell.end <= block.end for cell in block.cells)
        ends.append(block.end)
