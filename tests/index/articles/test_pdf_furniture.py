"""Running headers, footers and page numbers."""

from collections.abc import Callable
from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from tests.support.pdf_files import (
    read_drawn,
    texts_of,
    write_lines,
)


def test_running_headers_footers_and_page_numbers_are_left_out(tmp_path: Path) -> None:
    def page(number: int, lines: str) -> Callable[[Canvas], None]:
        def draw(canvas: Canvas) -> None:
            canvas.drawCentredString(300, 800, "Chronicle of the Guild, volume 4")
            write_lines(canvas, lines)
            canvas.drawString(72 if number % 2 else 420, 40, f"page {number + 6} · printed 3 May 2019")

        return draw

    article = read_drawn(
        tmp_path,
        page(1, "The guild was founded in 1780 by nine masons. Its first treasurer was"),
        page(2, "a baker. The second one fled to Riga.\nIn 1812 the hall burnt down."),
        page(3, "It was built again in 1815."),
    )
    assert [(block.page, text) for block, text in zip(article.blocks, texts_of(article), strict=True)] == [
        (1, "The guild was founded in 1780 by nine masons. Its first treasurer was a baker."),
        (2, "The second one fled to Riga. In 1812 the hall burnt down."),
        (3, "It was built again in 1815."),
    ]


def test_rows_of_a_list_that_goes_on_over_pages_are_no_headers(tmp_path: Path) -> None:
    def page(first: int) -> Callable[[Canvas], None]:
        lines = "\n".join(f"Item {first + 7 * row} costs {first + 3 * row} crowns." for row in range(40))
        return lambda canvas: write_lines(canvas, lines)

    assert len(read_drawn(tmp_path, page(1), page(300)).text.split("crowns")) == 81
