"""Answers that are several items of a list: which questions ask for them, and which items belong together."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from index.reading.reader import Reading
from index.reading.repeated_sentences import CitedReading
from index.records import BlockKind, Candidate
from index.storage.catalog import SentenceText

Texts = Callable[[Iterable[int]], Sequence[SentenceText]]

MOST_ITEMS = 12
"""Most items of a list that are cited together."""

# "Which error codes are there?", "What is not allowed?", "What are the ingredients?", "List the steps"
_SEVERAL = re.compile(
    r"^\W*(?:and\s+)?(?:(?:which|what|whose)\s+(?:[\w’'-]+\s+){0,3}?[\w’'-]*[^\W_su]s\s+"
    r"(?:are|were|do|did|can|could|have|must|should|may|will|need|exist|count|belong)\b"
    r"|(?:what|who|which)\s+(?:all\s+)?(?:are|were)\b"
    r"|what(?:\s+is|’s|'s|s)\s+(?:not\s+|n[’']t\s+)?(?:allowed|forbidden|prohibited|banned|included|needed|required)\b"
    r"|what\s+(?:all\s+)?(?:do|does|should|must|can|may)\b.*\b(?:bring|need|carry|pack|include|contain|buy)\b"
    r"|(?:list|name)\b|show\s+(?:me\s+)?(?:all|the)\b)"
    r"|\b(?:which|what|list|all|the)\s+(?:the\s+)?ingredients\b|\ball\s+(?:of\s+)?the\s+[\w’'-]+s\b|\blist\s+of\b",
    re.IGNORECASE,
)


def asks_for_several(question: str) -> bool:
    """Tell whether a question asks for several things."""
    return _SEVERAL.search(question) is not None


def with_list_items(cited: Sequence[CitedReading], texts: Texts) -> list[CitedReading]:
    """Put the other items of the first citation's list behind it, if it is an item; all with its score."""
    if not cited:
        return []
    first, candidate = cited[0], cited[0].reading.candidate
    items = list_items(candidate, texts)
    if not items:
        return list(cited)
    shown = {candidate.row, *(item.row for item in items)}
    others = [
        CitedReading(Reading(_as_candidate(item, candidate), None, first.reading.score), first.article)
        for item in items
    ]
    return [first, *others, *(other for other in cited[1:] if other.reading.candidate.row not in shown)]


def _as_candidate(item: SentenceText, candidate: Candidate) -> Candidate:
    number = candidate.number + item.row - candidate.row
    return replace(
        candidate,
        row=item.row,
        start=item.start,
        end=item.end,
        text=item.text,
        block=item.block,
        number=number,
    )


def list_items(candidate: Candidate, texts: Texts) -> list[SentenceText]:
    """Return the other items of the candidate's list, in order; none if it is no item.

    Only the first sentence of an item counts. `texts` returns the sentences of the given rows, ascending.
    """
    if candidate.block.kind is not BlockKind.LIST_ITEM:
        return []
    near = range(max(0, candidate.row - 4 * MOST_ITEMS), candidate.row + 4 * MOST_ITEMS + 1)
    sentences = {sentence.row: sentence for sentence in texts(near)}
    items: list[SentenceText] = []
    for step in (-1, 1):
        row = candidate.row + step
        run: list[SentenceText] = []
        while (sentence := sentences.get(row)) is not None and _in_list(sentence, candidate):
            if _begins_item(sentence, candidate.block.level):
                run.append(sentence)
            row += step
        items = run[::-1] + items if step < 0 else items + run
    distinct = {item.text.casefold(): item for item in items if item.block != candidate.block}
    distinct.pop(candidate.text.casefold(), None)
    return list(distinct.values())[: MOST_ITEMS - 1]


def _begins_item(sentence: SentenceText, level: int) -> bool:
    block = sentence.block
    return block.kind is BlockKind.LIST_ITEM and block.level == level and sentence.start == block.start


def _in_list(sentence: SentenceText, candidate: Candidate) -> bool:
    """Tell whether a sentence is in an item of the candidate's list, or in what stands inside of one."""
    block = sentence.block
    own = block.kind is BlockKind.LIST_ITEM and block.lead == candidate.block.lead
    return (sentence.article, sentence.section) == (candidate.article, candidate.section) and (
        block.level > candidate.block.level or (own and block.level == candidate.block.level)
    )
