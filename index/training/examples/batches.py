"""Examples as batches of tokens, of like length, for the reader's training."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.arrays import Rows
from index.models.span_model import QUESTION_TOKENS
from index.records import Span
from index.training.examples.curriculum import Example

WINDOW_TOKENS = 256
"""Longest input in all."""
STEP = 32
"""Lengths are padded to multiples of this: few shapes, and whole vectors of the processor."""
UNMARKED = -100
"""Place of an answer that nobody marked."""
_POOL = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, token types, mask and what may be marked, [n, length]; places of the answers' ends, [n].

    What may be marked is CLS, place 0, which stands for "no answer here", and the text.
    """

    ids: Rows
    types: Rows
    mask: Rows
    markable: NDArray[np.bool_]
    starts: Rows
    ends: Rows


@dataclass(frozen=True, slots=True)
class _Row:
    ids: Sequence[int]
    text_starts: int
    start: int
    end: int


def batches(
    examples: Sequence[Example], tokenizer: Tokenizer, tokens: int, source: random.Random
) -> list[Batch]:
    """Return the examples, roughly in order, as batches of at most `tokens` tokens, padding counted."""
    rows = list(_rows(examples, tokenizer))
    made: list[Batch] = []
    start = 0
    pool = _POOL * max(1, tokens // (4 * STEP))
    while start < len(rows):
        some = sorted(rows[start : start + pool], key=lambda row: len(row.ids))
        start += pool
        together = list(_filled(some, tokens))
        source.shuffle(together)
        made += [_batch(group) for group in together]
    return made


def _filled(rows: Sequence[_Row], tokens: int) -> Iterator[list[_Row]]:
    group: list[_Row] = []
    for row in rows:
        if group and _padded(len(row.ids)) * (len(group) + 1) > tokens:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _padded(length: int) -> int:
    return -(-length // STEP) * STEP


def _rows(examples: Sequence[Example], tokenizer: Tokenizer) -> Iterator[_Row]:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    questions = tokenizer.encode_batch([one.question for one in examples], add_special_tokens=False)
    texts = tokenizer.encode_batch([one.text for one in examples], add_special_tokens=False)
    first, last = tokenizer.encode("").ids  # CLS and SEP
    for example, question, text in zip(examples, questions, texts, strict=True):
        asked = question.ids[:QUESTION_TOKENS]
        room = WINDOW_TOKENS - len(asked) - 3
        begin = len(asked) + 2
        answer = _tokens_of(text, example.answer, room)
        start, end = (begin + answer[0], begin + answer[1]) if answer else (0, 0)
        yield _Row([first, *asked, last, *text.ids[:room], last], begin, start, end)


def _tokens_of(text: Encoding, answer: Span | None, room: int) -> Span | None:
    """Return the first and last token of the answer; None where it is not among the first `room`."""
    if answer is None:
        return None
    inside = [
        number for number, (start, end) in enumerate(text.offsets) if start < answer[1] and end > answer[0]
    ]
    return (inside[0], inside[-1]) if inside and inside[-1] < room else None


def _batch(rows: Sequence[_Row]) -> Batch:
    shape = (len(rows), _padded(max(len(row.ids) for row in rows)))
    ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    markable = np.zeros(shape, dtype=bool)
    markable[:, 0] = True
    for number, row in enumerate(rows):
        length = len(row.ids)
        ids[number, :length] = row.ids
        mask[number, :length] = 1
        types[number, row.text_starts : length] = 1
        markable[number, row.text_starts : length - 1] = True
    starts = np.array([row.start for row in rows])
    ends = np.array([row.end for row in rows])
    return Batch(ids, types, mask, markable, starts, ends)
