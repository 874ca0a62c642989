from hypothesis import given
from hypothesis import strategies as st

from bot.web.text_pieces import TextPiece, cut_pieces, merged, quotation_pieces
from index.records import Citation, Link, Source

TEXT = "Ada: the bridge is 900 metres long."
SPANS = st.lists(st.tuples(st.integers(0, 35), st.integers(0, 35)).filter(lambda span: span[0] < span[1]))


def test_text_is_cut_where_links_marks_and_the_lead_begin_and_end() -> None:
    links = [Link(9, 22, "https://example.org/b"), Link(30, 34, "javascript:alert(1)")]
    assert cut_pieces(TEXT, 0, len(TEXT), [(19, 29)], links, (0, 3)) == (
        TextPiece("Ada", lead=True),
        TextPiece(": the "),
        TextPiece("bridge is ", "https://example.org/b"),
        TextPiece("900", "https://example.org/b", marked=True),
        TextPiece(" metres", marked=True),
        TextPiece(" long."),
    )


@given(SPANS, SPANS, st.integers(0, 35), st.integers(0, 35))
def test_nothing_is_lost_or_doubled(
    marks: list[tuple[int, int]], links: list[tuple[int, int]], one: int, other: int
) -> None:
    start, end = min(one, other), max(one, other)
    linked = [Link(*span, "https://example.org") for span in merged(links)]
    pieces = cut_pieces(TEXT, start, end, merged(marks), linked)
    assert "".join(piece.text for piece in pieces) == TEXT[start:end]
    marked = "".join("x" if piece.marked else "-" for piece in pieces for _ in piece.text)
    inside = [any(first <= at < last for first, last in marks) for at in range(start, end)]
    assert [letter == "x" for letter in marked] == inside


def test_what_people_see_of_a_citation_is_marked_only_if_it_is_likely() -> None:
    cited = Citation(1, Source("a", "A", None), "It is 900.", 0, 10, (6, 9), 0.5)
    assert quotation_pieces(cited, likely=True)[1] == TextPiece("900", marked=True)
    assert quotation_pieces(cited, likely=False) == (TextPiece("It is 900."),)
    shown = Citation(
        1, Source("a", "A", None), "900", 0, 3, (0, 3), 0.5, shown="Length: 900", shown_highlight=(8, 11)
    )
    assert quotation_pieces(shown, likely=True) == (TextPiece("Length: "), TextPiece("900", marked=True))
