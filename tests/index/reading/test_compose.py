"""Answers that are composed of readings: the threshold decides, and the words are the article's."""

import pytest

from index.reading.compose import compose
from index.reading.reader import Reading
from index.reading.repeated_sentences import CitedReading
from index.records import Answer, Block, BlockKind, Candidate, Cell, Link, Source, Span
from tests.support.candidates import QUESTION, candidate

TEXT = "Anna Berg opened the Harbour Bridge in 1998."


def answer(*readings: tuple[str, Span | None, float], threshold: float = 0.3) -> Answer:
    cited = [
        CitedReading(Reading(candidate(row, text), mark, score), Source(f"article {row}", "A", None))
        for row, (text, mark, score) in enumerate(readings)
    ]
    return compose(QUESTION, cited, threshold, threshold / 2, 1.25)


def test_the_answer_is_what_the_first_reading_marks() -> None:
    composed = answer((TEXT, (0, 9), 0.91239), ("It rains.", None, 0.1))
    assert (composed.answerable, composed.answer, composed.confidence) == (True, "Anna Berg", 0.9124)
    assert [citation.number for citation in composed.citations] == [1, 2]
    assert [citation.sentence for citation in composed.citations] == [TEXT, "It rains."]
    assert composed.citations[0].article.id == "article 0"


def test_without_a_mark_the_answer_is_the_sentence() -> None:
    assert answer((TEXT, None, 0.5)).answer == TEXT


@pytest.mark.parametrize(("score", "answerable"), [(0.3, True), (0.29, False)])
def test_an_answer_reaches_the_threshold(score: float, answerable: bool) -> None:
    composed = answer((TEXT, (0, 9), score))
    assert composed.answerable is answerable
    assert (composed.answer is not None) is answerable


@pytest.mark.parametrize(
    ("score", "threshold", "maybe"),
    [
        (0.3, 0.3, False),
        (0.29, 0.3, True),
        (0.15, 0.3, True),
        (0.149, 0.3, False),
        (0.5, 1.0, True),
        (0.0, 0.0, False),
    ],
)
def test_below_the_threshold_a_likely_sentence_may_answer_and_is_marked(
    score: float, threshold: float, maybe: bool
) -> None:
    composed = answer((TEXT, (0, 9), score), (TEXT, (0, 9), score), threshold=threshold)
    first, second = (citation.highlight is not None for citation in composed.citations)
    assert composed.maybe is maybe
    assert (composed.answer is None) is not composed.answerable
    assert (first, second) == (maybe or composed.answerable, composed.answerable)


def test_nothing_read_is_no_answer() -> None:
    composed = answer(threshold=0.0)
    assert (
        composed.answerable,
        composed.maybe,
        composed.answer,
        composed.confidence,
        composed.citations,
    ) == (
        False,
        False,
        None,
        0.0,
        (),
    )


def cite(cited: Candidate, mark: Span | None) -> Answer:
    article = Source("a", "A", None, sentences=33)
    copies = (Source("copy/a", "A", None),)
    return compose(QUESTION, [CitedReading(Reading(cited, mark, 0.9), article, copies)], 0.3, 0.15, 1.0)


def test_a_citation_says_where_it_stands() -> None:
    block = Block(
        BlockKind.PARAGRAPH, 0, 44, ("Bridges", "Harbour"), links=(Link(0, 9, "https://a.b"),), page=12
    )
    (citation,) = cite(candidate(0, TEXT, block=block, number=19), (0, 9)).citations
    assert (citation.section, citation.page, citation.block) == (("Bridges", "Harbour"), 12, "paragraph")
    assert (citation.position, citation.sentences) == (20, 33)
    assert citation.links == ("https://a.b",)
    assert citation.also[0].id == "copy/a"
    assert citation.quotation == (TEXT, (0, 9))


def test_a_row_is_shown_with_its_columns_and_its_cell_is_marked() -> None:
    cells = (Cell("Boat", 0, 8), Cell("Seats", 9, 12))
    block = Block(BlockKind.TABLE_ROW, 0, 12, cells=cells)
    answer = cite(candidate(0, "Marigold\t120", block=block), (9, 12))
    shown, mark = answer.citations[0].quotation
    assert shown == "Boat: Marigold · Seats: 120"
    assert mark is not None
    assert shown[slice(*mark)] == answer.answer == "120"
    assert answer.citations[0].sentence == "Marigold\t120"


@pytest.mark.parametrize(
    ("lead", "text", "shown"),
    [
        ("Not allowed", "cockerels", "Not allowed: cockerels"),
        ("What is banned?", "cockerels", "What is banned? cockerels"),
        ("Fee", "Fee: 5 euros", "Fee: 5 euros"),
    ],
)
def test_an_item_is_shown_with_its_lead_in(lead: str, text: str, shown: str) -> None:
    block = Block(BlockKind.LIST_ITEM, 0, len(text), lead=lead)
    quotation, mark = cite(candidate(0, text, block=block), (0, len(text))).citations[0].quotation
    assert quotation == shown
    assert mark is not None
    assert quotation[slice(*mark)] == text
