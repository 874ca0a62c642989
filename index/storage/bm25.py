"""BM25 scores of search terms in sentences, those of bm25s (Lucene's BM25; Kamphuis et al., ECIR 2020).

What is stored is what a sentence has by itself: which terms, how often, and how many in all. The library's
statistics enter when a question is asked, so that articles come and go without a score being stored anew.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows
from index.errors import IndexDamagedError

K1 = 1.5
B = 0.75
METHOD = "lucene"


FILES = (
    "bm25-kinds.npy",
    "bm25-rows.npy",
    "bm25-starts.npy",
    "bm25-words.npy",
    "bm25-word-starts.npy",
    "bm25-kind-counts.npy",
    "bm25-lengths.npy",
)

Array = npt.NDArray[Any]


class Statistics(NamedTuple):
    """What the score of a term depends on beside its sentence: `length` is the mean number of terms."""

    sentences: int
    length: float
    frequency: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Bm25:
    """The terms of sentences, as compressed sparse columns.

    The terms are sorted by their UTF-8 bytes, `words[word_starts[t]:word_starts[t + 1]]`. Term `t` is in the
    sentences `rows[s:e]`, with `s, e = starts[t], starts[t + 1]`, in ways of the kinds `kinds[s:e]`. A kind
    `k` is `kind_counts[k]`: how often the term is there, and among how many terms. There are few kinds: a
    question computes one score for each, and looks up those of the sentences.
    """

    size: int
    """Number of sentences."""
    kinds: Array
    rows: npt.NDArray[np.int32]
    starts: Rows
    words: npt.NDArray[np.uint8]
    word_starts: Rows
    kind_counts: Rows
    lengths: npt.NDArray[np.int32]
    """Number of terms of each sentence."""

    @classmethod
    def build(cls, sentences: Iterable[Iterable[str]]) -> Self:
        """Count the terms of each sentence."""
        numbers: dict[str, int] = {}
        flat, lengths = array("q"), array("i")
        for terms in sentences:
            before = len(flat)
            flat.extend([numbers.setdefault(term, len(numbers)) for term in terms])
            lengths.append(len(flat) - before)
        ordered = sorted((term.encode("utf-8", "surrogatepass"), number) for term, number in numbers.items())
        words = [word for word, _ in ordered]
        place = np.empty(len(words), dtype=np.int64)
        place[[number for _, number in ordered]] = np.arange(len(words))
        long = np.array(lengths, dtype=np.int64)
        occurrences = place[np.array(flat, dtype=np.int64)] << 32 | np.repeat(np.arange(len(long)), long)
        found, counts = np.unique(occurrences, return_counts=True)
        rows = found & 0xFFFFFFFF
        kinds, kind = np.unique(counts << 32 | long[rows], return_inverse=True)
        return cls(
            size=len(long),
            kinds=kind.astype(np.min_scalar_type(len(kinds))),
            rows=rows.astype(np.int32),
            starts=np.searchsorted(found >> 32, np.arange(len(words) + 1)).astype(np.int64),
            words=np.frombuffer(b"".join(words), dtype=np.uint8),
            word_starts=np.cumsum([0, *map(len, words)], dtype=np.int64),
            kind_counts=np.stack([kinds >> 32, kinds & 0xFFFFFFFF], axis=1),
            lengths=long.astype(np.int32),
        )

    def save(self, folder: Path, names: Sequence[str] = FILES) -> None:
        """Write the arrays as .npy files of these `names` into `folder`."""
        arrays: tuple[Array, ...] = (
            *(self.kinds, self.rows, self.starts, self.words, self.word_starts),
            *(self.kind_counts, self.lengths),
        )
        for name, values in zip(names, arrays, strict=True):
            np.save(folder / name, values, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int, names: Sequence[str] = FILES) -> Self:
        """Map the files that `save` wrote for `size` sentences; only what a question touches is read.

        Raises IndexDamagedError.
        """
        return cls(size, *(_load(folder / name) for name in names))

    @property
    def terms(self) -> int:
        """Number of terms in all sentences together, with repeats."""
        return int(self.lengths.sum(dtype=np.int64))

    def scores(self, question_terms: Sequence[str], among: Statistics | None = None) -> Floats:
        """Sum the BM25 scores of `question_terms` (repeats count) in every sentence: float32 [sentences].

        `among` are the statistics of the library that these sentences are a part of, if they are not all.
        """
        total = np.zeros(self.size, dtype=np.float32)
        if among is None:
            among = statistics(self.size, self.terms, self.frequency)
        weights = self._weights(among.length)
        number = cache(self._number)
        for term in question_terms:
            if (column := number(term)) is not None:
                start, end = self.starts[column : column + 2]
                values = (_idf(among.sentences, among.frequency(term)) * weights).astype(np.float32)
                # A sentence occurs once in a column, so that this adds each score once.
                total[self.rows[start:end]] += values[self.kinds[start:end]]
        return total

    def frequency(self, term: str, live: npt.NDArray[np.bool_] | None = None) -> int:
        """Count the sentences that contain `term`, of those that are `live` if that is said: [sentences]."""
        column = self._number(term)
        if column is None:
            return 0
        start, end = self.starts[column : column + 2]
        return int(end - start) if live is None else int(np.count_nonzero(live[self.rows[start:end]]))

    def _weights(self, mean_length: float) -> npt.NDArray[np.float64]:
        """Return the part of the score that is not the term's, of each kind: the same bits as bm25s'."""
        counts, lengths = self.kind_counts.astype(np.float64).T
        weights: npt.NDArray[np.float64] = counts / (K1 * ((1 - B) + B * lengths / mean_length) + counts)
        return weights

    def _number(self, term: str) -> int | None:
        encoded = term.encode("utf-8", "surrogatepass")
        # As memoryviews: indexing an array creates a NumPy object each time.
        words, starts = self.words.data, self.word_starts.data

        def word(column: int) -> bytes:
            return bytes(words[starts[column] : starts[column + 1]])

        count = len(starts) - 1
        column = bisect_left(range(count), encoded, key=word)
        return column if column < count and word(column) == encoded else None


def statistics(sentences: int, terms: int, frequency: Callable[[str], int]) -> Statistics:
    """Return the statistics of `sentences` that have so many `terms` together; each term is counted once."""
    return Statistics(sentences, terms / sentences if terms else 1.0, cache(frequency))


def _idf(sentences: int, frequency: int) -> np.float64:
    """Return a term's inverse document frequency, in single precision as bm25s keeps it."""
    return np.float64(np.float32(math.log(1 + (sentences - frequency + 0.5) / (frequency + 0.5))))


def _load(path: Path) -> Array:
    try:
        # As a plain array: slices of numpy's memmap class are several times slower.
        loaded: Array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamagedError(f"{path}: {error}") from error
    return loaded
