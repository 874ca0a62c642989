"""Citations that are worth showing to a person; programs get all of them (`bot.json_output`)."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from index.records import Answer, BlockKind, Citation
from index.retrieval.question_forms import ends_with_question_mark

LEAST_SCORE = 0.05
"""Least probability of a sentence that is shown beside an answer, or without one; docs/confidence.md has the
figures."""


def shown_citations(answer: Answer) -> tuple[Citation, ...]:
    """Return the citations of an answer that a person should see, numbered from 1.

    The first is one of them if it answers or may answer; others have to be likely by `LEAST_SCORE`, and
    neither a question nor a title or another heading.
    """
    return tuple(
        replace(citation, number=number) for number, citation in enumerate(citations_worth_showing(answer), 1)
    )


def citations_worth_showing(answer: Answer) -> tuple[Citation, ...]:
    """Return the same citations with the numbers that programs see."""
    return tuple(
        citation
        for citation in answer.citations
        if (citation is answer.citations[0] and (answer.answerable or answer.maybe))
        or _is_worth_showing(citation)
    )


def answering_together(citations: Sequence[Citation]) -> int:
    """Return how many of the first citations answer together: the items of one list, else the first alone."""
    if not citations:
        return 0
    first = citations[0]

    def is_in_its_list(citation: Citation) -> bool:
        places = ((item.article.id, item.section, item.block, item.score) for item in (first, citation))
        return citation.block is BlockKind.LIST_ITEM and len(set(places)) == 1

    return max(1, sum(1 for _ in takewhile(is_in_its_list, citations)))


def _is_worth_showing(citation: Citation) -> bool:
    sentence = citation.sentence.strip()
    return (
        citation.score >= LEAST_SCORE
        and citation.block not in (BlockKind.HEADING, BlockKind.QUESTION, BlockKind.CONTENTS)
        and not ends_with_question_mark(sentence)
        and sentence.casefold() != citation.article.title.strip().casefold()
    )
