"""People see the citations that are worth showing."""

from dataclasses import replace

import pytest

from bot.shown_citations import LEAST_SCORE, answering_together, shown_citations
from index.records import Answer, BlockKind, Citation, Source

TITLE = "Opening hours"
SOURCE = Source("hours", TITLE, None)


def cited(sentence: str, score: float, number: int) -> Citation:
    return Citation(number, SOURCE, sentence, 0, len(sentence), None, score)


def shown(
    *sentences: tuple[str, float], answerable: bool = False, maybe: bool = False
) -> list[tuple[int, str]]:
    citations = tuple(cited(sentence, score, number) for number, (sentence, score) in enumerate(sentences, 1))
    answer = Answer("When?", answerable, 0.5, "x" if answerable else None, citations, 1.0, maybe)
    return [(citation.number, citation.sentence) for citation in shown_citations(answer)]


@pytest.mark.parametrize("state", [{}, {"answerable": True}, {"maybe": True}])
def test_titles_questions_and_unlikely_sentences_are_left_out(state: dict[str, bool]) -> None:
    others = (
        (TITLE, 0.4),
        (f" {TITLE.upper()}\n", 0.4),
        ("When do you open?", 0.3),
        ("It rains.", LEAST_SCORE - 0.001),
    )
    assert shown(("From nine.", 0.5), *others, ("To five.", LEAST_SCORE), **state) == [
        (1, "From nine."),
        (2, "To five."),
    ]


def test_the_sentence_that_answers_or_may_answer_is_always_shown() -> None:
    for first in ((TITLE, 0.5), ("Ready?", 0.5), ("From nine.", 0.01)):
        assert shown(first, answerable=True) == shown(first, maybe=True) == [(1, first[0])]
        assert shown(first) == []


def test_programs_get_all_citations() -> None:
    answer = Answer("When?", False, 0.01, None, (cited("It rains.", 0.01, 1),), 1.0)
    assert shown_citations(answer) == ()
    assert shown_citations(replace(answer, citations=())) == ()
    assert len(answer.citations) == 1


@pytest.mark.parametrize("block", [BlockKind.HEADING, BlockKind.QUESTION, BlockKind.CONTENTS])
def test_headings_of_any_kind_are_left_out(block: BlockKind) -> None:
    heading = replace(cited("When it is open", 0.4, 1), block=block)
    answer = Answer("When?", False, 0.4, None, (heading, cited("From nine.", 0.3, 2)), 1.0)
    assert [(citation.number, citation.sentence) for citation in shown_citations(answer)] == [
        (1, "From nine.")
    ]


def test_the_items_of_one_list_answer_together() -> None:
    items = [replace(cited(f"Item {n}", 0.4, n), block=BlockKind.LIST_ITEM) for n in range(1, 5)]
    assert answering_together(items) == 4
    assert answering_together([items[0], replace(items[1], section=("Elsewhere",)), items[2]]) == 1
    assert answering_together([items[0], items[1], replace(items[2], score=0.3)]) == 2
    assert answering_together([cited("From nine.", 0.4, 1), items[1]]) == 1
    assert answering_together([]) == 0
