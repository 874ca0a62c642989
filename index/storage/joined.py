"""Two indexes read as one: the rows of the second follow those of the first.

Every score is the one that a single index with the articles of both would give.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar, runtime_checkable

import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows
from index.records import Article, Block, Passage, Sentence
from index.segmentation.characters import replace_surrogates
from index.storage.bm25 import Statistics, statistics
from index.storage.catalog import (
    ArticleRow,
    SentenceCopies,
    SentencePlace,
    SentenceRow,
    SentenceText,
    article_key,
)
from index.storage.catalog_records import existing_row
from index.storage.index_files import OneBm25, OneCatalog, OneVectors
from index.storage.segmented_catalog import SegmentedTitles
from index.storage.title_index import FoldedTitle, TitleIndex, fold_title

if TYPE_CHECKING:
    from index.storage.postgres.catalog import PostgresCatalog

T = TypeVar("T")

OneTitles = TitleIndex | SegmentedTitles


@dataclass(frozen=True, slots=True)
class JoinedVectors:
    """The vectors of two indexes of the same encoder."""

    first: OneVectors
    second: OneVectors

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def search(self, queries: Floats, k: int) -> tuple[Floats, Rows]:
        """Find the nearest rows as `Vectors.search` does."""
        scores, rows = self.first.search(queries, k)
        other_scores, other_rows = self.second.search(queries, k)
        other_rows = np.where(other_rows < 0, other_rows, other_rows + len(self.first))
        scores, rows = np.hstack([scores, other_scores]), np.hstack([rows, other_rows])
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def at(self, rows: npt.ArrayLike) -> Floats:
        """Read vectors as `Vectors.at` does."""
        wanted = np.asarray(rows, dtype=np.int64)
        own = wanted < len(self.first)
        vectors = np.empty((len(wanted), self.second.dimension), np.float32)
        vectors[own] = self.first.at(wanted[own])
        vectors[~own] = self.second.at(wanted[~own] - len(self.first))
        return vectors

    def rows(self, start: int, stop: int) -> Floats:
        """Read vectors as `Vectors.rows` does."""
        return self.at(np.arange(start, stop))

    def scores(self, query: Floats, rows: npt.ArrayLike) -> Floats:
        """Compare vectors as `Vectors.scores` does."""
        scores: Floats = self.at(rows) @ query
        return scores


@dataclass(frozen=True, slots=True)
class JoinedBm25:
    """BM25 over two indexes: a term weighs what it would in both together."""

    first: OneBm25
    second: OneBm25

    def scores(self, question_terms: Sequence[str]) -> Floats:
        """Sum scores as `Bm25.scores` does."""
        among = self._statistics()
        return np.concatenate([part.scores(question_terms, among) for part in (self.first, self.second)])

    def frequency(self, term: str) -> int:
        """Count the sentences that contain `term`."""
        return self.first.frequency(term) + self.second.frequency(term)

    def _statistics(self) -> Statistics:
        size, terms = self.first.size + self.second.size, self.first.terms + self.second.terms
        return statistics(size, terms, self.frequency)


def idf(sentences: int, frequency: int) -> float:
    """Return the inverse document frequency of a term in `frequency` of `sentences`, as in Lucene's BM25."""
    return float(np.log1p((sentences - frequency + 0.5) / (frequency + 0.5)))


