"""Copies of a sentence: one place, with the other articles named; newer versions first."""

from dataclasses import replace

from index.reading.copies import merge_copies
from index.reading.reader import Reading
from index.records import Block, BlockKind, Source
from tests.support.candidates import candidate

SOURCES = {
    0: Source("weir", "The weir", None, published="2024-05-01"),
    1: Source("copy/weir", "The weir", None),
    2: Source("old/weir", "The weir", None, published="2019-05-01"),
    3: Source("toll", "The toll house", None),
}


def reading(row: int, article: int, text: str, score: float = 0.5, **changes: object) -> Reading:
    return Reading(replace(candidate(row, text), article=article, **changes), None, score)  # type: ignore[arg-type]


def test_equal_sentences_take_one_place_and_name_the_other_articles() -> None:
    readings = [
        reading(0, 1, "It has nine steps.", 0.9),
        reading(1, 0, "It  has nine Steps.", 0.8),
        reading(2, 3, "It was sold.", 0.1),
    ]
    first, second = merge_copies(readings, SOURCES.__getitem__, 3)
    assert (first.article.id, [source.id for source in first.also]) == ("weir", ["copy/weir"])
    assert first.reading.score == 0.9
    assert (second.article.id, second.also) == ("toll", ())


def test_equal_sentences_below_other_headings_are_no_copies() -> None:
    north, south = (Block(BlockKind.PARAGRAPH, 0, 9, section=(name,)) for name in ("North", "South"))
    readings = [reading(0, 0, "It is 50.", block=north), reading(1, 0, "It is 50.", block=south)]
    assert len(merge_copies(readings, SOURCES.__getitem__, 3)) == 2


def test_of_two_versions_the_newer_comes_first_and_scores_keep_their_places() -> None:
    readings = [
        reading(0, 2, "The weir was rebuilt in 1901 after a flood.", 0.9),
        reading(1, 0, "The weir was rebuilt in 1902 after a flood.", 0.4),
    ]
    newer, older = merge_copies(readings, SOURCES.__getitem__, 3)
    assert (newer.article.id, newer.reading.score) == ("weir", 0.9)
    assert (older.article.id, older.reading.score) == ("old/weir", 0.4)


def test_a_sentence_that_says_something_else_is_no_version() -> None:
    readings = [
        reading(0, 2, "The weir was rebuilt in 1901 after a flood.", 0.9),
        reading(1, 0, "Salmon pass through a ladder.", 0.4),
    ]
    assert [cited.article.id for cited in merge_copies(readings, SOURCES.__getitem__, 3)] == [
        "old/weir",
        "weir",
    ]


def test_no_more_are_returned_than_asked_for() -> None:
    readings = [reading(row, 3, f"Sentence number {row}.") for row in range(5)]
    assert len(merge_copies(readings, SOURCES.__getitem__, 2)) == 2
    assert merge_copies([], SOURCES.__getitem__, 2) == []
