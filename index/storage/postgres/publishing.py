"""Publishing of changes to the library in the database: one transaction, article by article.

Readers see the library before it or after it. Writers of different sources work side by side; only the last
step, the statistics that all share, is taken in turns.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from index.arrays import Floats
from index.records import Article, Passage, Sentence
from index.segmentation.characters import replace_surrogates
from index.storage.article_digests import article_digest
from index.storage.catalog import article_key
from index.storage.catalog_rows import (
    ARTICLE_COLUMNS,
    BLOCK_ROW_COLUMNS,
    PASSAGE_COLUMNS,
    SENTENCE_COLUMNS,
    FirstRows,
    catalog_rows,
)
from index.storage.fingerprint import Fingerprint
from index.storage.postgres.database import Connection
from index.storage.postgres.schema import FEEDBACK_TABLES, ROW_BITS, TABLES
from index.storage.postgres.search import vector_text
from index.storage.title_index import fold_title, title_words

_BATCH = 200  # articles that are sent together

_COLUMNS: Mapping[str, Sequence[str]] = {
    "articles": (
        *("tenant", "source", "digest", "words"),
        *ARTICLE_COLUMNS,
        *("folded_id", "folded_title", "title_length"),
    ),
    "title_words": ("tenant", "word", "article"),
    "blocks": ("tenant", *BLOCK_ROW_COLUMNS),
    "sentences": ("tenant", *SENTENCE_COLUMNS),
    "sentence_vectors": ("tenant", "row", "dimension", "vector"),
    "passages": ("tenant", *PASSAGE_COLUMNS, "dimension", "vector"),
    "postings": ("tenant", "term", "sentence", "occurrences", "length"),
}


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article to publish, with the vectors of its sentences and passages, float32 [n, dimension]."""

    article: Article
    sentences: Sequence[Sentence]
    passages: Sequence[Passage]
    sentence_vectors: Floats
    passage_vectors: Floats


@dataclass(frozen=True, slots=True)
class Changes:
    """What becomes of a source's articles: `removed` are rows, `renamed` holds new ids by row.

    `everything` removes all articles of the tenant first, also those of other sources.
    """

    added: Iterable[NewArticle]
    removed: Sequence[int] = ()
    renamed: Mapping[int, str] | None = None
    everything: bool = False


@dataclass(frozen=True, slots=True)
class ModelNames:
    """The models of a library: its fingerprint, the names of their exports, the length of a vector."""

    fingerprint: Fingerprint
    encoder: str
    reader: str | None
    dimension: int


