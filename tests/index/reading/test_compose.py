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
    assert (composed.answer is not None) is (composed.citations[0].highlight is not None) is answerable


def test_nothing_read_is_no_answer() -> None:
    composed = answer(threshold=0.0)
    assert (composed.answerable, composed.answer, composed.confidence, composed.citations) == (
        False,
        None,
        0.0,
        (),
    )
