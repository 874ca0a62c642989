"""Articles, sentences and passages of an index, or of one of its segments: an SQLite file, never changed.

Articles are sorted by id; sentences and passages are numbered through all articles in that order, so that an
article's rows are consecutive. Sentences and titles are stored with their search terms
(`search_terms.terms`), so that a question need not split its candidates into words again.
"""

import sqlite3
import weakref
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import itemgetter
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import quote

from index.errors import IndexDamagedError
from index.records import Article, Block, Passage, Sentence
from index.segmentation.characters import replace_surrogates
from index.storage.block_rows import BLOCK_COLUMNS, read_block
from index.storage.catalog_records import (
    MOST_COPIES,
    ArticleRow,
    Copy,
    SentenceCopies,
    SentencePlace,
    SentenceRow,
    SentenceText,
    article_key,
    copies_in_several,
    existing_row,
)
from index.storage.segments import segment_file
from index.storage.title_index import TitleIndex

__all__ = [
    "CATALOG_FILE",
    "MOST_COPIES",
    "ArticleRow",
    "Catalog",
    "SentenceCopies",
    "SentencePlace",
    "SentenceRow",
    "SentenceText",
    "article_key",
]

CATALOG_FILE = "articles.sqlite"

_BLOCK = ", ".join(f"b.{column}" for column in BLOCK_COLUMNS)
_BLOCKS = f"SELECT {_BLOCK} FROM blocks b"
_ARTICLE = (
    "SELECT row, id, title, url, published, author, file, updated, characters,"
    " first_sentence, sentences, first_passage, passages, first_block, blocks FROM articles"
)
_SENTENCE = (
    'SELECT s.row, s.article, s.number, s.start, s."end", s.text, s.passage,'
    " s.terms, coalesce(before.terms, ''), coalesce(after.terms, ''), a.terms || ' ' || b.terms, s.section,"
    " a.title, a.outer_title,"
    f" {_BLOCK}"
    " FROM sentences s JOIN articles a ON a.row = s.article JOIN blocks b ON b.row = s.block"
    " LEFT JOIN sentences before ON before.row = s.row - 1 AND before.section = s.section"
    " LEFT JOIN sentences after ON after.row = s.row + 1 AND after.section = s.section"
)
_TEXT = (
    f'SELECT s.row, s.article, s.start, s."end", s.text, s.section, {_BLOCK}'
    " FROM sentences s JOIN blocks b ON b.row = s.block WHERE s.row"
)
_SIMILAR = 60  # percent; less similar ids are named only if there are no others
_VARIABLES = 900  # in one statement; every SQLite allows 999
_REMOVED = """
PRAGMA temp_store = MEMORY;
CREATE TABLE temp.removed (row INTEGER PRIMARY KEY);
CREATE TABLE temp.removed_places (place INTEGER PRIMARY KEY);
"""
_COPIES = "FROM copies WHERE wording = ? AND article NOT IN temp.removed"


