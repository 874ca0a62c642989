"""Writer of a new catalog: its tables, filled article by article."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from index.records import Article, Passage, Sentence
from index.storage.catalog import CATALOG_FILE
from index.storage.catalog_rows import FirstRows, catalog_rows
from index.storage.segments import segment_file
from index.storage.title_index import TABLES, write_titles

_SCHEMA = """
CREATE TABLE articles (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, key TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL, outer_title TEXT NOT NULL,
    terms TEXT NOT NULL, url TEXT, published TEXT, author TEXT, updated INTEGER NOT NULL,
    file TEXT NOT NULL UNIQUE, characters INTEGER NOT NULL,
    first_sentence INTEGER NOT NULL, sentences INTEGER NOT NULL,
    first_passage INTEGER NOT NULL, passages INTEGER NOT NULL,
    first_block INTEGER NOT NULL, blocks INTEGER NOT NULL,
    text TEXT NOT NULL
) STRICT;
CREATE TABLE blocks (
    row INTEGER PRIMARY KEY, kind TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,
    section TEXT NOT NULL, lead TEXT NOT NULL, cells TEXT NOT NULL, links TEXT NOT NULL,
    level INTEGER NOT NULL, page INTEGER, terms TEXT NOT NULL
) STRICT;
CREATE TABLE sentences (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL, number INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, passage INTEGER NOT NULL, wording INTEGER NOT NULL,
    block INTEGER NOT NULL, section INTEGER NOT NULL, text TEXT NOT NULL, terms TEXT NOT NULL
) STRICT;
CREATE TABLE passages (
    row INTEGER PRIMARY KEY, article INTEGER NOT NULL,
    start INTEGER NOT NULL, "end" INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL
) STRICT;
CREATE TABLE copies (
    wording INTEGER NOT NULL, updated INTEGER NOT NULL, article INTEGER NOT NULL, sentence INTEGER NOT NULL,
    PRIMARY KEY (wording, updated DESC, article)
) STRICT, WITHOUT ROWID;
"""
# The sentences that stand in several articles, once for each of these.
_COPIES = """
INSERT INTO copies SELECT s.wording, a.updated, s.article, min(s.row)
FROM sentences s JOIN articles a ON a.row = s.article
WHERE s.wording IN (SELECT wording FROM sentences GROUP BY wording HAVING min(article) < max(article))
GROUP BY s.wording, s.article
"""


class CatalogWriter:
    """Write a new catalog; articles are added in the order of their ids. Raises OSError if that fails."""

    def __init__(self, folder: Path, segment: int = 0) -> None:
        # The file is new and belongs to no index before it is whole, so that a journal would protect nothing.
        with _os_errors():
            self._connection = sqlite3.connect(
                folder / segment_file(CATALOG_FILE, segment), isolation_level=None
            )
        try:
            with _os_errors():
                self._connection.executescript(
                    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY; BEGIN;"
                    + _SCHEMA
                    + TABLES
                )
        except OSError:
            self._connection.close()
            raise
        self._titles: list[str] = []
        self.articles = 0
        self.sentences = 0
        self.passages = 0
        self._blocks = 0
        self._sections = 0

    def add(self, article: Article, sentences: Sequence[Sentence], passages: Sequence[Passage]) -> None:
        """Append `article` with all its sentences and passages. Raises OSError."""
        first = FirstRows(self.articles, self.sentences, self.passages, self._blocks, self._sections)
        rows = catalog_rows(article, sentences, passages, first)
        self._insert("articles", [rows.article])
        self._insert("blocks", rows.blocks)
        self._insert("sentences", rows.sentences)
        self._insert("passages", rows.passages)
        self._titles.append(article.title)
        self.articles += 1
        self.sentences += len(sentences)
        self.passages += len(passages)
        self._blocks += len(rows.blocks)
        self._sections += rows.sections

    def _insert(self, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
        columns = {"articles": 19, "blocks": 11, "sentences": 11, "passages": 6}[table]
        marks = ", ".join("?" * columns)
        with _os_errors():
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our names

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                with _os_errors():
                    write_titles(self._connection, self._titles)
                    self._connection.execute(_COPIES)
                    self._connection.execute("CREATE INDEX sentences_by_wording ON sentences (wording)")
                    self._connection.execute("COMMIT")
        finally:
            self._connection.close()


@contextmanager
def _os_errors() -> Iterator[None]:
    """Turn SQLite's errors of writing into the operating system's, as of every other file."""
    try:
        yield
    except sqlite3.Error as error:
        raise OSError(f"{CATALOG_FILE}: {error}") from error
