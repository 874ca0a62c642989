"""Finds articles by what somebody types of their titles, among a million as among ten.

The titles stay in the catalog. Kept here are their words, sorted, each with the rows of its titles, and the
order of the titles and of the keys: some 80 bytes a title.
"""

import re
from array import array
from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from index.arrays import Floats, Rows, best
from index.segmentation.characters import UNSPACED
from index.segmentation.search_terms import fold
from index.storage.catalog import ArticleRow, Catalog

_KEY = re.compile(r"[A-Za-z0-9_-]{12}", re.ASCII)
_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_ASCII_WORD = re.compile("[0-9a-z]+")  # the same, many times as fast
_MOST_WORDS = 12  # of what is typed; more would only take longer
_LONGEST_TYPED = 200
_BYTES = 8  # of a key's 9 are looked up, the last one is compared
_POOL = 200  # titles that are compared with all that was typed

_EXACT, _PREFIX, _INSIDE, _A_TYPO = 1.0, 0.9, 0.7, 0.1
_ALL_OF_IT = 0.3  # for a title that is just like what was typed, or begins so
_SHORTEST, _LONG = 3, 6  # characters of a word that may have one mistake, and two
_MOST = 64  # words that one may stand inside, or be mistyped for

Order = npt.NDArray[np.int32]


