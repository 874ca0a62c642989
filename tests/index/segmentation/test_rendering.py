"""Renderings: what models read and people see of a sentence, with a map back to the article."""

import numpy as np

from index.records import Block, BlockKind, Cell
from index.segmentation.rendering import RenderedSpan, Rendering, embedded_text, render
from tests.support.growth import LINEAR, growth

TEXT = "Fleet\n\nMarigold\t1974\t120"
ROW = Block(
    BlockKind.TABLE_ROW,
    7,
    24,
    section=("Fleet",),
    cells=(Cell("Boat", 7, 15), Cell("", 16, 20), Cell("Seats", 21, 24)),
)


def test_a_cell_follows_the_name_of_its_column() -> None:
    rendering = render(TEXT[7:24], 7, ROW)
    assert rendering.text == "Boat: Marigold · 1974 · Seats: 120"
    for piece in rendering.pieces:
        shown = rendering.text[piece.start : piece.start + piece.length]
        assert shown == TEXT[piece.source : piece.source + piece.length]


def test_a_part_of_a_row_has_its_own_cells_alone() -> None:
    assert render(TEXT[16:24], 16, ROW).text == "1974 · Seats: 120"
    assert render(TEXT[9:20], 9, ROW).text == "Boat: rigold · 1974"


def test_time_is_linear_in_the_cells_of_a_row() -> None:
    def render_parts(cells: int) -> None:
        row = Block(
            BlockKind.TABLE_ROW,
            0,
            10 * cells,
            cells=tuple(Cell("a", 10 * number, 10 * number + 9) for number in range(cells)),
        )
        for start in range(0, 10 * cells, 100):
            assert render("x" * 99, start, row).text.count("·") == 9

    assert growth(render_parts, 4_000, 16_000) < LINEAR


def test_other_text_is_rendered_as_it_is() -> None:
    rendering = render("It sails.", 40, Block(BlockKind.PARAGRAPH, 40, 49))
    assert rendering == Rendering("It sails.", (RenderedSpan(0, 40, 9),))


def test_spans_lead_back_to_the_article_unless_they_lie_in_what_was_put_in() -> None:
    rendering = render(TEXT[7:24], 7, ROW).after("Ferries: ")
    text = rendering.text
    spans = [text.index(part) for part in ("Ferries", "Boat", "Marigold", "120")]
    starts = np.array(spans)
    ends = starts + np.array([7, 4, 8, 3])
    sources, source_ends = rendering.sources(starts, ends)
    assert sources.tolist() == [-1, -1, 7, 21]
    assert source_ends.tolist() == [-1, -1, 15, 24]
    across, _ = rendering.sources(np.array([text.index("gold")]), np.array([text.index("1974") + 2]))
    assert across.tolist() == [-1], "a span over two cells is in no one piece"


def test_no_span_leads_back_from_a_rendering_without_pieces() -> None:
    sources, ends = Rendering("Heading", ()).sources(np.array([0]), np.array([7]))
    assert (sources.tolist(), ends.tolist()) == ([-1], [-1])


def test_a_span_of_the_article_is_found_in_the_rendering() -> None:
    rendering = render(TEXT[7:24], 7, ROW)
    span = rendering.span(21, 24)
    assert span is not None
    assert rendering.text[slice(*span)] == "120"
    assert rendering.span(0, 5) is None


def test_what_is_embedded_begins_with_headings_and_lead_in() -> None:
    item = Block(BlockKind.LIST_ITEM, 0, 9, section=("Rules", "Night"), lead="Not allowed:")
    assert embedded_text("cockerels", 0, item) == "Rules: Night: Not allowed: cockerels"
    assert embedded_text("It sails.", 0, Block(BlockKind.PARAGRAPH, 0, 9)) == "It sails."
    assert embedded_text("Seventy-two at 2 pm", 0, Block(BlockKind.PARAGRAPH, 0, 19)) == "72 at 14:00"
