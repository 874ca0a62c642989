"""Search in the database: the sentences nearest to a question, by meaning and by words."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from index.arrays import Floats
from index.storage.bm25 import K1, B
from index.storage.postgres.database import SEARCHED_CANDIDATES, Connection, Database
from index.storage.postgres.schema import ROW_BITS

if TYPE_CHECKING:
    from psycopg import Cursor

EXACT_UP_TO = 20_000
"""Sentences up to which every one is compared; beyond, an HNSW index is searched."""

MOST_POSTINGS = 30_000
"""Postings of a question's terms that are all read; of a question with more, the commonest terms only count
in sentences that are among the best by the others, or near to the question."""

_BEST_BY_RAREST = 1000
_LEAST_EF, _MOST_EF = SEARCHED_CANDIDATES, 1000  # pgvector allows 1000

_STATISTICS = (
    "SELECT library.sentences, library.words, library.dimension, found.term, found.sentences"
    " FROM (SELECT coalesce(sum(sentences), 0) AS sentences, coalesce(sum(words), 0) AS words,"
    " coalesce(max(dimension), 0) AS dimension FROM libraries WHERE tenant = ANY(%(scope)s)) AS library"
    " LEFT JOIN (SELECT term, sum(sentences) AS sentences FROM terms"
    " WHERE tenant = ANY(%(scope)s) AND term = ANY(%(terms)s) GROUP BY term) AS found ON true"
)
# BM25 is Lucene's, as bm25s computes it (Kamphuis et al., ECIR 2020), from the statistics of now. The rarest
# terms are `read`: all their postings, up to {postings} of them and those of the rarest in any case.
_WEIGHED = f"weight * occurrences / (occurrences + {K1 * (1 - B)} + slope * length)"
_WORDS = (
    "library AS MATERIALIZED (SELECT sum(sentences)::float8 AS sentences,"
    f" {K1 * B} * coalesce(sum(sentences)::float8 / nullif(sum(words), 0), 1) AS slope"
    " FROM libraries WHERE tenant = ANY(%(scope)s)),"
    " asked AS MATERIALIZED (SELECT found.term, times"
    " * ln(1 + (library.sentences - found.sentences + 0.5) / (found.sentences + 0.5)) AS weight, slope,"
    " row_number() OVER rarest = 1 OR sum(found.sentences) OVER rarest <= {postings} AS read"
    " FROM library CROSS JOIN (SELECT term, sum(sentences)::float8 AS sentences FROM terms"
    " WHERE tenant = ANY(%(scope)s) AND term = ANY(%(terms)s) GROUP BY term) AS found"
    " JOIN unnest(%(terms)s::text[], %(times)s::int[]) AS question (term, times)"
    " ON question.term = found.term"
    " WINDOW rarest AS (ORDER BY found.sentences, found.term)),"
    f" words AS MATERIALIZED (SELECT sentence AS row, sum({_WEIGHED}) AS bm25"
    " FROM (SELECT term, weight, slope FROM asked WHERE read) AS asked"
    " JOIN postings ON postings.tenant = ANY(%(scope)s) AND postings.term = asked.term"
    "{within} GROUP BY sentence)"
)
# What the other terms add to the score of a sentence.
_OTHERS = (
    f"coalesce((SELECT sum({_WEIGHED}) FROM asked CROSS JOIN LATERAL (SELECT occurrences, length"
    " FROM postings WHERE tenant = ANY(%(scope)s) AND postings.term = asked.term"
    " AND sentence = {row} LIMIT 1) AS posting WHERE NOT asked.read), 0)"
)
# With other terms, of so many sentences that are best by the rarest ones, the best by all are found.
_BEST_WORDS = (
    "SELECT row FROM (SELECT row FROM (SELECT row, bm25 FROM words ORDER BY bm25 DESC, row"
    " LIMIT CASE WHEN EXISTS (SELECT FROM asked WHERE NOT read)"
    f" THEN greatest({_BEST_BY_RAREST}, {{by_words}}) ELSE {{by_words}} END) AS rarest"
    f" ORDER BY bm25 + {_OTHERS.format(row='rarest.row')} DESC, row LIMIT {{by_words}}) AS best"
)
_QUESTION = "question AS MATERIALIZED (SELECT %(vector)s::vector AS vector)"
# Each table is asked once for all rows of the pool, by their keys: the planner does not know how few they
# are, and in a join would read all tables whole. A row is of one tenant only.
_SCORED = (
    "places AS MATERIALIZED (SELECT row, article, passage, wording FROM sentences"
    " WHERE tenant = ANY(%(scope)s) AND row = ANY(ARRAY(SELECT row FROM pool))),"
    " dense AS MATERIALIZED (SELECT row, -(vector <#> (SELECT vector FROM question)) AS score"
    " FROM sentence_vectors WHERE tenant = ANY(%(scope)s) AND row = ANY(ARRAY(SELECT row FROM pool))),"
    " around AS MATERIALIZED (SELECT row, -(vector <#> (SELECT vector FROM question)) AS score"
    " FROM passages WHERE tenant = ANY(%(scope)s)"
    " AND row = ANY(ARRAY(SELECT DISTINCT passage FROM places)))"
    " SELECT places.row, article, passage, wording, dense.score, around.score,"
    f" coalesce(bm25, 0) + {_OTHERS.format(row='places.row')}"
    " FROM places JOIN dense ON dense.row = places.row JOIN around ON around.row = passage"
    " LEFT JOIN words ON words.row = places.row ORDER BY places.row"
)


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


class Found(NamedTuple):
    """What a search found, and the statistics of the same state of the library."""

    statistics: SearchStatistics
    sentences: list[ScoredSentence]


class PostgresSearch:
    """Search in the sentences of some tenants; safe to share between threads.

    All of up to `exact_up_to` sentences are compared with a question; more are looked up in an HNSW index.
    """

    def __init__(
        self,
        database: Database,
        tenant: int,
        scope: Sequence[int],
        exact_up_to: int = EXACT_UP_TO,
        most_postings: int = MOST_POSTINGS,
    ) -> None:
        self._database = database
        self._tenant = tenant
        self._scope = list(scope)
        self._exact_up_to = exact_up_to
        self._words = _WORDS.format(within="", postings=int(most_postings))
        self._large: bool | None = None
        """Whether there were more than `exact_up_to` sentences when this was last asked."""

    def statistics(self, terms: Sequence[str] = ()) -> SearchStatistics:
        """Return the statistics of now, and those of `terms`."""
        rows = self._database.snapshot(
            self._tenant, lambda connection: self._ask_statistics(connection, terms).fetchall()
        )
        return self._read_statistics(rows)

    def best_by_words(self, terms: Sequence[str], count: int) -> list[int]:
        """Find the rows of the best sentences by BM25 alone, best first."""
        statement = f"WITH {self._words} {_BEST_WORDS.format(by_words=int(count))}"
        values = self._values(terms)
        rows = self._database.snapshot(
            self._tenant, lambda connection: connection.execute(statement, values, prepare=True).fetchall()
        )
        return [row for (row,) in rows]

    def pool(
        self, terms: Sequence[str], vector: Floats, sentences: int, passages: int, by_words: int
    ) -> Found:
        """Find and score so many nearest sentences, those of so many nearest passages, and the best by BM25.

        `vector` is the question's, [dimension]. Ascending by row.
        """
        large = self._is_large(self.statistics()) if self._large is None else self._large
        while True:
            dimension = len(vector) if large else 0
            statement = (
                f"WITH {_QUESTION}, {self._words},"
                f" near AS ({_nearest('sentence_vectors', 'row', sentences, dimension)}),"
                f" runs AS ({_nearest('passages', 'article, first, last', passages, dimension)}),"
                " pool AS (SELECT row FROM near"
                " UNION SELECT generate_series(start + first, start + last - 1)"
                f" FROM (SELECT article << {ROW_BITS} AS start, first, last FROM runs) AS runs"
                f" UNION {_BEST_WORDS.format(by_words=int(by_words))}), {_SCORED}"
            )
            reach = min(_MOST_EF, sentences) if large else 0
            found = self._run(statement, terms, self._values(terms, vector), reach)
            if self._is_large(found.statistics) is large:
                return found
            large = not large  # it has grown or shrunk since

    def article_pool(
        self, terms: Sequence[str], vector: Floats, rows: range, sentences: int, by_words: int
    ) -> Found:
        """Find and score the sentences of one article, at `rows`: all, or the best if there are more.

        As many are the best as `sentences` by meaning and `by_words` by words together.
        """
        within = " AND sentence >= %(start)s AND sentence < %(stop)s"
        words = _WORDS.format(within=within, postings="'infinity'")
        inside = "tenant = ANY(%(scope)s) AND row >= %(start)s AND row < %(stop)s"
        pool = f"SELECT row FROM sentences WHERE {inside}"
        if len(rows) > sentences + by_words:
            nearest = f"ORDER BY vector <#> (SELECT vector FROM question), row LIMIT {int(sentences)}"
            best = _BEST_WORDS.format(by_words=int(by_words))
            pool = f"(SELECT row FROM sentence_vectors WHERE {inside} {nearest}) UNION {best}"
        statement = f"WITH {_QUESTION}, {words}, pool AS ({pool}), {_SCORED}"
        bounds = {"start": rows.start, "stop": rows.stop}
        return self._run(statement, terms, self._values(terms, vector) | bounds)

    def _is_large(self, statistics: SearchStatistics) -> bool:
        self._large = statistics.sentences > self._exact_up_to
        return self._large

    def _values(self, terms: Sequence[str], vector: Floats | None = None) -> dict[str, Any]:
        times = Counter(terms)
        values = {"scope": self._scope, "terms": list(times), "times": list(times.values())}
        return values if vector is None else values | {"vector": vector_text(vector)}

    def _run(self, statement: str, terms: Sequence[str], values: dict[str, Any], reach: int = 0) -> Found:
        """Run a search; an HNSW index keeps `reach` candidates meanwhile, or more if that is usual."""

        def run(connection: Connection) -> tuple[list[Any], list[Any]]:
            if (
                reach
            ):  # also if it is the usual number: an earlier search of this snapshot may have set another
                connection.execute(f"SET LOCAL hnsw.ef_search = {max(_LEAST_EF, reach)}")
            # Both are sent before the first is read: in one round trip.
            statistics = self._ask_statistics(connection, terms)
            found = connection.execute(statement, values, prepare=True)
            return statistics.fetchall(), found.fetchall()

        statistics, found = self._database.snapshot(self._tenant, run)
        return Found(self._read_statistics(statistics), [ScoredSentence(*row) for row in found])

    def _ask_statistics(self, connection: Connection, terms: Sequence[str]) -> "Cursor[Any]":
        values = {"scope": self._scope, "terms": list(dict.fromkeys(terms))}
        return connection.execute(_STATISTICS, values, prepare=True)

    @staticmethod
    def _read_statistics(rows: list[Any]) -> SearchStatistics:
        sentences, words, dimension, *_ = rows[0]
        frequencies = {term: int(count) for *_, term, count in rows if term is not None}
        return SearchStatistics(int(sentences), int(words), int(dimension), frequencies)


def _nearest(table: str, columns: str, limit: int, dimension: int) -> str:
    """Return a statement for the rows of a table whose vectors are nearest to the question's.

    Those of that `dimension` are looked up in an HNSW index; for 0, all are compared. The limit stands in the
    statement: not knowing it, the planner would expect to need a tenth of all rows, and no index.
    """
    if not dimension:
        return (
            f"SELECT {columns} FROM {table} WHERE tenant = ANY(%(scope)s)"
            f" ORDER BY vector <#> (SELECT vector FROM question), row LIMIT {int(limit)}"
        )
    half = f"halfvec({int(dimension)})"
    return (
        f"SELECT {columns} FROM {table} WHERE tenant = ANY(%(scope)s) AND dimension = {int(dimension)}"
        f" ORDER BY (vector::{half}) <#> (SELECT vector::{half} FROM question) LIMIT {int(limit)}"
    )


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
