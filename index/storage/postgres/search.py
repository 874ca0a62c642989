"""Search in the database: the sentences nearest to a question, by meaning and by words."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.arrays import Floats
from index.storage.bm25 import K1, B
from index.storage.joined import idf
from index.storage.postgres.database import Database
from index.storage.postgres.schema import ROW_BITS

EXACT_UP_TO = 20_000
"""Sentences up to which every one is compared; beyond, an HNSW index is searched."""

_LEAST_EF, _MOST_EF = 200, 1000  # candidates that HNSW keeps while it searches; pgvector allows 1000

_STATISTICS = (
    "SELECT library.sentences, library.words, library.dimension, found.term, found.sentences"
    " FROM (SELECT coalesce(sum(sentences), 0) AS sentences, coalesce(sum(words), 0) AS words,"
    " coalesce(max(dimension), 0) AS dimension FROM libraries WHERE tenant = ANY(%(scope)s)) AS library"
    " LEFT JOIN (SELECT term, sum(sentences) AS sentences FROM terms"
    " WHERE tenant = ANY(%(scope)s) AND term = ANY(%(terms)s) GROUP BY term) AS found ON true"
)
# `bm25` is Lucene's BM25, as bm25s computes it (Kamphuis et al., ECIR 2020), from the statistics of now.
_QUESTION = "question AS MATERIALIZED (SELECT %(vector)s::vector AS vector)"
_WORDS = (
    "words AS MATERIALIZED (SELECT sentence AS row,"
    " sum(weight * occurrences / (occurrences + %(base)s + %(slope)s * length)) AS bm25"
    " FROM unnest(%(terms)s::text[], %(weights)s::float8[]) AS asked (term, weight)"
    ' JOIN postings ON postings.tenant = ANY(%(scope)s) AND postings.term = asked.term COLLATE "C"'
    "{within} GROUP BY sentence)"
)
# Each row of the pool is looked up by its key: the planner does not know how few they are, and would read all
# tables whole. A row is of one tenant only. OFFSET 0 has the pool and the words joined once, not row by row.
_SCORED = (
    "SELECT s.row, s.article, s.passage, s.wording,"
    " -(v.vector <#> (SELECT vector FROM question)), -(p.vector <#> (SELECT vector FROM question)),"
    " coalesce(pool.bm25, 0)"
    " FROM (SELECT pool.row, words.bm25 FROM pool LEFT JOIN words ON words.row = pool.row OFFSET 0) AS pool"
    " CROSS JOIN LATERAL (SELECT tenant, row, article, passage, wording FROM sentences"
    " WHERE tenant = ANY(%(scope)s) AND row = pool.row LIMIT 1) s"
    " CROSS JOIN LATERAL (SELECT vector FROM sentence_vectors"
    " WHERE tenant = s.tenant AND row = s.row LIMIT 1) v"
    " CROSS JOIN LATERAL (SELECT vector FROM passages"
    " WHERE tenant = s.tenant AND row = s.passage LIMIT 1) p"
    " ORDER BY s.row"
)
_BEST_WORDS = "SELECT row FROM (SELECT row FROM words ORDER BY bm25 DESC, row LIMIT %(by_words)s) AS best"


class ScoredSentence(NamedTuple):
    """A sentence of a pool with its place, its cosine and its passage's, and its BM25 score."""

    row: int
    article: int
    passage: int
    wording: int
    dense: float
    passage_score: float
    lexical: float


class SearchStatistics(NamedTuple):
    """How many sentences there are, and words in them; how many sentences each of some terms is in."""

    sentences: int
    words: int
    dimension: int
    frequencies: dict[str, int]


