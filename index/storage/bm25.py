"""Words of a text as search terms, and BM25 over the sentences.

bm25s computes the scores once, at build time. At question time numpy adds up its saved columns: the same
sums as bm25s's own, without importing it and the scipy behind it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import Stemmer  # type: ignore[import-not-found]

from index.arrays import Floats, Rows
from index.errors import IndexDamagedError

K1 = 1.5
B = 0.75
METHOD = "lucene"
RULES = 1  # of `terms`: raise it when they cut otherwise
LONGEST_TERM = 64  # code points; longer ones are cut, so that a line of a megabyte is no term of a megabyte

UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Characters of scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Han; and Hangul, whose
particles stick to the words."""

_INDIC = "\u0900-\u0963\u0966-\u0dff"  # vowel signs are no `\w`, and yet inside words
_WORD = rf"(?:[^\W_{UNSPACED}]|[{_INDIC}])"
_LETTER = rf"[^\W\d_{UNSPACED}]"
# Accents, soft hyphens, characters without width.
_DROPPED = re.compile("[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufeff]")
_TOKEN = re.compile(
    rf"(?P<unspaced>[{UNSPACED}]+)"
    rf"|(?P<initials>{_LETTER}(?:\.{_LETTER})+(?!{_WORD}))"  # u.s, p.m, j.k
    rf"|{_WORD}+(?:'{_WORD}+|(?<=\d)(?:\.(?=\d)|,(?=\d{{3}}(?!\d))){_WORD}+)*"  # o'neil, 1.5, 90,000
)
_QUOTES = str.maketrans("\u2018\u2019\u02bc", "'''")

# Function words and question words. Not "us" and "may": they name a country and a month as well.
_STOP_WORDS = """
a about above after again against all also although am an and any are aren't as at be because been before
being below between both but by can can't cannot could couldn't did didn't do does doesn't doing don't
down during each either else ever every few for from further had hadn't has hasn't have haven't having he
her here hers herself him himself his how however i i'd i'll i'm i've if in into is isn't it its itself
just me might more most must mustn't my myself neither no nor not of off on once only or other our ours
ourselves out over own per rather same shall shan't she should shouldn't since so some such than that the
their theirs them themselves then there these they they'd they'll they're they've this those though
through to too toward towards under until up upon very via was wasn't we we'd we'll we're we've were
weren't what when where whether which while who whom whose why will with within without won't would
wouldn't yet you you'd you'll you're you've your yours yourself yourselves
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())

FILES = (
    "bm25-values.npy",
    "bm25-rows.npy",
    "bm25-starts.npy",
    "bm25-words.npy",
    "bm25-word-starts.npy",
)

Array = npt.NDArray[Any]


def terms(text: str) -> list[str]:
    """Split `text` into search terms, in order, with repeats: English stems, no function and question words.

    Case, accents and compatibility forms are folded, thousands separators and the dots of initials dropped
    ("90,000" is `90000`; "U.S.", "US" and "US-led" share `us`), hyphenated words split. Runs of a script
    without spaces become pairs of neighbouring characters.
    """
    words: list[str] = []
    for match in _TOKEN.finditer(fold(text)):
        word = match[0]
        if match["unspaced"]:
            words += [word[i : i + 2] for i in range(len(word) - 1)] or [word]
        elif match["initials"]:
            words.append(word.replace(".", ""))
        else:
            word = word.replace(",", "").removesuffix("'s")
            if word not in STOP_WORDS:
                words.append(word[:LONGEST_TERM])
    # A stemmer for each call: creating one takes less than a microsecond, sharing one is unsafe in threads.
    stems: list[str] = Stemmer.Stemmer("english", 0).stemWords(words)
    return stems


def fold(text: str) -> str:
    """Return `text` without differences of case, accents and compatibility forms."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.translate(_QUOTES)).casefold()
    return unicodedata.normalize("NFKC", _DROPPED.sub("", parts))


@dataclass(frozen=True, slots=True)
class Lexical:
    """BM25 scores of every term in every sentence, by columns (compressed sparse columns).

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
        ids = [[numbers.setdefault(term, len(numbers)) for term in found] for found in sentences]
        ordered = sorted((term.encode("utf-8", "surrogatepass"), number) for term, number in numbers.items())
        words = [word for word, _ in ordered]
        if words:
            # 0.3 s with the scipy behind it, and nothing at question time needs it.
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
        """Map the files that `save` wrote for `size` sentences; what a question touches is read, no more.

        Raises IndexDamagedError.
        """
        return cls(size, *(_load(folder / name) for name in FILES))

    def scores(self, question_terms: Sequence[str]) -> Floats:
        """Sum the BM25 scores of `question_terms` (repeats count) in every sentence: float32 [sentences]."""
        total = np.zeros(self.size, dtype=np.float32)
        number = cache(self._number)
        for term in question_terms:
            if (column := number(term)) is not None:
                start, end = self.starts[column : column + 2]
                # A sentence occurs once in a column, so that this adds each score once.
                total[self.rows[start:end]] += self.values[start:end]
        return total

    def frequency(self, term: str) -> int:
        """Count the sentences that hold `term`."""
        column = self._number(term)
        return 0 if column is None else int(self.starts[column + 1] - self.starts[column])

    def _number(self, term: str) -> int | None:
        wanted = term.encode("utf-8", "surrogatepass")
        count = len(self.word_starts) - 1
        column = bisect_left(range(count), wanted, key=self._word)
        return column if column < count and self._word(column) == wanted else None

    def _word(self, column: int) -> bytes:
        start, end = self.word_starts[column : column + 2]
        return self.words[start:end].tobytes()


def best(scores: Floats, k: int) -> Rows:
    """Find the rows of the `k` highest `scores`, best first, equal ones by row: int64 [min(k, rows)]."""
    k = min(k, len(scores))
    if k <= 0:
        return np.empty(0, dtype=np.int64)
    least = np.partition(scores, -k)[-k]
    above = np.flatnonzero(scores > least)
    rows = np.concatenate([above, np.flatnonzero(scores == least)[: k - len(above)]])
    return rows[np.lexsort((rows, -scores[rows]))]


def _load(path: Path) -> Array:
    try:
        # As a plain array: slices of numpy's memmap class are several times slower.
        array: Array = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamagedError(f"{path}: {error}") from error
    return array
