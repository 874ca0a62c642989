"""Articles of an index of several segments, read as one catalog: see `segments`.

Every row that comes out or goes in is the library's, not the segment's.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from heapq import merge
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Self, TypeVar

import numpy as np

from index.records import Article, Block, Passage, Sentence
from index.storage.catalog import Catalog, nearest_of
from index.storage.catalog_records import (
    MOST_COPIES,
    ArticleRow,
    SentenceCopies,
    SentencePlace,
    SentenceRow,
    SentenceText,
    copies_in_several,
    existing_row,
)
from index.storage.segments import RowMap, Segments
from index.storage.title_index import FoldedTitle, TitleIndex, by_words

T = TypeVar("T")


class SegmentedTitles:
    """The titles of several segments."""

    def __init__(self, parts: Sequence[TitleIndex], place: RowMap, counts: Sequence[int]) -> None:
        self._parts, self._place, self._counts = parts, place, counts

    def page(self, first: int, count: int) -> list[int]:
        """List rows as `TitleIndex.page` does."""
        pages, before = [], 0
        for number, part in enumerate(self._parts):
            # So many of this segment come before the page, if all of the others do.
            start = max(0, first - (sum(self._counts) - self._counts[number]))
            pages.append(self._moved(number, part.titles(start, first + count - start)))
            before += start
        titles = merge(*pages, key=_in_order)
        return [title.article for title in islice(titles, max(0, first - before), None)][:count]

    def equal(self, folded: str) -> int | None:
        """Find a title as `TitleIndex.equal` does."""
        found = [(number, part.equal(folded)) for number, part in enumerate(self._parts)]
        rows = [int(self._place.rows(number, row)) for number, row in found if row is not None]
        return min(rows, default=None)

    def beginning_with(self, folded: str, limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.beginning_with` does."""
        return sorted(self._all(lambda part: part.beginning_with(folded, limit)), key=_in_order)[:limit]

    def matching(self, expression: str, limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.matching` does."""
        return sorted(self._all(lambda part: part.matching(expression, limit)), key=by_words)[:limit]

    def matching_most(self, expressions: Sequence[str], limit: int) -> list[FoldedTitle]:
        """List titles as `TitleIndex.matching_most` does, up to `limit` of each segment."""
        return self._all(lambda part: part.matching_most(expressions, limit))

    def words(self) -> dict[str, str]:
        """Read words as `TitleIndex.words` does."""
        words: dict[str, set[str]] = {}
        for part in self._parts:
            for initial, others in part.words().items():
                words.setdefault(initial, set()).update(others.split())
        return {initial: " ".join(sorted(words[initial])) for initial in sorted(words)}

    def _all(self, read: Callable[[TitleIndex], list[FoldedTitle]]) -> list[FoldedTitle]:
        return [title for number, part in enumerate(self._parts) for title in self._moved(number, read(part))]

    def _moved(self, segment: int, titles: Sequence[FoldedTitle]) -> list[FoldedTitle]:
        rows = self._place.rows(segment, [title.article for title in titles]).tolist()
        return [FoldedTitle(row, title.folded) for row, title in zip(rows, titles, strict=True)]


def _in_order(title: FoldedTitle) -> tuple[str, int]:
    return title.folded, title.article


class SegmentedCatalog:
    """The articles of several segments."""

    def __init__(self, parts: Sequence[Catalog], segments: Segments) -> None:
        self._parts, self._segments = parts, segments

    @classmethod
    def open(cls, folder: Path, segments: Segments) -> Self:
        """Open the catalogs of `folder`. Raises IndexDamagedError."""
        parts = [Catalog(folder, number) for number in range(segments.count)]
        for number, part in enumerate(parts):
            part.leave_out(np.flatnonzero(~segments.articles.live(number, len(part))).tolist())
        return cls(parts, segments)

    def __len__(self) -> int:
        """Count the articles."""
        return len(self._segments.articles)

    @property
    def segments(self) -> Segments:
        """The segments of the index."""
        return self._segments

    @property
    def parts(self) -> Sequence[Catalog]:
        """The catalog of each segment."""
        return self._parts

    @property
    def sentence_count(self) -> int:
        """Number of sentences."""
        return len(self._segments.sentences)

    @property
    def titles(self) -> SegmentedTitles:
        """The titles of all articles."""
        place = self._segments.articles
        counts = [
            int(np.diff(place.starts)[place.segments == number].sum()) for number in range(len(self._parts))
        ]
        return SegmentedTitles([part.titles for part in self._parts], place, counts)

    def articles(self, beginning: str = "") -> list[ArticleRow]:
        """List articles as `Catalog.articles` does."""
        found = [
            article
            for number, part in enumerate(self._parts)
            for article in self._moved(number, part.articles(beginning))
        ]
        return sorted(found, key=attrgetter("row"))

    def row(self, article_id: str) -> int:
        """Find an article as `Catalog.row` does."""
        return existing_row(self, article_id)

    def find_row(self, article_id: str) -> int | None:
        """Find an article as `Catalog.find_row` does."""
        row = self._first(lambda part: part.row_of_id(article_id))
        return self._first(lambda part: part.row_of_file(article_id)) if row is None else row

    def paths(self) -> list[tuple[int, str, str]]:
        """List row, id and file of every article."""
        found = []
        for number, part in enumerate(self._parts):
            paths = part.paths()
            rows = self._segments.articles.rows(number, [row for row, _, _ in paths]).tolist()
            found += [(row, id_, file) for row, (_, id_, file) in zip(rows, paths, strict=True)]
        return sorted(found)

    def article_row(self, row: int) -> ArticleRow:
        """Describe the article of `row`. Raises IndexError."""
        try:
            return self.article_rows([row])[0]
        except KeyError:
            raise IndexError(f"article {row} of {len(self)}") from None

    def article_by_key(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`."""
        for number, part in enumerate(self._parts):
            if article := part.article_by_key(key):
                return self._moved(number, [article])[0]
        return None

    def article_rows(self, rows: Iterable[int]) -> list[ArticleRow]:
        """Describe articles as `Catalog.article_rows` does."""
        return self._each(
            self._segments.articles,
            rows,
            lambda number, own: self._moved(number, self._parts[number].article_rows(own)),
        )

    def nearest_ids(self, article_id: str, n: int = 3) -> list[str]:
        """List similar ids as `Catalog.nearest_ids` does."""
        return nearest_of(self._parts, article_id, n)

    def article(self, row: int) -> Article:
        """Read the article of `row`, with its text. Raises IndexError."""
        return self._at(row, Catalog.article)

    def text(self, row: int) -> str:
        """Read the text of the article of `row`, which there is."""
        return self._at(row, Catalog.text)

    def blocks(self, row: int) -> list[Block]:
        """Read the blocks of the article of `row`, in order."""
        return self._at(row, Catalog.blocks)

    def spans(self, row: int) -> list[Sentence]:
        """Read where the sentences of the article of `row` stand, in order."""
        return self._at(row, Catalog.spans)

    def passages(self, row: int) -> list[Passage]:
        """Read the passages of the article of `row`, in order."""
        return self._at(row, Catalog.passages)

    def sentences(self, rows: Iterable[int]) -> list[SentenceRow]:
        """Read sentences as `Catalog.sentences` does."""

        def read(number: int, own: list[int]) -> list[SentenceRow]:
            found = self._parts[number].sentences(own)
            places = self._places(number, found)
            return [
                sentence._replace(row=row, article=article, passage=passage)
                for sentence, (row, article, passage) in zip(found, places, strict=True)
            ]

        return self._each(self._segments.sentences, rows, read)

    def texts(self, rows: Iterable[int]) -> list[SentenceText]:
        """Read texts as `Catalog.texts` does."""
        sentences, articles = self._segments.sentences, self._segments.articles
        wanted = [row for row in rows if 0 <= row < len(sentences)]
        found = []
        for number, own in self._by_segment(sentences, wanted).items():
            texts = self._parts[number].texts(own)
            own_rows = sentences.rows(number, [text.row for text in texts]).tolist()
            own_articles = articles.rows(number, [text.article for text in texts]).tolist()
            found += [
                text._replace(row=row, article=article)
                for text, row, article in zip(texts, own_rows, own_articles, strict=True)
            ]
        return sorted(found, key=attrgetter("row"))

    def places_of(self, sentences: Iterable[int]) -> list[SentencePlace]:
        """Say where sentences stand, as `Catalog.places_of` does."""
        maps = self._segments

        def read(number: int, own: list[int]) -> list[SentencePlace]:
            found = self._parts[number].places_of(own)
            articles = maps.articles.rows(number, [place.article for place in found]).tolist()
            passages = maps.passages.rows(number, [place.passage for place in found]).tolist()
            return [
                SentencePlace(article, passage, place.wording)
                for place, article, passage in zip(found, articles, passages, strict=True)
            ]

        return self._each(maps.sentences, sentences, read)

    def copies(self, sentence: int) -> SentenceCopies:
        """Find the articles that have a sentence, as `Catalog.copies` does."""
        wording = self.places_of([sentence])[0].wording
        found, total = [], 0
        for number, part in enumerate(self._parts):
            copies, count = part.copies_of(wording)
            total += count
            articles = self._segments.articles.rows(number, [copy.article for copy in copies]).tolist()
            sentences = self._segments.sentences.rows(number, [copy.sentence for copy in copies]).tolist()
            found += [
                copy._replace(article=article, sentence=row)
                for copy, article, row in zip(copies, articles, sentences, strict=True)
            ]
        found.sort(key=lambda copy: (-copy.updated, copy.article))
        return copies_in_several(found[:MOST_COPIES], total)

    def sentences_in(self, passages: Iterable[int]) -> list[int]:
        """List the rows of all sentences in passages, ascending."""
        found: list[int] = []
        for number, own in self._by_segment(self._segments.passages, passages).items():
            found += self._segments.sentences.rows(number, self._parts[number].sentences_in(own)).tolist()
        return sorted(found)

    def close(self) -> None:
        """Close the files."""
        for part in self._parts:
            part.close()

    def _first(self, find: Callable[[Catalog], int | None]) -> int | None:
        """Return the library's row of the first article that is found in a segment."""
        for number, part in enumerate(self._parts):
            if (own := find(part)) is not None:
                return int(self._segments.articles.rows(number, own))
        return None

    def _at(self, row: int, read: Callable[[Catalog, int], T]) -> T:
        try:
            (number,), (own,) = self._segments.articles.locate([row])
        except KeyError:
            raise IndexError(f"article {row} of {len(self)}") from None
        return read(self._parts[number], int(own))

    def _by_segment(self, place: RowMap, rows: Iterable[int]) -> dict[int, list[int]]:
        """Return the rows in each segment of the library's `rows`. Raises KeyError."""
        segments, own = place.locate([int(row) for row in rows])
        return {int(number): own[segments == number].tolist() for number in np.unique(segments)}

    def _each(
        self, place: RowMap, rows: Iterable[int], read: Callable[[int, list[int]], Sequence[T]]
    ) -> list[T]:
        """Read what is at `rows`, in their order, from each segment at once. Raises KeyError."""
        wanted = [int(row) for row in rows]
        segments, _ = place.locate(wanted)
        found = {number: iter(read(number, own)) for number, own in self._by_segment(place, wanted).items()}
        return [next(found[number]) for number in segments.tolist()]

    def _places(self, segment: int, found: Sequence[SentenceRow]) -> Iterator[tuple[int, int, int]]:
        maps = self._segments
        return zip(
            maps.sentences.rows(segment, [sentence.row for sentence in found]).tolist(),
            maps.articles.rows(segment, [sentence.article for sentence in found]).tolist(),
            maps.passages.rows(segment, [sentence.passage for sentence in found]).tolist(),
            strict=True,
        )

    def _moved(self, segment: int, found: Sequence[ArticleRow]) -> list[ArticleRow]:
        """Return articles with the library's rows in place of the segment's."""
        rows = np.array([article.row for article in found], dtype=np.int64)
        sentences, passages = self._segments.beginnings(
            segment,
            rows,
            np.array([article.first_sentence for article in found], dtype=np.int64),
            np.array([article.first_passage for article in found], dtype=np.int64),
        )
        places = zip(
            self._segments.articles.rows(segment, rows).tolist(),
            sentences.tolist(),
            passages.tolist(),
            strict=True,
        )
        return [
            replace(article, row=row, first_sentence=sentence, first_passage=passage)
            for article, (row, sentence, passage) in zip(found, places, strict=True)
        ]