class Catalog:
    """Read a catalog; every method may be called from any thread."""

    def __init__(self, folder: Path, segment: int = 0) -> None:
        """Open the catalog of a segment of the index in `folder`. Raises IndexDamagedError."""
        path = folder / segment_file(CATALOG_FILE, segment)
        # One connection, opened now: a later one would miss the file once a newer index has replaced it.
        # `immutable` spares locks and journals, which a read-only folder could not hold.
        uri = f"file:{quote(str(path))}?mode=ro&immutable=1"
        try:
            self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        except sqlite3.Error as error:
            raise _damaged(path, error) from error
        self._connection.create_function("casefold", 1, str.casefold, deterministic=True)
        # A connection is part of a cycle: left alone, its file stays open until the garbage is collected.
        weakref.finalize(self, self._connection.close)
        self._lock = Lock()
        self._path = path
        with self._damage():
            self._connection.executescript(_REMOVED)
        counts = "SELECT (SELECT count(*) FROM articles), (SELECT coalesce(max(row) + 1, 0) FROM sentences)"
        self._size, self._sentences = self._query(counts)[0]

    def __len__(self) -> int:
        """Count the articles."""
        return int(self._size)

    @property
    def sentence_count(self) -> int:
        """Number of sentences."""
        return int(self._sentences)

    @property
    def titles(self) -> TitleIndex:
        """The index of the articles' titles."""
        return TitleIndex(self._query)

    def articles(self, beginning: str = "") -> list[ArticleRow]:
        """List the articles by id: all, or those whose ids begin with `beginning`, whatever its case."""
        if not beginning:
            rows = self._query(f"{_ARTICLE} WHERE row NOT IN temp.removed ORDER BY row")
            return [ArticleRow(*values) for values in rows]
        begun = "SELECT row FROM articles WHERE instr(casefold(id), ?) = 1 AND row NOT IN temp.removed"
        ids = self._query(begun, (_folded(beginning),))
        return self.article_rows(sorted(row for (row,) in ids))

    def row(self, article_id: str) -> int:
        """Find the row of the article `article_id`.

        Raises UnknownArticleError, which names the nearest ids.
        """
        return existing_row(self, article_id)

    def find_row(self, article_id: str) -> int | None:
        """Find the row of the article with exactly that id, or else with that file."""
        row = self.row_of_id(article_id)
        return self.row_of_file(article_id) if row is None else row

    def row_of_id(self, article_id: str) -> int | None:
        """Find the row of the article with exactly that id."""
        return self._row("SELECT row FROM articles WHERE id = ? AND row NOT IN temp.removed", article_id)

    def row_of_file(self, file: str) -> int | None:
        """Find the row of the article of exactly that file."""
        return self._row("SELECT row FROM articles WHERE file = ? AND row NOT IN temp.removed", file)

    def paths(self) -> list[tuple[int, str, str]]:
        """List row, id and file of every article."""
        return self._query("SELECT row, id, file FROM articles WHERE row NOT IN temp.removed ORDER BY row")

    def article_row(self, row: int) -> ArticleRow:
        """Describe the article of `row`. Raises IndexError."""
        rows = self._query(f"{_ARTICLE} WHERE row = ?", (row,))
        if not rows:
            raise IndexError(f"article {row} of {self._size}")
        return ArticleRow(*rows[0])

    def article_by_key(self, key: str) -> ArticleRow | None:
        """Find the article whose `article_key` is `key`."""
        rows = self._query(f"{_ARTICLE} WHERE key = ? AND row NOT IN temp.removed", (key,))
        return ArticleRow(*rows[0]) if rows else None

    def article_rows(self, rows: Iterable[int]) -> list[ArticleRow]:
        """Describe the articles of `rows`, in the order of `rows`. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in rows]
        articles = {values[0]: ArticleRow(*values) for values in self._among(f"{_ARTICLE} WHERE row", wanted)}
        return [articles[row] for row in wanted]

    def nearest_ids(self, article_id: str, n: int = 3) -> list[str]:
        """List up to `n` ids that contain `article_id`, or else the most similar ones; at least one."""
        return nearest_of([self], article_id, n)

    def ids(self) -> list[str]:
        """List the ids of all articles, in order."""
        ids = self._query("SELECT id FROM articles WHERE row NOT IN temp.removed ORDER BY row")
        return [known for (known,) in ids]

    def ids_containing(self, typed: str, n: int) -> list[str]:
        """List the `n` shortest ids that contain the folded text `typed`."""
        containing = "SELECT id FROM articles WHERE instr(casefold(id), ?) AND row NOT IN temp.removed"
        ids = self._query(f"{containing} ORDER BY length(id), id LIMIT ?", (typed, n))
        return [known for (known,) in ids]

    def article(self, row: int) -> Article:
        """Read the article of `row`, with its text. Raises IndexError."""
        about = self.article_row(row)
        text = self.text(row)
        blocks = tuple(self.blocks(row))
        return Article(
            about.id,
            about.title,
            text,
            about.file,
            about.url,
            about.published,
            about.author,
            blocks,
            about.updated,
        )

    def text(self, row: int) -> str:
        """Read the text of the article of `row`, which there is."""
        ((text,),) = self._query("SELECT text FROM articles WHERE row = ?", (row,))
        return str(text)

    def blocks(self, row: int) -> list[Block]:
        """Read the blocks of the article of `row`, in order."""
        about = self.article_row(row)
        query = f"{_BLOCKS} WHERE row >= ? AND row < ? ORDER BY row"
        ends = (about.first_block, about.first_block + about.blocks)
        return [read_block(values) for values in self._query(query, ends)]

    def spans(self, row: int) -> list[Sentence]:
        """Read where the sentences of the article of `row` stand, in order."""
        about = self.article_row(row)
        query = 'SELECT start, "end", block FROM sentences WHERE row >= ? AND row < ? ORDER BY row'
        return [
            Sentence(start, end, block - about.first_block)
            for start, end, block in self._query(query, _ends(about.sentence_rows))
        ]

    def passages(self, row: int) -> list[Passage]:
        """Read the passages of the article of `row`, in order."""
        query = 'SELECT start, "end", first, last FROM passages WHERE row >= ? AND row < ? ORDER BY row'
        return [Passage(*values) for values in self._query(query, _ends(self.article_row(row).passage_rows))]

    def sentences(self, rows: Iterable[int]) -> list[SentenceRow]:
        """Read the sentences of `rows`, in the order of `rows`. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in rows]
        sentences = {
            values[0]: SentenceRow(*(*values[:14], read_block(values[14:])))
            for values in self._among(f"{_SENTENCE} WHERE s.row", wanted)
        }
        return [sentences[row] for row in wanted]

    def texts(self, rows: Iterable[int]) -> list[SentenceText]:
        """Read the texts of the sentences of `rows`, ascending; unknown rows are skipped."""
        values = sorted(self._among(_TEXT, [int(row) for row in rows]), key=itemgetter(0))
        return [SentenceText(*(*sentence[:6], read_block(sentence[6:]))) for sentence in values]

    def terms(self) -> Iterator[list[str]]:
        """Yield the search terms of each sentence and of its block's context, in the order of the rows."""
        for first in range(0, self._sentences, _VARIABLES):
            ends = (first, first + _VARIABLES)
            for (words,) in self._query(
                "SELECT s.terms || ' ' || b.terms FROM sentences s JOIN blocks b ON b.row = s.block"
                " WHERE s.row >= ? AND s.row < ? ORDER BY s.row",
                ends,
            ):
                yield words.split()

    def places_of(self, sentences: Iterable[int]) -> list[SentencePlace]:
        """Say where each of the rows `sentences` stands. Raises KeyError for an unknown row."""
        wanted = [int(row) for row in sentences]
        query = "SELECT row, article, passage, wording FROM sentences WHERE row"
        places = {row: SentencePlace(*place) for row, *place in self._among(query, wanted)}
        return [places[row] for row in wanted]

    def copies(self, sentence: int) -> SentenceCopies:
        """Find the articles that have the sentence of the row `sentence`, whatever its case and spacing."""
        ((wording,),) = self._query("SELECT wording FROM sentences WHERE row = ?", (sentence,))
        copies, total = self.copies_of(wording)
        return copies_in_several(copies, total)

    def copies_of(self, wording: int) -> tuple[list[Copy], int]:
        """Find the articles with a sentence of that wording, and count them all.

        They are changed last first, and up to `MOST_COPIES`.
        """
        newest = (
            f"SELECT updated, article, sentence {_COPIES} ORDER BY updated DESC, article LIMIT {MOST_COPIES}"
        )
        rows = self._query(newest, (wording,))
        if len(rows) < MOST_COPIES:
            rows = rows or self._query(
                "SELECT a.updated, a.row, min(s.row) FROM sentences s JOIN articles a ON a.row = s.article"
                " WHERE s.wording = ? AND a.row NOT IN temp.removed GROUP BY a.row LIMIT 1",
                (wording,),
            )
            return [Copy(*row) for row in rows], len(rows)
        ((total,),) = self._query(f"SELECT count(*) {_COPIES}", (wording,))
        return [Copy(*row) for row in rows], total

    def sentences_in(self, passages: Iterable[int]) -> list[int]:
        """List the rows of all sentences in the passages of the rows `passages`, ascending."""
        query = (
            "SELECT a.first_sentence + p.first, a.first_sentence + p.last"
            " FROM passages p JOIN articles a ON a.row = p.article WHERE p.row"
        )
        return sorted(
            row for ends in self._among(query, [int(row) for row in passages]) for row in range(*ends)
        )

    def leave_out(self, removed: Iterable[int]) -> None:
        """Find and list the articles of the rows `removed` no more; what is there can still be read."""
        places = "INSERT INTO temp.removed_places SELECT place FROM titles WHERE article IN temp.removed"
        with self._damage():
            self._connection.executemany("INSERT INTO temp.removed VALUES (?)", ((row,) for row in removed))
            self._connection.execute(places)
            self._connection.commit()
        self._size -= len(self._query("SELECT row FROM temp.removed"))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def _row(self, query: str, name: str) -> int | None:
        rows = self._query(query, (replace_surrogates(name),))
        return int(rows[0][0]) if rows else None

    def _among(self, query: str, rows: Sequence[int]) -> Iterator[Any]:
        """Run a query that ends with the name of a column, for all values that `rows` gives it."""
        for start in range(0, len(rows), _VARIABLES):
            batch = rows[start : start + _VARIABLES]
            yield from self._query(f"{query} IN ({', '.join('?' * len(batch))})", batch)

    def _query(self, query: str, values: Sequence[int | str] = ()) -> list[Any]:
        with self._damage():
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Use the connection alone; what goes wrong with it is damage of the file."""
        try:
            with self._lock:
                yield
        except sqlite3.DatabaseError as error:
            raise _damaged(self._path, error) from error


def nearest_of(catalogs: "Sequence[Catalog]", article_id: str, n: int) -> list[str]:
    """List ids of the articles of all `catalogs` as `Catalog.nearest_ids` does of one."""
    typed = _folded(article_id[:200])
    if typed and (ids := [id_ for catalog in catalogs for id_ in catalog.ids_containing(typed, n)]):
        return sorted(ids, key=lambda id_: (len(id_), id_))[:n]
    from rapidfuzz import fuzz, process  # for the few questions that need it

    ids = sorted(id_ for catalog in catalogs for id_ in catalog.ids())
    near = process.extract(typed, ids, scorer=fuzz.ratio, processor=str.casefold, limit=n)
    return [known for known, score, _ in near if score >= _SIMILAR] or [known for known, *_ in near[:1]]


def _folded(text: str) -> str:
    return replace_surrogates(text).casefold()


def _ends(rows: range) -> tuple[int, int]:
    return rows.start, rows.stop


def _damaged(path: Path, error: sqlite3.Error) -> IndexDamagedError:
    return IndexDamagedError(f"{path}: {error}")
