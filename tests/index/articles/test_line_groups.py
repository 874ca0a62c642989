"""Lines that only their neighbours explain: contents, terms and rows."""

from index.articles.line_groups import lines_of_contents, lines_of_terms, table_rows
from index.articles.text_lines import Line, paragraphs


def lines(text: str) -> list[Line]:
    return [line for run in paragraphs(text) for line in run]


def shown(text: str, starts: frozenset[int]) -> list[str]:
    return [line.shown for line in lines(text) if line.start in starts]


def test_contents_have_pages_that_ascend_or_stand_again_below() -> None:
    text = "Fees ..... 3\nBoats .... 7\nHours .... 9\n"
    assert len(lines_of_contents(lines(text))) == 3
    assert not lines_of_contents(lines("Tea ..... 3\nCake .... 7\nMilk .... 2\n"))
    listed = "Contents\n1. Fees\n2. Boats\n\nFees\n\nMany.\n\nBoats\n"
    assert shown(listed, lines_of_contents(lines(listed))) == ["1. Fees", "2. Boats"]
    section = "Section 3 ..... 12\n"
    assert shown(section, lines_of_contents(lines(section))) == ["Section 3 ..... 12"]


def test_terms_stand_together() -> None:
    text = "Phone: 0161\nMail: a@b.example\n\nNote: alone.\n\nIt goes on like this - and on.\n"
    assert shown(text, lines_of_terms(lines(text))) == ["Phone: 0161", "Mail: a@b.example", "Note: alone."]
    assert not lines_of_terms(lines("Note: alone.\n\nProse.\n\nNote: again.\n"))


def test_rows_have_as_many_cells() -> None:
    text = "Boat  Seats  Captain\nHeron  80  Ane\nTern  9  Bo\nEnd\n"
    assert len(table_rows(lines(text), 0)) == 3
    assert not table_rows(lines(text), 2)