class PostgresSearch:
    """Search in the sentences of some tenants; safe to share between threads.

    All of up to `exact_up_to` sentences are compared with a question; more are looked up in an HNSW index.
    """

    def __init__(
        self, database: Database, tenant: int, scope: Sequence[int], exact_up_to: int = EXACT_UP_TO
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._scope = list(scope)
        self._exact_up_to = exact_up_to

    def statistics(self, terms: Sequence[str] = ()) -> SearchStatistics:
        """Return the statistics of now, and those of `terms`."""
        values = {"scope": self._scope, "terms": list(dict.fromkeys(terms))}
        rows = self._database.snapshot(
            self._tenant, lambda connection: connection.execute(_STATISTICS, values).fetchall()
        )
        sentences, words, dimension, *_ = rows[0]
        frequencies = {term: int(count) for *_, term, count in rows if term is not None}
        return SearchStatistics(int(sentences), int(words), int(dimension), frequencies)

    def pool(
        self,
        statistics: SearchStatistics,
        terms: Sequence[str],
        vector: Floats,
        sentences: int,
        passages: int,
        by_words: int,
    ) -> list[ScoredSentence]:
        """Find and score so many nearest sentences, those of so many nearest passages, and the best by BM25.

        `vector` is the question's, [dimension]. Ascending by row.
        """
        statement = (
            f"WITH {_QUESTION}, {_WORDS.format(within='')},"
            f" near AS ({self._nearest('sentence_vectors', 'row', '%(sentences)s', statistics)}),"
            f" runs AS ({self._nearest('passages', 'article, first, last', '%(passages)s', statistics)}),"
            " pool AS (SELECT row FROM near"
            " UNION SELECT generate_series(start + first, start + last - 1)"
            f" FROM (SELECT article << {ROW_BITS} AS start, first, last FROM runs) AS runs"
            f" UNION {_BEST_WORDS}) {_SCORED}"
        )
        counts = {"sentences": sentences, "passages": passages, "by_words": by_words}
        reach = 0 if statistics.sentences <= self._exact_up_to else min(_MOST_EF, max(_LEAST_EF, sentences))
        return self._run(statement, self._values(statistics, terms, vector) | counts, reach)

    def article_pool(
        self,
        statistics: SearchStatistics,
        terms: Sequence[str],
        vector: Floats,
        rows: range,
        sentences: int,
        by_words: int,
    ) -> list[ScoredSentence]:
        """Find and score the sentences of one article, at `rows`: all, or the best if there are more.

        As many are the best as `sentences` by meaning and `by_words` by words together.
        """
        words = _WORDS.format(within=" AND sentence >= %(start)s AND sentence < %(stop)s")
        inside = "tenant = ANY(%(scope)s) AND row >= %(start)s AND row < %(stop)s"
        pool = f"SELECT row FROM sentences WHERE {inside}"
        if len(rows) > sentences + by_words:
            nearest = "ORDER BY vector <#> (SELECT vector FROM question), row LIMIT %(sentences)s"
            pool = f"(SELECT row FROM sentence_vectors WHERE {inside} {nearest}) UNION {_BEST_WORDS}"
        statement = f"WITH {_QUESTION}, {words}, pool AS ({pool}) {_SCORED}"
        bounds = {"start": rows.start, "stop": rows.stop, "sentences": sentences, "by_words": by_words}
        return self._run(statement, self._values(statistics, terms, vector) | bounds, 0)

    def _values(self, statistics: SearchStatistics, terms: Sequence[str], vector: Floats) -> dict[str, Any]:
        times = Counter(term for term in terms if term in statistics.frequencies)
        weights = [
            count * idf(statistics.sentences, statistics.frequencies[term]) for term, count in times.items()
        ]
        mean = statistics.words / statistics.sentences if statistics.words else 1.0
        return {
            "scope": self._scope,
            "terms": list(times),
            "weights": weights,
            "base": K1 * (1 - B),
            "slope": K1 * B / mean,
            "vector": vector_text(vector),
        }

    def _nearest(self, table: str, columns: str, limit: str, statistics: SearchStatistics) -> str:
        """Return a statement for the rows of a table whose vectors are nearest to the question's."""
        if statistics.sentences <= self._exact_up_to:
            return (
                f"SELECT {columns} FROM {table} WHERE tenant = ANY(%(scope)s)"
                f" ORDER BY vector <#> (SELECT vector FROM question), row LIMIT {limit}"
            )
        half = f"halfvec({statistics.dimension})"
        return (
            f"SELECT {columns} FROM {table}"
            f" WHERE tenant = ANY(%(scope)s) AND dimension = {statistics.dimension}"
            f" ORDER BY (vector::{half}) <#> (SELECT vector::{half} FROM question) LIMIT {limit}"
        )

    def _run(self, statement: str, values: dict[str, Any], reach: int) -> list[ScoredSentence]:
        """Run a search; an HNSW index keeps `reach` candidates meanwhile, 0 if none is searched."""

        def run(connection: Any) -> list[Any]:
            if reach:
                connection.execute(f"SET LOCAL hnsw.ef_search = {reach}")
            rows: list[Any] = connection.execute(statement, values).fetchall()
            return rows

        return [ScoredSentence(*row) for row in self._database.snapshot(self._tenant, run)]


class PostgresVectors:
    """The vectors of one table, `sentence_vectors` or `passages`, read back by row."""

    def __init__(self, database: Database, tenant: int, table: str, dimension: int) -> None:
        self._database = database
        self._tenant = tenant
        self._table = table
        self.dimension = dimension

    def at(self, rows: npt.ArrayLike) -> Floats:
        """Read the vectors of `rows`: float32 [rows, dimension]. Raises IndexError for an unknown one."""
        wanted = np.asarray(rows, dtype=np.int64)
        vectors = np.empty((len(wanted), self.dimension), np.float32)
        statement = f"SELECT row, vector::real[] FROM {self._table} WHERE tenant = %s AND row = ANY(%s)"
        for start in range(0, len(wanted), _BATCH):
            batch = wanted[start : start + _BATCH].tolist()
            found = dict(self._database.query(self._tenant, statement, (self._tenant, batch)))
            if unknown := set(batch) - found.keys():
                raise IndexError(f"rows {sorted(unknown)[:3]} are not in {self._table}")
            for place, row in enumerate(batch, start):
                vectors[place] = found[row]
        return vectors


_BATCH = 2000  # vectors that are read at once


def vector_text(vector: Floats) -> str:
    """Return a vector as pgvector reads it, to the last bit."""
    return f"[{','.join(map(repr, vector.tolist()))}]"