def article_key(article_id: str) -> str:
    """Name an article in 12 characters of base64url, however long its id: 72 bits of its BLAKE2b digest."""
    return urlsafe_b64encode(_digest(article_id)).decode("ascii")


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of a catalog, for searching; safe to share between threads.

    `words` are the words of all titles, folded, as lines of UTF-8 in the order of their bytes. Word `w`
    starts at `places[w]`, and stands in the titles of `rows[starts[w]:starts[w + 1]]`. `by_title` are the
    rows in the order of the folded titles; `by_key` in that of `keys`, the first 64 bits of the articles'
    keys. `lengths` counts the words of each title.
    """

    catalog: Catalog
    words: bytes
    places: Rows
    starts: Rows
    rows: Order
    lengths: Floats
    by_title: Order
    by_key: Order
    keys: npt.NDArray[np.uint64]

    @classmethod
    def load(cls, catalog: Catalog) -> Self:
        """Read the titles of `catalog`. Raises IndexDamagedError."""
        numbers: dict[str, int] = {}
        written, lengths, digests = array("i"), array("i"), bytearray()
        folded: list[str] = []
        for article_id, title in catalog.names():
            one = _folded(title)
            found = _words(one)
            written.extend([numbers.setdefault(word, len(numbers)) for word in found])
            lengths.append(len(found))
            digests += _digest(article_id)[:_BYTES]
            folded.append(one)
        by_title = np.array(sorted(range(len(folded)), key=folded.__getitem__), dtype=np.int32)
        del folded
        words = sorted((word.encode(), number) for word, number in numbers.items())
        del numbers
        place = np.empty(len(words), dtype=np.int32)
        place[[number for _, number in words]] = np.arange(len(words), dtype=np.int32)
        word_of = place[np.array(written, dtype=np.int32)]
        counts = np.array(lengths, dtype=np.int32)
        title_of = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        keys = np.frombuffer(digests, dtype=">u8").astype(np.uint64)
        by_key = np.argsort(keys, kind="stable").astype(np.int32)
        return cls(
            catalog,
            words=b"".join(word + b"\n" for word, _ in words),
            places=_ends([len(word) + 1 for word, _ in words]),
            starts=_ends(np.bincount(word_of, minlength=len(words))),
            rows=title_of[np.argsort(word_of, kind="stable")],
            lengths=counts.astype(np.float32),
            by_title=by_title,
            by_key=by_key,
            keys=keys[by_key],
        )

    def __len__(self) -> int:
        """Count the articles."""
        return len(self.by_title)

    def page(self, first: int, count: int) -> list[ArticleRow]:
        """List `count` articles from the `first` on, counted from 0, in the order of their titles."""
        return self.catalog.article_rows(self.by_title[max(0, first) : max(0, first + count)])

    def search(self, typed: str, limit: int = 25) -> list[ArticleRow]:
        """Find up to `limit` articles whose titles are likest to what was `typed`, best first.

        Words may come in any order, be begun only, stand inside a longer one, or be mistyped. Where nothing
        is typed, the first titles of all are found; where nothing is like it, none.
        """
        asked = _folded(typed[:_LONGEST_TYPED])
        words = list(dict.fromkeys(_words(asked)))[:_MOST_WORDS]
        low, high = self._beginning_with(asked, exactly=False)
        begun = self.by_title[low : min(high, low + limit)]
        if not words:
            return self.catalog.article_rows(begun)
        scores = sum((self._scores(word) for word in words), np.zeros(len(self), dtype=np.float32))
        scores /= len(words)
        # Of equally good titles the shorter ones say less that was not typed.
        rough = np.where(scores > 0, scores - 0.0005 * np.minimum(self.lengths, 60), 0)
        pool = best(rough, min(max(_POOL, 2 * limit), int(np.count_nonzero(scores))))
        pool = np.unique(np.concatenate([pool, begun]))
        found = []
        for row, title in zip(pool.tolist(), map(_folded, self.catalog.titles(pool)), strict=True):
            likeness = fuzz.ratio(asked, title) / 100 + title.startswith(asked)
            found.append((-float(scores[row]) - _ALL_OF_IT * likeness, title, row))
        return self.catalog.article_rows(row for _, _, row in sorted(found)[:limit])

    def find(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`; None for no such article, or no key at all."""
        if not _KEY.fullmatch(key):
            return None
        digest = np.uint64(int.from_bytes(urlsafe_b64decode(key)[:_BYTES]))
        low, high = (int(np.searchsorted(self.keys, digest, side)) for side in ("left", "right"))
        for article in self.catalog.article_rows(self.by_key[low:high]):
            if article_key(article.id) == key:
                return article
        return None

    def resolve(self, text: str) -> ArticleRow | None:
        """Find the article with the key, the id or the title `text`; case and accents of titles are alike."""
        asked = text.strip()
        if found := self.find(asked) or self.find(article_key(asked)):
            return found
        low, high = self._beginning_with(_folded(text), exactly=True)
        return self.catalog.article_row(int(self.by_title[low])) if low < high else None

    def _beginning_with(self, asked: str, *, exactly: bool) -> tuple[int, int]:
        """Return where, in `by_title`, the titles begin with `asked`, or are it `exactly`: start and end."""

        def title(place: int) -> str:
            one = _folded(self.catalog.titles(self.by_title[place : place + 1])[0])
            return one if exactly else one[: len(asked)]

        places = range(len(self))
        return bisect_left(places, asked, key=title), bisect_right(places, asked, key=title)

    def _scores(self, word: str) -> Floats:
        """Score each title by how well one of its words is `word`: float32 [titles], 0 to 1."""
        scores = np.zeros(len(self), dtype=np.float32)
        written, numbers = word.encode(), range(len(self.places) - 1)
        first = bisect_left(numbers, written, key=self._word)
        last = bisect_left(numbers, written + b"\xff", key=self._word)  # greater than all of UTF-8
        if first < last:
            scores[self._with(first, last)] = _PREFIX
            if self._word(first) == written:
                scores[self._with(first, first + 1)] = _EXACT
        elif len(word) >= _SHORTEST:
            for distance, some in enumerate(self._like(word)):
                for number in some:
                    rows = self._with(number, number + 1)
                    scores[rows] = np.maximum(scores[rows], _INSIDE - _A_TYPO * distance)
        return scores

    def _like(self, word: str) -> list[list[int]]:
        """Find the words that hold `word`, those one typing mistake away from it, and those two away.

        As what is typed may go on, a longer word counts as far as it was typed.
        """
        matches = re.finditer(re.escape(word.encode()), self.words)
        inside = [match.start() for match in islice(matches, _MOST)]
        holding = np.unique(np.searchsorted(self.places, inside, "right") - 1)
        found: list[list[int]] = [holding.tolist(), [], []]
        letter, numbers = word[0].encode(), range(len(self.places) - 1)
        first = bisect_left(numbers, letter, key=self._word)
        last = bisect_left(numbers, letter + b"\xff", key=self._word)
        self._mistyped(word, first, last, found)
        if not any(found):  # the first letter is seldom the wrong one, and leaves few words to look at
            self._mistyped(word, 0, len(numbers), found)
        return found

    def _mistyped(self, word: str, first: int, last: int, found: list[list[int]]) -> None:
        lines = self.words[self.places[first] : self.places[last]].decode().split("\n")
        begun = [line[: len(word) + 1] for line in lines[:-1]]
        most = 1 if len(word) < _LONG else 2
        for _, distance, number in process.extract(
            word, begun, scorer=OSA.distance, score_cutoff=most, limit=_MOST
        ):
            found[max(1, distance)].append(first + number)

    def _word(self, number: int) -> bytes:
        return self.words[self.places[number] : self.places[number + 1] - 1]

    def _with(self, first: int, last: int) -> Order:
        """Return the rows of the titles that hold one of the words from `first` to `last`, exclusive."""
        return self.rows[self.starts[first] : self.starts[last]]


def _digest(article_id: str) -> bytes:
    return blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=9).digest()


def _folded(text: str) -> str:
    return fold(text).strip()


def _words(folded: str) -> list[str]:
    found: list[str] = (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)
    return found


def _ends(lengths: npt.ArrayLike) -> Rows:
    """Return where each of some neighbours starts, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
