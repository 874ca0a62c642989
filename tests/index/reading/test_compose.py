"""Answers that are composed of readings: the threshold decides, and the words are the article's."""

import pytest

from index.reading.compose import compose
from index.reading.reader import Reading
from index.records import Answer, Source, Span
from tests.support.candidates import QUESTION, candidate

TEXT = "Anna Berg opened the Harbour Bridge in 1998."


def answer(*readings: tuple[str, Span | None, float], threshold: float = 0.3) -> Answer:
    read = [Reading(candidate(row, text), mark, score) for row, (text, mark, score) in enumerate(readings)]
    return compose(QUESTION, read, lambda row: Source(f"article {row}", "A", None), threshold, 1.25)


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