class JoinedTitles:
    """The titles of two catalogs; `titles` reads those of the articles at some rows."""

    def __init__(
        self,
        first: OneTitles,
        second: OneTitles,
        sizes: tuple[int, int],
        titles: Callable[[list[int]], list[str]],
    ) -> None:
        self._first, self._second, self._sizes, self._titles_of = first, second, sizes, titles

    def page(self, first: int, count: int) -> list[int]:
        """List rows as `TitleIndex.page` does."""
        own, other = self._sizes
        own_from, other_from = max(0, first - other), max(0, first - own)
        titles = heapq.merge(
            self._titles(self._first.page(own_from, first + count - own_from), 0),
            self._titles(self._second.page(other_from, first + count - other_from), own),
        )
        # What was not read comes before this page in both.
        return [row for _, row in islice(titles, max(0, first - own_from - other_from), None)][:count]

    def equal(self, folded: str) -> int | None:
        """Find a title as `TitleIndex.equal` does."""
        row = self._first.equal(folded)
        if row is None and (other := self._second.equal(folded)) is not None:
            row = other + self._sizes[0]
        return row

    def beginning_with(self, folded: str, limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.beginning_with` does."""
        titles = self._both(lambda index: index.beginning_with(folded, limit))
        return sorted(titles, key=attrgetter("folded"))[:limit]

    def matching(self, expression: str, limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.matching` does, up to `limit` of each index."""
        return self._both(lambda index: index.matching(expression, limit))

    def matching_most(self, expressions: Sequence[str], limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.matching_most` does, up to `limit` of each index."""
        return self._both(lambda index: index.matching_most(expressions, limit))

    def words(self) -> dict[str, str]:
        """Read words as `TitleIndex.words` does."""
        own, other = self._first.words(), self._second.words()
        return {
            initial: " ".join(sorted({*own.get(initial, "").split(), *other.get(initial, "").split()}))
            for initial in sorted({*own, *other})
        }

    def _both(self, read: Callable[[OneTitles], list[FoldedTitle]]) -> list[FoldedTitle]:
        others = (FoldedTitle(row + self._sizes[0], folded) for row, folded in read(self._second))
        return [*read(self._first), *others]

    def _titles(self, rows: Iterable[int], offset: int) -> list[tuple[str, int]]:
        wanted = [row + offset for row in rows]
        return [(fold_title(title), row) for title, row in zip(self._titles_of(wanted), wanted, strict=True)]


@runtime_checkable
class TwoCatalogs(Protocol):
    """Two catalogs read as one, wherever they are."""

    def id_in_second(self, article_id: str) -> str | None:
        """Return the id that an article has in the second catalog; None if it is of the first, or of none."""


class JoinedCatalog:
    """The articles of two catalogs.

    An article of the second that has the id of one of the first is called `common/<id>` here.
    """

    def __init__(self, first: OneCatalog, second: OneCatalog) -> None:
        self._first, self._second = first, second
        self._articles, self._sentences = len(first), first.sentence_count
        self._passages = sum(row.passages for row in first.articles())
        shadowed = {row.id: second.article_by_key(article_key(row.id)) for row in first.articles()}
        self._renamed = {
            other.row: _free_id(id_, first, second) for id_, other in shadowed.items() if other is not None
        }
        self._row_of_renamed = {id_: row + self._articles for row, id_ in self._renamed.items()}
        self._row_of_key = {article_key(id_): row for id_, row in self._row_of_renamed.items()}

    def __len__(self) -> int:
        """Count the articles."""
        return len(self._first) + len(self._second)

    @property
    def titles(self) -> JoinedTitles:
        """The titles of all articles."""

        def titles(rows: list[int]) -> list[str]:
            return [row.title for row in self.article_rows(rows)]

        return JoinedTitles(
            self._first.titles, self._second.titles, (len(self._first), len(self._second)), titles
        )

    def articles(self, beginning: str = "") -> list[ArticleRow]:
        """List articles as `Catalog.articles` does."""
        typed = replace_surrogates(beginning).casefold()
        articles = [*self._first.articles(), *map(self._moved, self._second.articles())]
        return sorted(
            (row for row in articles if row.id.casefold().startswith(typed)), key=attrgetter("id", "row")
        )

    def find_row(self, article_id: str) -> int | None:
        """Find an article as `Catalog.find_row` does."""
        row = self._first.find_row(article_id)
        if row is None:
            row = self._row_of_renamed.get(article_id)
        if row is None and (other := self._second.find_row(article_id)) is not None:
            row = other + self._articles
        return row

    def id_in_second(self, article_id: str) -> str | None:
        """Return the id that an article has in the second catalog; None if it is of the first, or of none."""
        row = self.find_row(article_id)
        if row is None or row < self._articles:
            return None
        return self._second.article_row(row - self._articles).id

    def row(self, article_id: str) -> int:
        """Find an article as `Catalog.row` does."""
        return existing_row(self, article_id)

    def paths(self) -> list[tuple[int, str, str]]:
        """List row, id and file of every article."""
        others = (
            (row + self._articles, self._renamed.get(row, id_), file)
            for row, id_, file in self._second.paths()
        )
        return [*self._first.paths(), *others]

    def article_row(self, row: int) -> ArticleRow:
        """Describe the article of `row`. Raises IndexError."""
        if row < self._articles:
            return self._first.article_row(row)
        return self._moved(self._second.article_row(row - self._articles))

    def article_by_key(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`."""
        if article := self._first.article_by_key(key):
            return article
        if (row := self._row_of_key.get(key)) is not None:
            return self.article_row(row)
        other = self._second.article_by_key(key)
        return other and self._moved(other)

    def article_rows(self, rows: Iterable[int]) -> list[ArticleRow]:
        """Describe articles as `Catalog.article_rows` does."""

        def others(rows: list[int]) -> list[ArticleRow]:
            return [self._moved(row) for row in self._second.article_rows(rows)]

        return _each(rows, self._articles, self._first.article_rows, others)

    def nearest_ids(self, article_id: str, n: int = 3) -> list[str]:
        """List similar ids as `Catalog.nearest_ids` does, those of the first catalog first."""
        others = (self._second.find_row(id_) for id_ in self._second.nearest_ids(article_id, n))
        rows = [self._moved(self._second.article_row(row)).id for row in others if row is not None]
        return list(dict.fromkeys([*self._first.nearest_ids(article_id, n), *rows]))[:n]

    def article(self, row: int) -> Article:
        """Read the article of `row`, with its text. Raises IndexError."""
        if row < self._articles:
            return self._first.article(row)
        return replace(self._second.article(row - self._articles), id=self.article_row(row).id)

    def text(self, row: int) -> str:
        """Read the text of the article of `row`. Raises IndexError."""
        return self._part(row).text(self._row_there(row))

    def blocks(self, row: int) -> list[Block]:
        """Read the blocks of the article of `row`, in order."""
        return self._part(row).blocks(self._row_there(row))

    def spans(self, row: int) -> list[Sentence]:
        """Read where the sentences of the article of `row` stand, in order."""
        return self._part(row).spans(self._row_there(row))

    def passages(self, row: int) -> list[Passage]:
        """Read the passages of the article of `row`, in order."""
        return self._part(row).passages(self._row_there(row))

    def sentences(self, rows: Iterable[int]) -> list[SentenceRow]:
        """Read sentences as `Catalog.sentences` does."""

        def others(rows: list[int]) -> list[SentenceRow]:
            return [
                sentence._replace(
                    row=sentence.row + self._sentences,
                    article=sentence.article + self._articles,
                    passage=sentence.passage + self._passages,
                )
                for sentence in self._second.sentences(rows)
            ]

        return _each(rows, self._sentences, self._first.sentences, others)

    def texts(self, rows: Iterable[int]) -> list[SentenceText]:
        """Read texts as `Catalog.texts` does."""
        wanted = [int(row) for row in rows]
        others = self._second.texts(row - self._sentences for row in wanted if row >= self._sentences)
        return [
            *self._first.texts(row for row in wanted if row < self._sentences),
            *(
                text._replace(row=text.row + self._sentences, article=text.article + self._articles)
                for text in others
            ),
        ]

    def places_of(self, sentences: Iterable[int]) -> list[SentencePlace]:
        """Say where sentences stand, as `Catalog.places_of` does."""

        def others(rows: list[int]) -> list[SentencePlace]:
            return [
                SentencePlace(place.article + self._articles, place.passage + self._passages, place.wording)
                for place in self._second.places_of(rows)
            ]

        return _each(sentences, self._sentences, self._first.places_of, others)

    def copies(self, sentence: int) -> SentenceCopies:
        """Find the articles of the same catalog that have a sentence, as `Catalog.copies` does."""
        if sentence < self._sentences:
            return self._first.copies(sentence)
        rows, total = self._second.copies(sentence - self._sentences)
        return SentenceCopies(
            {article + self._articles: row + self._sentences for article, row in rows.items()}, total
        )

    def sentences_in(self, passages: Iterable[int]) -> list[int]:
        """List the rows of all sentences in passages, ascending."""
        wanted = [int(row) for row in passages]
        others = self._second.sentences_in(row - self._passages for row in wanted if row >= self._passages)
        return [
            *self._first.sentences_in(row for row in wanted if row < self._passages),
            *(row + self._sentences for row in others),
        ]

    def _part(self, row: int) -> OneCatalog:
        return self._first if row < self._articles else self._second

    def _row_there(self, row: int) -> int:
        return row if row < self._articles else row - self._articles

    def _moved(self, article: ArticleRow) -> ArticleRow:
        return replace(
            article,
            row=article.row + self._articles,
            id=self._renamed.get(article.row, article.id),
            first_sentence=article.first_sentence + self._sentences,
            first_passage=article.first_passage + self._passages,
        )


def _free_id(id_: str, *catalogs: OneCatalog) -> str:
    """Return an id that no article of the catalogs has."""
    while any(catalog.article_by_key(article_key(id_)) for catalog in catalogs):
        id_ = f"common/{id_}"
    return id_


def _each(
    rows: Iterable[int],
    offset: int,
    first: Callable[[list[int]], list[T]],
    second: Callable[[list[int]], list[T]],
) -> list[T]:
    """Read what is at `rows`, in their order, from `offset` on by `second`."""
    wanted = [int(row) for row in rows]
    own, others = [row for row in wanted if row < offset], [row for row in wanted if row >= offset]
    found_own, found_others = iter(first(own)), iter(second([row - offset for row in others]))
    return [next(found_own) if row < offset else next(found_others) for row in wanted]


FileCatalog = OneCatalog | JoinedCatalog
AnyCatalog: TypeAlias = "OneCatalog | JoinedCatalog | PostgresCatalog"
AnyVectors = OneVectors | JoinedVectors
AnyBm25 = OneBm25 | JoinedBm25
