"""Batches of examples of similar length, as tokens, for the reader's training."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.arrays import Rows
from index.models.span_model import QUESTION_TOKENS
from index.records import Span
from index.training.examples.example import Example

WINDOW_TOKENS = 256
"""Tokens of the longest input: question, text and special tokens."""
STEP = 32
"""Lengths are padded to multiples of this, which makes few shapes and fills the processor's vectors."""
_POOL = 64
"""Groups that are sorted by length together."""


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
class _TokenizedExample:
    ids: Sequence[int]
    text_starts: int
    start: int
    end: int


def make_batches(
    groups: Sequence[Sequence[Example]], tokenizer: Tokenizer, tokens: int, source: random.Random
) -> list[Batch]:
    """Return batches of at most `tokens` tokens, padding counted: whole groups of examples, roughly in order.

    What differs by a word is thus seen together. A group of more than `tokens` tokens is a batch of its own.
    """
    examples = [example for group in groups for example in group]
    tokenized = iter(_tokenize(examples, tokenizer))
    rows = [list(islice(tokenized, len(group))) for group in groups if group]
    batches: list[Batch] = []
    for start in range(0, len(rows), _POOL):
        by_length = sorted(rows[start : start + _POOL], key=_longest)
        joined: list[list[_TokenizedExample]] = [[]]
        for group in by_length:
            together = [*joined[-1], *group]
            if joined[-1] and _padded(_longest(together)) * len(together) > tokens:
                joined.append([])
            joined[-1] += group
        source.shuffle(joined)
        batches += [_batch(group) for group in joined]
    return batches


def in_parts(groups: Iterable[Sequence[Example]], most: int) -> list[Sequence[Example]]:
    """Cut groups into parts of at most `most` examples, which keep their order."""
    return [group[start : start + most] for group in groups for start in range(0, len(group), most)]


def _longest(examples: Iterable[_TokenizedExample]) -> int:
    return max(len(example.ids) for example in examples)


def _padded(length: int) -> int:
    return -(-length // STEP) * STEP


def _tokenize(examples: Sequence[Example], tokenizer: Tokenizer) -> Iterator[_TokenizedExample]:
    tokenizer.no_truncation()
    tokenizer.no_padding()
    questions = tokenizer.encode_batch([example.question for example in examples], add_special_tokens=False)
    texts = tokenizer.encode_batch([example.text for example in examples], add_special_tokens=False)
    first, *between, last = tokenizer.encode("", "").ids  # CLS, SEP once or twice, SEP
    for example, question, text in zip(examples, questions, texts, strict=True):
        question_ids = question.ids[:QUESTION_TOKENS]
        begin = 1 + len(question_ids) + len(between)
        room = WINDOW_TOKENS - begin - 1
        answer = _tokens_of(text, example.answer, room)
        start, end = (begin + answer[0], begin + answer[1]) if answer else (0, 0)
        yield _TokenizedExample([first, *question_ids, *between, *text.ids[:room], last], begin, start, end)


def _tokens_of(text: Encoding, answer: Span | None, room: int) -> Span | None:
    """Return the first and last token of the answer; None if it is not among the first `room`."""
    if answer is None:
        return None
    inside = [
        number for number, (start, end) in enumerate(text.offsets) if start < answer[1] and end > answer[0]
    ]
    return (inside[0], inside[-1]) if inside and inside[-1] < room else None


def _batch(rows: Sequence[_TokenizedExample]) -> Batch:
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
