"""BM25 scores of search terms in sentences.

bm25s computes the scores once, when the index is built. For a question, numpy adds up the saved columns: the
same sums as those of bm25s, without importing it and scipy.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows
from index.errors import IndexDamagedError

K1 = 1.5
B = 0.75
METHOD = "lucene"


FILES = (
    "bm25-values.npy",
    "bm25-rows.npy",
    "bm25-starts.npy",
    "bm25-words.npy",
    "bm25-word-starts.npy",
)

Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Bm25:
    """BM25 scores of every term in every sentence, as compressed sparse columns.

    The terms are sorted by their UTF-8 bytes, `words[word_starts[t]:word_starts[t + 1]]`. Term `t` scores
    `values[s:e]` in the sentences `rows[s:e]`, with `s, e = starts[t], starts[t + 1]`.
    """

    size: int
    """Number of sentences."""
    values: Floats
    rows: npt.NDArray[np.int32]
    starts: Rows
    words: npt.NDArray[np.uint8]
    word_starts: Rows

    @classmethod
    def build(cls, sentences: Iterable[Iterable[str]], k1: float = K1, b: float = B) -> Self:
        """Score the terms of each sentence with bm25s (Lucene's BM25; Kamphuis et al., ECIR 2020)."""
        numbers: dict[str, int] = {}
        ids = [[numbers.setdefault(term, len(numbers)) for term in terms] for terms in sentences]
        ordered = sorted((term.encode("utf-8", "surrogatepass"), number) for term, number in numbers.items())
        words = [word for word, _ in ordered]
        if words:
            # Imported here: it takes 0.3 s with scipy, and no question needs it.
            import bm25s  # type: ignore[import-untyped]

            place = np.empty(len(words), dtype=np.int64)
            place[[number for _, number in ordered]] = np.arange(len(words))
            columns = bm25s.BM25(k1=k1, b=b, method=METHOD).build_index_from_ids(
                unique_token_ids=range(len(words)),
                corpus_token_ids=[place[row].tolist() for row in ids],
                show_progress=False,
            )
        else:  # bm25s divides by the mean length, which is 0
            columns = {"data": [], "indices": [], "indptr": [0]}
        return cls(
            size=len(ids),
            values=np.asarray(columns["data"], dtype=np.float32),
            rows=np.asarray(columns["indices"], dtype=np.int32),
            starts=np.asarray(columns["indptr"], dtype=np.int64),
            words=np.frombuffer(b"".join(words), dtype=np.uint8),
            word_starts=np.cumsum([0, *map(len, words)], dtype=np.int64),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays as .npy files into `folder`."""
        arrays: tuple[Array, ...] = (self.values, self.rows, self.starts, self.words, self.word_starts)
        for name, array in zip(FILES, arrays, strict=True):
            np.save(folder / name, array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path, size: int) -> Self:
        """Map the files that `save` wrote for `size` sentences; only what a question touches is read.

        Raises IndexDamagedError.
        """
        return cls(size, *(_load(folder / name) for name in FILES))

    def scores(self, question_terms: Sequence[str], factor: Callable[[str], float] | None = None) -> Floats:
        """Sum the BM25 scores of `question_terms` (repeats count) in every sentence: float32 [sentences].

        Those of each term are multiplied by its `factor`.
        """
        total = np.zeros(self.size, dtype=np.float32)
        number = cache(self._number)
        for term in question_terms:
            if (column := number(term)) is not None:
                start, end = self.starts[column : column + 2]
                # A sentence occurs once in a column, so that this adds each score once.
                values = self.values[start:end]
                total[self.rows[start:end]] += values if factor is None else values * np.float32(factor(term))
        return total

    def frequency(self, term: str) -> int:
        """Count the sentences that contain `term`."""
        column = self._number(term)
        return 0 if column is None else int(self.starts[column + 1] - self.starts[column])

    def _number(self, term: str) -> int | None:
        encoded = term.encode("utf-8", "surrogatepass")
        count = len(self.word_starts) - 1
        column = bisect_left(range(count), encoded, key=self._word)
        return column if column < count and self._word(column) == encoded else None

    def _word(self, column: int) -> bytes:
        start, end = self.word_starts[column : column + 2]
        return self.words[start:end].tobytes()


def _load(path: Path) -> Array:
    try:
        # As a plain array: slices of numpy's memmap class are several times slower.
        array: Array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamagedError(f"{path}: {error}") from error
    return array
