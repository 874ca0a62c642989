"""Index of the articles' titles in the catalog's file: their order, and an FTS5 table of their words."""

import re
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from index.segmentation.characters import UNSPACED
from index.segmentation.search_terms import fold

# `place` numbers the titles in alphabetical order. Rows of `title_index` are `_row(words, place)`: FTS5
# yields them in this order, so that the first matches, found without sorting, have the fewest words.
# The words are folded and split here; the tokenizer "ascii" only splits them at the spaces between.
TABLES = """
CREATE TABLE titles (place INTEGER PRIMARY KEY, article INTEGER NOT NULL, folded TEXT NOT NULL) STRICT;
CREATE VIRTUAL TABLE title_index USING fts5(
    words, content = '', columnsize = 0, prefix = '1 2 3', tokenize = 'ascii'
);
CREATE TABLE title_words (initial TEXT PRIMARY KEY, words TEXT NOT NULL) STRICT;
"""
_WORDS_BY_INITIAL = (
    "INSERT INTO title_words SELECT substr(term, 1, 1) AS initial, group_concat(term, ' ')"
    " FROM temp.vocabulary GROUP BY initial"
)
_PLACES = 2**32
_TITLE = "SELECT titles.article, titles.folded FROM titles"
_MATCHING = (
    "SELECT rowid FROM title_index WHERE title_index MATCH ?"  # noqa: S608 - our own statements
    f" AND rowid % {_PLACES} NOT IN temp.removed_places ORDER BY rowid"
)
_REMOVED_PLACES = "SELECT place FROM temp.removed_places ORDER BY place"
_LONGEST = 1000  # words of a title that are counted
_MOST_COUNTED = 1000  # titles with one word, so that "the" costs no more than others

_WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")
_ASCII_WORD = re.compile("[0-9a-z]+")  # matches the same in ASCII, many times faster

Query = Callable[[str, Sequence[int | str]], list[Any]]


class FoldedTitle(NamedTuple):
    """The folded title of the article with the row `article`."""

    article: int
    folded: str


def fold_title(title: str) -> str:
    """Return a title without differences of case, accents and surrounding space."""
    return fold(title).strip()


def title_words(folded: str) -> list[str]:
    """Split a folded title into words; each character of a script without spaces is one."""
    words: list[str] = (_ASCII_WORD if folded.isascii() else _WORD).findall(folded)
    return words


def write_titles(connection: sqlite3.Connection, titles: Iterable[str]) -> None:
    """Fill the empty tables of `TABLES` with the titles of the articles 0, 1, 2, … Raises sqlite3.Error."""
    ordered = sorted((fold_title(title), article) for article, title in enumerate(titles))
    rows = sorted(_row(len(title_words(folded)), place) for place, (folded, _) in enumerate(ordered))
    connection.executemany(
        "INSERT INTO title_index (rowid, words) VALUES (?, ?)",
        ((row, " ".join(title_words(ordered[row % _PLACES][0]))) for row in rows),
    )
    connection.execute("INSERT INTO title_index (title_index) VALUES ('optimize')")
    connection.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab(main, title_index, row)")
    connection.execute(_WORDS_BY_INITIAL)
    connection.executemany(  # last: it fills the pages that merging the words' lists left free
        "INSERT INTO titles VALUES (?, ?, ?)",
        ((place, article, folded) for place, (folded, article) in enumerate(ordered)),
    )
    connection.execute("CREATE INDEX titles_by_text ON titles (folded)")
    connection.execute("CREATE INDEX titles_by_article ON titles (article)")


class TitleIndex:
    """Read the index of titles through `query`, which runs a statement and returns its rows.

    An expression is FTS5's: `"whole"`, `"begun"*`, and these joined by AND and OR. The titles at the places
    in `temp.removed_places` are left out, but their words are not.
    """

    def __init__(self, query: Query) -> None:
        self._query = query

    def page(self, first: int, count: int) -> list[int]:
        """List the rows of `count` articles from the `first`, counted from 0, in the titles' order."""
        return [title.article for title in self.titles(first, count)]

    def titles(self, first: int, count: int) -> list[FoldedTitle]:
        """List titles as `page` lists articles."""
        place = first
        for before, (removed,) in enumerate(self._query(_REMOVED_PLACES, ())):
            if removed - before > first:
                break
            place = first + before + 1
        query = f"{_TITLE} WHERE place >= ? AND place NOT IN temp.removed_places ORDER BY place LIMIT ?"
        return _titles(self._query(query, (place, count)))

    def equal(self, folded: str) -> int | None:
        """Return the row of the first article with exactly this folded title."""
        query = "SELECT article FROM titles WHERE folded = ? AND place NOT IN temp.removed_places"
        rows = self._query(f"{query} ORDER BY place LIMIT 1", (folded,))
        return rows[0][0] if rows else None

    def beginning_with(self, folded: str, limit: int) -> list[FoldedTitle]:
        """List the first titles in alphabetical order that begin with `folded`."""
        query = (
            f"{_TITLE} WHERE folded >= ? AND folded < ? AND place NOT IN temp.removed_places"
            " ORDER BY folded, place LIMIT ?"
        )
        return _titles(self._query(query, (folded, f"{folded}\U0010ffff", limit)))

    def matching(self, expression: str, limit: int) -> list[FoldedTitle]:
        """List the titles that match `expression`, those of the fewest words if there are more."""
        query = f"{_TITLE} JOIN ({_MATCHING} LIMIT ?) AS matches ON titles.place = matches.rowid % {_PLACES}"
        return _titles(self._query(query, (expression, limit)))

    def matching_most(self, expressions: Sequence[str], limit: int) -> list[FoldedTitle]:
        """List the titles that match the most of `expressions`; of equal ones, those of the fewest words."""
        matching = f"SELECT * FROM ({_MATCHING} LIMIT {_MOST_COUNTED})"  # noqa: S608 - our own statements
        union = " UNION ALL ".join([matching] * len(expressions))
        query = (
            f"{_TITLE} JOIN (SELECT rowid FROM ({union})"  # noqa: S608 - our own statements
            " GROUP BY rowid ORDER BY count(*) DESC, rowid LIMIT ?) AS matches"
            f" ON titles.place = matches.rowid % {_PLACES}"
        )
        return _titles(self._query(query, (*expressions, limit)))

    def words(self) -> dict[str, str]:
        """Read the words of all titles, spaces between, by their first character."""
        return dict(self._query("SELECT initial, words FROM title_words ORDER BY initial", ()))


def by_words(title: FoldedTitle) -> tuple[int, str, int]:
    """Return what titles that match are ordered by: the number of their words, then as in a list of all."""
    return min(len(title_words(title.folded)), _LONGEST), title.folded, title.article


def _row(words: int, place: int) -> int:
    return min(words, _LONGEST) * _PLACES + place


def _titles(rows: list[Any]) -> list[FoldedTitle]:
    return [FoldedTitle(*row) for row in rows]
