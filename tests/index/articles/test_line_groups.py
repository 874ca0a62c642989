"""Lines that only their neighbours explain: contents, terms and rows."""

import pytest

from index.articles.line_groups import lines_of_contents, lines_of_terms, table_at
from index.articles.plain_text import plain_text_blocks
from index.articles.text_lines import TextLine, paragraphs
from tests.support.growth import LINEAR, growth


def lines(text: str) -> list[TextLine]:
    return [line for run in paragraphs(text) for line in run]


def shown(text: str, starts: frozenset[int]) -> list[str]:
    return [line.shown for line in lines(text) if line.start in starts]


def test_contents_have_pages_that_ascend_or_stand_again_below() -> None:
    text = "Fees ..... 3\nBoats .... 7\nHours .... 9\n"
    assert len(lines_of_contents(lines(text))) == 3
    assert not lines_of_contents(lines("Tea ..... 3\nCake .... 7\nMilk .... 2\n"))
    listed = "Contents\n1. Fees\n2. Boats\n\nFees\n\nMany.\n\nBoats\n"
    assert shown(listed, lines_of_contents(lines(listed))) == ["1. Fees", "2. Boats"]
    leaders = "Contents\nI. Fees ..... 1\nII. Boats ..... 2\n\nI. FEES\n\nMany.\n\nII. BOATS\n"
    assert shown(leaders, lines_of_contents(lines(leaders))) == ["I. Fees ..... 1", "II. Boats ..... 2"]
    section = "Section 3 ..... 12\n"
    assert shown(section, lines_of_contents(lines(section))) == ["Section 3 ..... 12"]


def test_terms_stand_together() -> None:
    text = "Phone: 0161\nMail: a@b.example\n\nNote: alone.\n\nIt goes on like this - and on.\n"
    assert shown(text, lines_of_terms(lines(text))) == ["Phone: 0161", "Mail: a@b.example", "Note: alone."]
    assert not lines_of_terms(lines("Note: alone.\n\nProse.\n\nNote: again.\n"))


def test_rows_have_as_many_cells() -> None:
    text = "Boat  Seats  Captain\nHeron  80  Ane\nTern  9  Bo\nEnd\n"
    table = table_at(lines(text), 0)
    assert table is not None
    assert len(table.blocks) == 3
    assert table_at(lines(text), 2) is None


def test_a_cell_may_end_with_an_abbreviation() -> None:
    table = table_at(lines("Stop        Dep\nMain St.    9:00\nOld Mill    9:20\n"), 0)
    assert table is not None
    assert [[cell.column for cell in block.cells] for block in table.blocks[1:]] == [["Stop", "Dep"]] * 2
    assert table_at(lines("It is late.  We go.\nThey stay.  We do, too.\n"), 0) is None


def cells_of(text: str) -> list[str]:
    """Return the rows of the table at the beginning of a text with columns and leads, and what is between."""
    table = table_at(lines(text), 0)
    shown_rows = []
    for block in table.blocks if table else []:
        shown_cells = [f"{cell.column}:{text[cell.start : cell.end]}" for cell in block.cells]
        lead = f"{block.lead}> " if block.lead else ""
        shown_rows.append(lead + (" | ".join(shown_cells) or f"({block.kind})"))
    return shown_rows


def test_a_wide_line_among_rows_ends_no_table() -> None:
    text = (
        "Boat\tSeats\tCaptain\nHeron\t80\tAne\n"
        "The Heron is in dry dock until the end of May and does not sail.\n"
        "Tern\t9\tBo\nEvening boats:\nGull\t7\tIda\nA last line.\n"
    )
    assert cells_of(text) == [
        ":Boat | :Seats | :Captain",
        "Boat:Heron | Seats:80 | Captain:Ane",
        "(paragraph)",
        "Boat:Tern | Seats:9 | Captain:Bo",
        "(caption)",
        "Evening boats> Boat:Gull | Seats:7 | Captain:Ida",
    ]


def test_an_empty_cell_moves_no_other() -> None:
    assert cells_of("Boat\tSeats\tCaptain\nHeron\t\tAne\nTern\t9\n")[1:] == [
        "Boat:Heron | Captain:Ane",
        "Boat:Tern | Seats:9",
    ]
    assert cells_of("Boat\t\tSeats\nMarigold\t80\nTern\t\t9\n")[1:] == [
        "Boat:Marigold | Seats:80",
        "Boat:Tern | Seats:9",
    ]


@pytest.mark.slow
def test_time_is_linear_in_the_rows_and_in_the_lines_between() -> None:
    text = "a\tb\nwide\nwide\nc\td\nwide\nwide\nwide\n"
    assert growth(plain_text_blocks, text * 500, text * 2_000) < LINEAR
