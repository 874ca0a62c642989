"""Hybrid retrieval from a database: the same lists and scores, found there; see `retriever`."""

import threading
from dataclasses import dataclass, field

import numpy as np

from index.arrays import Floats
from index.records import Candidate
from index.retrieval.retriever import (
    BEST_BY_WORDS,
    CANDIDATES,
    NEAREST_PASSAGES,
    NEAREST_SENTENCES,
    Pool,
    candidates_of,
    widening,
)
from index.segmentation.search_terms import terms
from index.storage.catalog import SentencePlace
from index.storage.joined import idf
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.search import Found, PostgresSearch, ScoredSentence, SearchStatistics


@dataclass(frozen=True, slots=True)
class DatabaseRetriever:
    """Finds sentences in a database, as `Retriever` finds them in files; safe to share between threads."""

    catalog: PostgresCatalog
    search: PostgresSearch
    _asked: threading.local = field(default_factory=threading.local)
    """What this thread looked up for its last question, so that its terms are not looked up again."""

    def retrieve(
        self, question: str, vector: Floats, article: int | None = None, count: int = CANDIDATES
    ) -> list[Candidate]:
        """Find candidates as `Retriever.retrieve` does. Raises StoreError."""
        asked = terms(question)
        if article is not None:
            rows = self.catalog.article_row(article).sentence_rows
            found = self._remember(
                asked, self.search.article_pool(asked, vector, rows, NEAREST_SENTENCES, BEST_BY_WORDS)
            )
            return candidates_of(_pool(found.sentences), self.catalog, count)
        counts = (NEAREST_SENTENCES, NEAREST_PASSAGES, BEST_BY_WORDS)
        found = self._remember(asked, self.search.pool(asked, vector, *counts))

        def widened(reach: int) -> Pool:
            wider = (reach * count for count in counts)
            return _pool((found if reach == 1 else self.search.pool(asked, vector, *wider)).sentences)

        return widening(widened, self.catalog, count, found.statistics.sentences)

    def _remember(self, asked: list[str], found: Found) -> Found:
        self._asked.terms, self._asked.statistics = frozenset(asked), found.statistics
        return found

    def idf(self, term: str) -> float:
        """Return the inverse document frequency of a term among all sentences, as in Lucene's BM25."""
        statistics = self._statistics(term)
        return idf(statistics.sentences, statistics.frequencies.get(term, 0))

    def frequency(self, term: str) -> int:
        """Count the sentences that contain a term."""
        return self._statistics(term).frequencies.get(term, 0)

    def _statistics(self, term: str) -> SearchStatistics:
        if term in getattr(self._asked, "terms", ()):
            known: SearchStatistics = self._asked.statistics
            return known
        return self.search.statistics([term])


def _pool(found: list[ScoredSentence]) -> Pool:
    return Pool(
        rows=np.array([one.row for one in found], dtype=np.int64),
        places=[SentencePlace(one.article, one.passage, one.wording) for one in found],
        dense=np.array([one.dense for one in found], dtype=np.float32),
        passage=np.array([one.passage_score for one in found], dtype=np.float32),
        lexical=np.array([one.lexical for one in found], dtype=np.float32),
    )
