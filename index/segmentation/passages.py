"""Passages of an article: runs of whole sentences that fit the encoder and end where paragraphs end."""

import re
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

from index.records import Block, BlockKind, Passage, Sentence, Span

TARGET = 128
"""Tokens up to which short paragraphs are merged with the next ones."""
SHORTEST = 32
"""A passage of fewer tokens (a heading, a last line) is merged even beyond `TARGET`."""
PASSAGE_RULES = 3
"""Version of the rules here: raise it when they cut differently."""

_PARAGRAPH_END = re.compile(r"\n\s*\n")


def make_passages(
    text: str,
    sentences: Sequence[Sentence],
    count_tokens: Callable[[str], int],
    limit: int,
    blocks: Sequence[Block] = (),
) -> list[Passage]:
    """Return the passages of an article; each of its `sentences` is in exactly one of them.

    `count_tokens` is called once for each sentence. No passage has more than `limit` tokens, counting one
    between two sentences, unless a single sentence has. If the article's `blocks` are given, no passage
    crosses a heading.
    """
    tokens = [count_tokens(text[sentence.start : sentence.end]) + 1 for sentence in sentences]
    sums = [0, *accumulate(tokens)]
    passages = []
    for section in _sections(sentences, blocks):
        runs: list[Span] = []
        for first, last in _paragraphs(text, sentences, section):
            runs.extend(_balanced(tokens, first, last, limit))
        passages += [
            Passage(sentences[first].start, sentences[last - 1].end, first, last)
            for first, last in _merged(runs, sums, limit, section[1])
        ]
    return passages


def number_sections(blocks: Sequence[Block]) -> list[int]:
    """Return the number of each block's section, from 0.

    A section begins with a heading, unless that stands right below a higher one.
    """
    numbers: list[int] = []
    for number, block in enumerate(blocks):
        before = blocks[number - 1] if number else None
        opens = block.kind is BlockKind.HEADING and not (
            before is not None and before.kind is BlockKind.HEADING and before.level < block.level
        )
        numbers.append(numbers[-1] + opens if numbers else 0)
    return numbers


def _sections(sentences: Sequence[Sentence], blocks: Sequence[Block]) -> list[Span]:
    """Return the numbers of the first and the last sentence of each section, last exclusive."""
    numbers = number_sections(blocks)
    starts = [
        number
        for number, (before, after) in enumerate(pairwise(sentences), start=1)
        if blocks and numbers[before.block] != numbers[after.block]
    ]
    return list(pairwise([0, *starts, len(sentences)])) if sentences else []


def _paragraphs(text: str, sentences: Sequence[Sentence], section: Span) -> list[Span]:
    """Return the first and the last sentence's number of each paragraph of a section, last exclusive."""
    first, last = section
    starts = [
        number
        for number, (before, after) in enumerate(pairwise(sentences[first:last]), start=first + 1)
        if _PARAGRAPH_END.search(text, before.end, after.start)
    ]
    return list(pairwise([first, *starts, last]))


def _balanced(tokens: Sequence[int], first: int, last: int, limit: int) -> list[Span]:
    """Cut a paragraph into as few runs as the limit allows, the longest of them as short as that allows."""
    runs = _filled(tokens, first, last, limit)
    low, high = 1, limit
    while len(runs) > 1 and low < high:
        middle = (low + high) // 2
        if len(_filled(tokens, first, last, middle)) == len(runs):
            high = middle
        else:
            low = middle + 1
    return _filled(tokens, first, last, high)


def _filled(tokens: Sequence[int], first: int, last: int, limit: int) -> list[Span]:
    """Cut a paragraph into runs, each filled up to the limit."""
    runs, start, total = [], first, 0
    for number in range(first, last):
        if number > start and total + tokens[number] > limit:
            runs.append((start, number))
            start, total = number, 0
        total += tokens[number]
    return [*runs, (start, last)]


def _merged(runs: Sequence[Span], sums: Sequence[int], limit: int, section_end: int) -> list[Span]:
    """Merge neighbours up to the target, and short ones with the next run, else with the one before."""
    merged: list[Span] = []
    for first, last in runs:
        if merged:
            start, end = merged[-1]
            together, before = sums[last] - sums[start], sums[end] - sums[start]
            is_short_end = last == section_end and sums[last] - sums[first] < SHORTEST
            if together <= min(TARGET, limit) or (together <= limit and (before < SHORTEST or is_short_end)):
                merged[-1] = (start, last)
                continue
        merged.append((first, last))
    return merged
