"""Titles of the articles in the database, looked up by their beginnings and their words."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from index.storage.title_index import FoldedTitle

_WORD = re.compile(r'"([^"]*)"( \*)?')
_TITLE = "SELECT row, folded_title FROM articles WHERE tenant = ANY(%s)"
_SHORTEST_FIRST = "ORDER BY title_length, folded_title, row LIMIT %s"
_LAST = "\U0010ffff"
_MOST_COUNTED = 1000  # titles with one word, so that "the" costs no more than others

Query = Callable[..., list[Any]]


class PostgresTitles:
    """The titles of some tenants' articles, read through `query`; the methods are those of `TitleIndex`."""

    def __init__(self, query: Query, scope: list[int]) -> None:
        self._query, self._scope = query, scope

    def page(self, first: int, count: int) -> list[int]:
        """List the rows of `count` articles from the `first`, counted from 0, in the titles' order."""
        statement = f"{_TITLE} ORDER BY folded_title, row OFFSET %s LIMIT %s"
        return [row for row, _ in self._query(statement, self._scope, first, count)]

    def equal(self, folded: str) -> int | None:
        """Return the row of the first article with exactly this folded title."""
        rows = self._query(f"{_TITLE} AND folded_title = %s ORDER BY row LIMIT 1", self._scope, folded)
        return rows[0][0] if rows else None

    def beginning_with(self, folded: str, limit: int) -> list[FoldedTitle]:
        """List the first titles in alphabetical order that begin with `folded`."""
        statement = (
            f"{_TITLE} AND folded_title >= %s AND folded_title < %s ORDER BY folded_title, row LIMIT %s"
        )
        return _titles(self._query(statement, self._scope, folded, folded + _LAST, limit))

    def matching(self, expression: str, limit: int) -> list[FoldedTitle]:
        """List the titles that match `expression`, those of the fewest words if there are more."""
        groups = [self._articles_with(group) for group in expression.split(" AND ")]
        found = " INTERSECT ".join(statement for statement, _ in groups)
        values = [value for _, group_values in groups for value in group_values]
        statement = f"{_TITLE} AND row IN ({found}) {_SHORTEST_FIRST}"
        return _titles(self._query(statement, self._scope, *values, limit))

    def matching_most(self, expressions: Sequence[str], limit: int) -> list[FoldedTitle]:
        """List the titles that match the most of `expressions`; of equal ones, those of the fewest words."""
        groups = [self._articles_with(expression) for expression in expressions]
        union = " UNION ALL ".join(f"({statement} LIMIT {_MOST_COUNTED})" for statement, _ in groups)
        values = [value for _, group_values in groups for value in group_values]
        statement = (
            "SELECT row, folded_title FROM articles"
            f" JOIN (SELECT article, count(*) AS matched FROM ({union}) AS words GROUP BY article) AS matches"
            " ON matches.article = row WHERE tenant = ANY(%s)"
            " ORDER BY matched DESC, title_length, folded_title, row LIMIT %s"
        )
        return _titles(self._query(statement, *values, self._scope, limit))

    def words(self) -> dict[str, str]:
        """Read the words of all titles, spaces between, by their first character."""
        distinct = "SELECT DISTINCT word FROM title_words WHERE tenant = ANY(%s)"
        by_initial = "SELECT left(word, 1), string_agg(word, ' ' ORDER BY word)"
        return dict(self._query(f"{by_initial} FROM ({distinct}) AS words GROUP BY 1", self._scope))

    def _articles_with(self, expression: str) -> tuple[str, list[Any]]:
        """Return a statement, and its values, for the articles with one of the words of an expression."""
        conditions: list[str] = []
        values: list[Any] = [self._scope]
        for word, begun in _WORD.findall(expression):
            conditions.append("word >= %s AND word < %s" if begun else "word = %s")
            values += [word, word + _LAST] if begun else [word]
        either = " OR ".join(f"({condition})" for condition in conditions)
        return f"SELECT DISTINCT article FROM title_words WHERE tenant = ANY(%s) AND ({either})", values


def _titles(rows: list[Any]) -> list[FoldedTitle]:
    return [FoldedTitle(*row) for row in rows]
