"""Articles, sentences and passages in the database, read as `index.storage.catalog` reads its file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.records import Article, Block, Passage, Sentence
from index.segmentation.characters import replace_surrogates
from index.storage.block_rows import BLOCK_COLUMNS, read_block
from index.storage.catalog import (
    MOST_COPIES,
    ArticleRow,
    SentenceCopies,
    SentencePlace,
    SentenceRow,
    SentenceText,
)
from index.storage.catalog_records import existing_row
from index.storage.postgres.database import Database
from index.storage.postgres.titles import PostgresTitles

_BLOCK = ", ".join(f"b.{column}" for column in BLOCK_COLUMNS)
_ARTICLE = (
    "SELECT row, id, title, url, published, author, file, updated, characters,"
    " first_sentence, sentences, first_passage, passages, first_block, blocks"
    " FROM articles WHERE tenant = ANY(%s)"
)
# Joined one by one, by their keys: else the planner, which knows little of `row - 1`, may read tables whole.
_SENTENCE = (
    'SELECT s.row, s.article, s.number, s.start, s."end", s.text, s.passage,'
    " s.terms, coalesce(before.terms, ''), coalesce(after.terms, ''), a.terms || ' ' || b.terms, s.section,"
    f" a.title, a.outer_title, {_BLOCK}"
    " FROM sentences s"
    " CROSS JOIN LATERAL (SELECT title, outer_title, terms FROM articles"
    " WHERE tenant = s.tenant AND row = s.article LIMIT 1) a"
    " CROSS JOIN LATERAL (SELECT * FROM blocks WHERE tenant = s.tenant AND row = s.block LIMIT 1) b"
    " LEFT JOIN LATERAL (SELECT terms FROM sentences"
    " WHERE tenant = s.tenant AND row = s.row - 1 AND section = s.section LIMIT 1) before ON true"
    " LEFT JOIN LATERAL (SELECT terms FROM sentences"
    " WHERE tenant = s.tenant AND row = s.row + 1 AND section = s.section LIMIT 1) after ON true"
    " WHERE s.tenant = ANY(%s) AND s.row = ANY(%s)"
)
_TEXT = (
    f'SELECT s.row, s.article, s.start, s."end", s.text, s.section, {_BLOCK}'
    " FROM sentences s JOIN blocks b ON b.tenant = s.tenant AND b.row = s.block"
    " WHERE s.tenant = ANY(%s) AND s.row = ANY(%s) ORDER BY s.row"
)
_SIMILAR = 60  # percent; less similar ids are named only if there are no others
_BATCH = 2000  # sentences whose terms are read at once


class PostgresCatalog:
    """The articles of some tenants in one database, seen by a session of `tenant`; for any thread.

    `size` is the number of articles when the library was opened: front ends show it, and wait for nothing.
    """

    def __init__(
        self, database: Database, tenant: int, scope: Sequence[int], size: int | None = None
    ) -> None:
        self.database = database
        self.tenant = tenant
        self.scope = list(scope)
        self.size = size

    def __len__(self) -> int:
        """Count the articles: those of when the library was opened."""
        if self.size is not None:
            return self.size
        ((count,),) = self.query(
            "SELECT coalesce(sum(articles), 0) FROM libraries WHERE tenant = ANY(%s)", self.scope
        )
        return int(count)

    @property
    def sentence_count(self) -> int:
        """Number of sentences."""
        ((count,),) = self.query(
            "SELECT coalesce(sum(sentences), 0) FROM libraries WHERE tenant = ANY(%s)", self.scope
        )
        return int(count)

    @property
    def titles(self) -> PostgresTitles:
        """The articles' titles."""
        return PostgresTitles(self.query, self.scope)

    def articles(self, beginning: str = "") -> list[ArticleRow]:
        """List the articles by id: all, or those whose ids begin with `beginning`, whatever its case."""
        if not beginning:
            return self._articles("ORDER BY id")
        return self._articles("AND starts_with(folded_id, %s) ORDER BY id", _folded(beginning))

    def row(self, article_id: str) -> int:
        """Find the row of the article `article_id`. Raises UnknownArticleError, with the nearest ids."""
        return existing_row(self, article_id)

    def find_row(self, article_id: str) -> int | None:
        """Find the row of the article with exactly that id, or else with that file."""
        for column in ("id", "file"):
            statement = (
                f"SELECT row FROM articles WHERE tenant = ANY(%s) AND {column} = %s ORDER BY row LIMIT 1"
            )
            if rows := self.query(statement, self.scope, article_id):
                return int(rows[0][0])
        return None

    def paths(self) -> list[tuple[int, str, str]]:
        """List row, id and file of every article."""
        return self.query("SELECT row, id, file FROM articles WHERE tenant = ANY(%s) ORDER BY id", self.scope)

    def rows_of_source(self, source: str) -> dict[str, int]:
        """Return the rows of the articles that a source published, by id."""
        statement = "SELECT id, row FROM articles WHERE tenant = ANY(%s) AND source = %s"
        return dict(self.query(statement, self.scope, source))

    def ids_of_others(self, source: str, ids: Sequence[str]) -> set[str]:
        """Return those of `ids` that articles of other sources have."""
        statement = "SELECT id FROM articles WHERE tenant = ANY(%s) AND source <> %s AND id = ANY(%s)"
        return {id_ for (id_,) in self.query(statement, self.scope, source, list(ids))}

    def article_row(self, row: int) -> ArticleRow:
        """Describe the article of `row`. Raises IndexError."""
        rows = self._articles("AND row = %s", row)
        if not rows:
            raise IndexError(f"there is no article {row}")
        return rows[0]

    def article_by_key(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`."""
        rows = self._articles("AND key = %s", key)
        return rows[0] if rows else None

    def article_rows(self, rows: Iterable[int]) -> list[ArticleRow]:
        """Describe the articles of `rows`, in the order of `rows`. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in rows]
        if not wanted:
            return []
        articles = {row.row: row for row in self._articles("AND row = ANY(%s)", wanted, prepared=True)}
        return [articles[row] for row in wanted]

    def nearest_ids(self, article_id: str, n: int = 3) -> list[str]:
        """List up to `n` ids that contain `article_id`, or else the most similar ones; at least one."""
        typed = _folded(article_id[:200])
        containing = (
            "SELECT id FROM articles WHERE tenant = ANY(%s) AND strpos(folded_id, %s) > 0"
            " ORDER BY length(id), id LIMIT %s"
        )
        if typed and (ids := self.query(containing, self.scope, typed, n)):
            return [known for (known,) in ids]
        from rapidfuzz import fuzz, process  # for the few questions that need it

        ids = [known for _, known, _ in self.paths()]
        near = process.extract(typed, ids, scorer=fuzz.ratio, processor=str.casefold, limit=n)
        return [known for known, score, _ in near if score >= _SIMILAR] or [known for known, *_ in near[:1]]

    def article(self, row: int) -> Article:
        """Read the article of `row`, with its text. Raises IndexError."""
        about = self.article_row(row)
        return Article(
            about.id,
            about.title,
            self.text(row),
            about.file,
            about.url,
            about.published,
            about.author,
            tuple(self.blocks(row)),
            about.updated,
        )

    def text(self, row: int) -> str:
        """Read the text of the article of `row`, which there is."""
        ((text,),) = self.query(
            "SELECT text FROM articles WHERE tenant = ANY(%s) AND row = %s", self.scope, row
        )
        return str(text)

    def blocks(self, row: int) -> list[Block]:
        """Read the blocks of the article of `row`, in order."""
        about = self.article_row(row)
        rows = range(about.first_block, about.first_block + about.blocks)
        return [read_block(values) for values in self._between("blocks b", _BLOCK, rows)]

    def spans(self, row: int) -> list[Sentence]:
        """Read where the sentences of the article of `row` stand, in order."""
        about = self.article_row(row)
        found = self._between("sentences", 'start, "end", block', about.sentence_rows)
        return [Sentence(start, end, block - about.first_block) for start, end, block in found]

    def passages(self, row: int) -> list[Passage]:
        """Read the passages of the article of `row`, in order."""
        rows = self.article_row(row).passage_rows
        return [Passage(*values) for values in self._between("passages", 'start, "end", first, last', rows)]

    def sentences(self, rows: Iterable[int]) -> list[SentenceRow]:
        """Read the sentences of `rows`, in the order of `rows`. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in rows]
        sentences = {
            values[0]: SentenceRow(*(*values[:14], read_block(values[14:])))
            for values in self.query(_SENTENCE, self.scope, wanted, prepared=True)
        }
        return [sentences[row] for row in wanted]

    def texts(self, rows: Iterable[int]) -> list[SentenceText]:
        """Read the texts of the sentences of `rows`, ascending; unknown rows are skipped."""
        values = self.query(_TEXT, self.scope, [int(row) for row in rows], prepared=True)
        return [SentenceText(*(*sentence[:6], read_block(sentence[6:]))) for sentence in values]

    def terms(self) -> Iterator[list[str]]:
        """Yield the search terms of each sentence and of its block's context, in the order of the rows."""
        last = -1
        statement = (
            "SELECT s.row, s.terms || ' ' || b.terms FROM sentences s"
            " JOIN blocks b ON b.tenant = s.tenant AND b.row = s.block"
            " WHERE s.tenant = ANY(%s) AND s.row > %s ORDER BY s.row LIMIT %s"
        )
        while found := self.query(statement, self.scope, last, _BATCH):
            last = found[-1][0]
            yield from (words.split() for _, words in found)

    def places_of(self, sentences: Iterable[int]) -> list[SentencePlace]:
        """Say where each of the rows `sentences` stands. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in sentences]
        statement = (
            "SELECT row, article, passage, wording FROM sentences WHERE tenant = ANY(%s) AND row = ANY(%s)"
        )
        places = {row: SentencePlace(*place) for row, *place in self.query(statement, self.scope, wanted)}
        return [places[row] for row in wanted]

    def copies(self, sentence: int) -> SentenceCopies:
        """Find the articles that have the sentence of the row `sentence`, whatever its case and spacing."""
        same = (
            "FROM sentences s JOIN articles a ON a.tenant = s.tenant AND a.row = s.article"
            " WHERE s.tenant = ANY(%s)"
            " AND s.wording = (SELECT wording FROM sentences WHERE tenant = ANY(%s) AND row = %s)"
        )
        newest = (
            f"SELECT s.article, min(s.row) {same} GROUP BY s.article, a.updated"
            f" ORDER BY a.updated DESC, s.article LIMIT {MOST_COPIES}"
        )
        values = (self.scope, self.scope, sentence)
        rows = dict(self.query(newest, *values, prepared=True))
        if len(rows) < 2:
            return SentenceCopies({}, 0)
        if len(rows) < MOST_COPIES:
            return SentenceCopies(rows, len(rows))
        ((total,),) = self.query(f"SELECT count(DISTINCT s.article) {same}", *values)
        return SentenceCopies(rows, total)

    def query(self, statement: str, *values: Any, prepared: bool = False) -> list[Any]:
        """Run a statement that reads; a question's statements all see the same state. Raises StoreError.

        `prepared` is as for `Database.query`.
        """
        storable = [_storable(value) for value in values]
        return self.database.query(self.tenant, statement, storable, prepared=prepared)

    def _articles(self, condition: str, *values: Any, prepared: bool = False) -> list[ArticleRow]:
        found = self.query(f"{_ARTICLE} {condition}", self.scope, *values, prepared=prepared)
        return [ArticleRow(*row) for row in found]

    def _between(self, table: str, columns: str, rows: range) -> list[Any]:
        statement = (
            f"SELECT {columns} FROM {table} WHERE tenant = ANY(%s) AND row >= %s AND row < %s ORDER BY row"
        )
        return self.query(statement, self.scope, rows.start, rows.stop)


def _storable(value: Any) -> Any:
    """Return a value as the database can compare it: it stores neither lone surrogates nor NULs."""
    return replace_surrogates(value).replace("\0", "\ufffd") if isinstance(value, str) else value


def _folded(text: str) -> str:
    return replace_surrogates(text).casefold()