class Publisher:
    """One transaction that changes the articles of a source; the caller holds the writer's connection."""

    def __init__(self, connection: Connection, tenant: int, source: str, models: ModelNames) -> None:
        self._connection = connection
        self._tenant = tenant
        self._source = source
        self._models = models
        self._changed_terms: Counter[str] = Counter()

    def apply(self, changes: Changes) -> None:
        """Change the articles; the caller's transaction publishes them. Raises psycopg.Error."""
        if changes.everything:
            for table in (*_COLUMNS, "terms", "files", "sources"):
                self._connection.execute(f"DELETE FROM {table} WHERE tenant = %s", (self._tenant,))
        elif changes.removed:
            self._remove(list(changes.removed))
        renamed = changes.renamed or {}
        # Two articles may swap their ids: each gets a name of nobody's first.
        for row in renamed:
            self._rename(row, f"\u0001{row}")
        for row, id_ in renamed.items():
            self._rename(row, id_)
        for table in _COLUMNS:
            self._connection.execute(f"CREATE TEMPORARY TABLE new_{table} (LIKE {table}) ON COMMIT DROP")
        added = iter(changes.added)
        while batch := list(islice(added, _BATCH)):
            self._add(batch)
        self._finish()

    def _remove(self, articles: list[int]) -> None:
        rows = (
            "SELECT s.row, s.terms || ' ' || b.terms AS terms"
            " FROM unnest(%(articles)s::bigint[]) AS gone (article)"
            f" JOIN sentences s ON s.row >= gone.article << {ROW_BITS}"
            f" AND s.row < (gone.article + 1) << {ROW_BITS} AND s.tenant = %(tenant)s"
            " JOIN blocks b ON b.tenant = s.tenant AND b.row = s.block"
        )
        values = {"articles": articles, "tenant": self._tenant}
        counts = self._connection.execute(
            f"WITH gone AS (DELETE FROM postings USING (SELECT DISTINCT row, term FROM ({rows}) AS rows,"
            " string_to_table(terms, ' ') AS term) AS gone WHERE postings.tenant = %(tenant)s"
            ' AND postings.term = gone.term COLLATE "C" AND postings.sentence = gone.row'
            " RETURNING postings.term)"
            " SELECT term, count(*) FROM gone GROUP BY term",
            values,
        ).fetchall()
        self._changed_terms.subtract(dict(counts))
        within = f">= gone.article << {ROW_BITS} AND t.row < (gone.article + 1) << {ROW_BITS}"
        for table in ("blocks", "sentences", "sentence_vectors", "passages"):
            self._connection.execute(
                f"DELETE FROM {table} t USING unnest(%(articles)s::bigint[]) AS gone (article)"
                f" WHERE t.tenant = %(tenant)s AND t.row {within}",
                values,
            )
        for table, column in (("title_words", "article"), ("articles", "row")):
            self._connection.execute(
                f"DELETE FROM {table} WHERE tenant = %(tenant)s AND {column} = ANY(%(articles)s)", values
            )

    def _rename(self, row: int, id_: str) -> None:
        self._connection.execute(
            "UPDATE articles SET id = %s, key = %s, folded_id = %s WHERE tenant = %s AND row = %s",
            (id_, article_key(id_), id_.casefold(), self._tenant, row),
        )

    def _add(self, articles: Sequence[NewArticle]) -> None:
        numbers = self._connection.execute(
            "SELECT nextval('article_rows') FROM generate_series(1, %s)", (len(articles),)
        ).fetchall()
        rows: dict[str, list[tuple[Any, ...]]] = {table: [] for table in _COLUMNS}
        for (number,), new in zip(numbers, articles, strict=True):
            for table, values in self._rows(int(number), new):
                rows[table].append(values)
        with self._connection.cursor() as cursor:
            for table, columns in _COLUMNS.items():
                listed = ", ".join(columns)
                # Not at once: tables under row-level security take no COPY.
                with cursor.copy(f"COPY new_{table} ({listed}) FROM STDIN") as copy:
                    for values in rows[table]:
                        copy.write_row([_storable(value) for value in values])
                cursor.execute(f"INSERT INTO {table} ({listed}) SELECT {listed} FROM new_{table}")
                cursor.execute(f"TRUNCATE new_{table}")

    def _rows(self, number: int, new: NewArticle) -> Iterator[tuple[str, tuple[Any, ...]]]:
        """Yield the rows of an article, each with its table."""
        article, tenant, dimension = new.article, self._tenant, self._models.dimension
        first = number << ROW_BITS
        rows = catalog_rows(
            article, new.sentences, new.passages, FirstRows(number, first, first, first, first)
        )
        block_terms = {values[0]: values[-1].split() for values in rows.blocks}
        words = 0
        for values, vector in zip(rows.sentences, new.sentence_vectors, strict=True):
            row, block, own = values[0], values[7], values[-1].split()
            found = Counter([*own, *block_terms[block]])
            length = found.total()
            words += length
            self._changed_terms.update(found.keys())
            yield "sentences", (tenant, *values)
            yield "sentence_vectors", (tenant, row, dimension, vector_text(vector))
            for term, occurrences in found.items():
                yield "postings", (tenant, term, row, occurrences, length)
        for values, vector in zip(rows.passages, new.passage_vectors, strict=True):
            yield "passages", (tenant, *values, dimension, vector_text(vector))
        for values in rows.blocks:
            yield "blocks", (tenant, *values)
        folded = fold_title(article.title)
        in_title = title_words(folded)
        for word in dict.fromkeys(in_title):
            yield "title_words", (tenant, word, number)
        digest = article_digest(article, new.sentences, new.passages)
        yield (
            "articles",
            (
                *(tenant, self._source, digest, words, *rows.article),
                *(replace_surrogates(article.id).casefold(), folded, len(in_title)),
            ),
        )

    def _finish(self) -> None:
        """Bring the statistics that all writers share up to date: the others wait until this is published."""
        run = self._connection.execute
        run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"footnote library {self._tenant}",))
        changed = sorted((term, count) for term, count in self._changed_terms.items() if count)
        run(
            "INSERT INTO terms (tenant, term, sentences)"
            " SELECT %s, term, count FROM unnest(%s::text[], %s::bigint[]) AS changed (term, count)"
            " ON CONFLICT (tenant, term) DO UPDATE SET sentences = terms.sentences + excluded.sentences",
            (self._tenant, [_storable(term) for term, _ in changed], [count for _, count in changed]),
        )
        fewer = [term for term, count in changed if count < 0]
        run(
            "DELETE FROM terms WHERE tenant = %s AND term = ANY(%s) AND sentences <= 0", (self._tenant, fewer)
        )
        models = self._models
        run(
            "INSERT INTO libraries (tenant, version, fingerprint, encoder, reader, dimension,"
            " articles, sentences, passages, words, content)"
            " SELECT %(tenant)s, 1, %(fingerprint)s, %(encoder)s, %(reader)s, %(dimension)s, count(*),"
            " coalesce(sum(sentences), 0), coalesce(sum(passages), 0), coalesce(sum(words), 0),"
            " encode(sha256(convert_to("
            "coalesce(string_agg(id || ' ' || digest, E'\\n' ORDER BY id), ''), 'UTF8')), 'hex')"
            " FROM articles WHERE tenant = %(tenant)s"
            " ON CONFLICT (tenant) DO UPDATE SET version = libraries.version + 1,"
            " fingerprint = excluded.fingerprint, encoder = excluded.encoder, reader = excluded.reader,"
            " dimension = excluded.dimension, articles = excluded.articles, sentences = excluded.sentences,"
            " passages = excluded.passages, words = excluded.words, content = excluded.content,"
            " changed = now()",
            {
                "tenant": self._tenant,
                "fingerprint": json.dumps(asdict(models.fingerprint), sort_keys=True),
                "encoder": models.encoder,
                "reader": models.reader,
                "dimension": models.dimension,
            },
        )


def delete_library(connection: Connection, tenant: int) -> None:
    """Delete all that is stored of a tenant but who changed it, in one transaction. Raises psycopg.Error."""
    with connection.transaction():
        for table in (*TABLES, *FEEDBACK_TABLES):
            connection.execute(f"DELETE FROM {table} WHERE tenant = %s", (tenant,))


def _storable(value: Any) -> Any:
    """Return a value as the database can hold it: no text there has a NUL; offsets stay the same."""
    return value.replace("\0", "\ufffd") if isinstance(value, str) and "\0" in value else value
