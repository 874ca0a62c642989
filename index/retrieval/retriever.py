"""Hybrid retrieval: the sentences that may answer a question, by meaning and by words.

Three lists meet in one pool: the sentences nearest to the question, the sentences of the nearest passages,
and the best sentences by BM25. Every sentence of the pool then gets all three scores.
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.arrays import Floats, Rows, best
from index.records import Candidate
from index.segmentation.search_terms import terms
from index.storage.catalog import SentencePlace, SentenceRow
from index.storage.joined import AnyBm25, AnyCatalog, AnyVectors, idf

NEAREST_SENTENCES = 100
NEAREST_PASSAGES = 20
BEST_BY_WORDS = 100
CANDIDATES = 40
"""Sentences of the pool that go on to the ranking, by the plain sum of the three scores."""
COPIES = 5
"""Most articles that are cited for one and the same sentence."""


@dataclass(frozen=True, slots=True)
class Retriever:
    """The four files of an index that find sentences; safe to share between threads."""

    catalog: AnyCatalog
    sentences: AnyVectors
    passages: AnyVectors
    lexical: AnyBm25

    def retrieve(
        self, question: str, vector: Floats, article: int | None = None, count: int = CANDIDATES
    ) -> list[Candidate]:
        """Find up to `count` candidates for a question, best first by a rough score.

        `vector` is the question's, [dimension]; `article` narrows the search to the article of that row. The
        same sentence is found once in an article, and `COPIES` times in all.
        """
        words = self.lexical.scores(terms(question))
        if article is not None:
            return self._candidates(self._article_pool(vector, words, article), vector, words, count)
        reach = 1
        while True:
            pool = self._pool(vector, words, reach)
            candidates = self._candidates(pool, vector, words, count)
            if len(candidates) == count or reach * NEAREST_SENTENCES >= len(self.sentences):
                return candidates
            reach *= 4  # copies of one sentence from hundreds of articles have filled the pool

    def _candidates(self, pool: Rows, vector: Floats, words: Floats, count: int) -> list[Candidate]:
        if not len(pool):
            return []
        places = self.catalog.places_of(pool)
        dense = self.sentences.scores(vector, pool)
        unique, holders = np.unique([place.passage for place in places], return_inverse=True)
        passage = self.passages.scores(vector, unique)[holders]
        lexical = words[pool]
        order = best(_rough(dense, passage, lexical), len(pool))
        chosen = list(itertools.islice(_distinct(order, places), count))
        return [
            make_candidate(sentence, float(dense[place]), float(passage[place]), float(lexical[place]))
            for place, sentence in zip(chosen, self.catalog.sentences(pool[chosen]), strict=True)
        ]

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term among all sentences, as in Lucene's BM25."""
        return idf(len(self.sentences), self.lexical.frequency(term))

    def _pool(self, vector: Floats, words: Floats, reach: int) -> Rows:
        near = self.sentences.search(vector[None], reach * NEAREST_SENTENCES)[1][0]
        passages = self.passages.search(vector[None], reach * NEAREST_PASSAGES)[1][0]
        inside = self.catalog.sentences_in(passages[passages >= 0])
        by_words = best(words, min(reach * BEST_BY_WORDS, int(np.count_nonzero(words))))
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


def _distinct(order: Rows, places: Sequence[SentencePlace]) -> Iterator[int]:
    """Yield the best of an article's equal sentences, and at most `COPIES` of them over all articles."""
    articles: dict[int, set[int]] = {}
    for number in order:
        place = places[number]
        cited = articles.setdefault(place.wording, set())
        if place.article not in cited and len(cited) < COPIES:
            cited.add(place.article)
            yield int(number)
