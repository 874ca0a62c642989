"""Hybrid retrieval: the sentences that may answer a question, by meaning and by words.

Three lists meet in one pool: the sentences nearest to the question, the sentences of the nearest passages,
and the best sentences by BM25. Every sentence of the pool then gets all three scores.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.arrays import Floats, Rows, best, best_positive
from index.records import Candidate
from index.segmentation.search_terms import terms
from index.storage.catalog import SentencePlace, SentenceRow
from index.storage.joined import AnyBm25, AnyCatalog, AnyVectors, FileCatalog, idf

NEAREST_SENTENCES = 100
NEAREST_PASSAGES = 20
BEST_BY_WORDS = 100
CANDIDATES = 40
"""Sentences of the pool that go on to the ranking, by the plain sum of the three scores."""
COPIES = 5
"""Most articles that are cited for one and the same sentence."""


class Pool(NamedTuple):
    """Sentences that may answer a question, all with the three scores: [pool] each, `rows` ascending."""

    rows: Rows
    places: Sequence[SentencePlace]
    dense: Floats
    passage: Floats
    lexical: Floats


@dataclass(frozen=True, slots=True)
class Retriever:
    """The four files of an index that find sentences; safe to share between threads.

    `copies` is how often the same sentence is found at most.
    """

    catalog: FileCatalog
    sentences: AnyVectors
    passages: AnyVectors
    lexical: AnyBm25
    copies: int = COPIES

    def retrieve(
        self, question: str, vector: Floats, article: int | None = None, count: int = CANDIDATES
    ) -> list[Candidate]:
        """Find up to `count` candidates for a question, best first by a rough score.

        `vector` is the question's, [dimension]; `article` narrows the search to the article of that row. The
        same sentence is found once in an article, and `copies` times in all.
        """
        words = self.lexical.scores(terms(question))
        if article is not None:
            pool = self._scored(self._article_pool(vector, words, article), vector, words)
            return candidates_of(pool, self.catalog, count, self.copies)
        return widening(
            lambda reach: self._scored(self._pool(vector, words, reach), vector, words),
            self.catalog,
            count,
            len(self.sentences),
            self.copies,
        )

    def _scored(self, rows: Rows, vector: Floats, words: Floats) -> "Pool":
        places = self.catalog.places_of(rows)
        unique, holders = np.unique([place.passage for place in places], return_inverse=True)
        return Pool(
            rows,
            places,
            dense=self.sentences.scores(vector, rows),
            passage=self.passages.scores(vector, unique)[holders],
            lexical=words[rows],
        )

    def frequency(self, term: str) -> int:
        """Count the sentences that contain a term."""
        return self.lexical.frequency(term)

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term among all sentences, as in Lucene's BM25."""
        return idf(len(self.sentences), self.frequency(term))

    def _pool(self, vector: Floats, words: Floats, reach: int) -> Rows:
        near = self.sentences.search(vector[None], reach * NEAREST_SENTENCES)[1][0]
        passages = self.passages.search(vector[None], reach * NEAREST_PASSAGES)[1][0]
        inside = self.catalog.sentences_in(passages[passages >= 0])
        by_words = best_positive(words, reach * BEST_BY_WORDS)
        return np.unique(np.concatenate([near[near >= 0], np.array(inside, dtype=np.int64), by_words]))

    def _article_pool(self, vector: Floats, words: Floats, article: int) -> Rows:
        """Return an article's pool: all its sentences, or of a long one the best by meaning and by words."""
        rows = self.catalog.article_row(article).sentence_rows
        if len(rows) <= NEAREST_SENTENCES + BEST_BY_WORDS:
            return np.arange(rows.start, rows.stop)
        dense: Floats = self.sentences.rows(rows.start, rows.stop) @ vector
        own = words[rows.start : rows.stop]
        by_words = best(own, min(BEST_BY_WORDS, int(np.count_nonzero(own))))
        return np.unique(np.concatenate([best(dense, NEAREST_SENTENCES), by_words])) + rows.start


def widening(
    pool: Callable[[int], Pool], catalog: AnyCatalog, count: int, sentences: int, copies: int = COPIES
) -> list[Candidate]:
    """Find up to `count` candidates in ever larger pools, until there are as many or no more `sentences`.

    `pool` is called with how many times as large it is to be as the first one; `copies` is as for
    `candidates_of`.
    """
    reach = 1
    while True:
        candidates = candidates_of(pool(reach), catalog, count, copies)
        if len(candidates) == count or reach * NEAREST_SENTENCES >= sentences:
            return candidates
        reach *= 4  # copies of one sentence from hundreds of articles have filled the pool


def candidates_of(pool: Pool, catalog: AnyCatalog, count: int, copies: int = COPIES) -> list[Candidate]:
    """Return up to `count` of a pool's sentences as candidates, best first by the sum of their scores.

    The same sentence is one of them once for an article, and `copies` times at most.
    """
    if not len(pool.rows):
        return []
    order = best(_rough(pool.dense, pool.passage, pool.lexical), len(pool.rows))
    chosen = list(itertools.islice(_distinct(order, pool.places, copies), count))
    return [
        make_candidate(sentence, float(pool.dense[n]), float(pool.passage[n]), float(pool.lexical[n]))
        for n, sentence in zip(chosen, catalog.sentences(pool.rows[chosen]), strict=True)
    ]


def make_candidate(
    sentence: SentenceRow, dense: float = 0.0, passage: float = 0.0, lexical: float = 0.0
) -> Candidate:
    """Return a sentence as a candidate with its scores: cosines of it and of its passage, and BM25."""
    return Candidate(
        row=sentence.row,
        article=sentence.article,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        dense=dense,
        passage=passage,
        lexical=lexical,
        terms=tuple(sentence.terms.split()),
        terms_before=tuple(sentence.terms_before.split()),
        terms_after=tuple(sentence.terms_after.split()),
        terms_above=tuple(sentence.terms_above.split()),
        block=sentence.block,
        section=sentence.section,
        number=sentence.number,
        title=sentence.title,
        outer_title=sentence.outer_title,
    )


def _rough(dense: Floats, passage: Floats, lexical: Floats) -> Floats:
    """Add the three scores, BM25 as a share of the pool's best; docs/quality.md says how well this works."""
    top = float(lexical.max())
    score: Floats = dense + 0.5 * passage + (0.5 / top if top > 0 else 0.0) * lexical
    return score


def _distinct(order: Rows, places: Sequence[SentencePlace], copies: int) -> Iterator[int]:
    """Yield the best of an article's equal sentences, and at most `copies` of them over all articles."""
    articles: dict[int, set[int]] = {}
    for number in order:
        place = places[number]
        cited = articles.setdefault(place.wording, set())
        if place.article not in cited and len(cited) < copies:
            cited.add(place.article)
            yield int(number)
