"""A tenant's own articles and the common ones in one database, read as one library.

Rows stay as they are: no two articles have the same. A common article that has the id of one of the tenant's
own is called `common/<id>` here.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter
from typing import Any

from typing_extensions import override

from index.segmentation.characters import replace_surrogates
from index.storage.catalog import ArticleRow, article_key
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Database
from index.storage.postgres.schema import COMMON

_SHADOWED = (
    "SELECT common.row, common.id FROM articles own JOIN articles common ON common.id = own.id"
    " WHERE own.tenant = %s AND common.tenant = %s"
)


class JoinedPostgresCatalog(PostgresCatalog):
    """The articles of `tenant`, and those that all share."""

    def __init__(self, database: Database, tenant: int, size: int | None = None) -> None:
        super().__init__(database, tenant, [tenant, COMMON], size)
        self._own = PostgresCatalog(database, tenant, [tenant])
        self._common = PostgresCatalog(database, tenant, [COMMON])

    @override
    def articles(self, beginning: str = "") -> list[ArticleRow]:
        typed = replace_surrogates(beginning).casefold()
        articles = (row for row in super().articles() if row.id.casefold().startswith(typed))
        return sorted(articles, key=attrgetter("id", "row"))

    @override
    def find_row(self, article_id: str) -> int | None:
        row = self._own.find_row(article_id)
        if row is None:
            row = {id_: row for row, id_ in self._renamed().items()}.get(article_id)
        return self._common.find_row(article_id) if row is None else row

    def id_in_second(self, article_id: str) -> str | None:
        """Return the id that an article has among the common ones; None if it is not one of these."""
        row = self.find_row(article_id)
        if row is None or row in self._own_rows([row]):
            return None
        return self._common.article_row(row).id

    @override
    def paths(self) -> list[tuple[int, str, str]]:
        renamed = self._renamed()
        return [(row, renamed.get(row, id_), file) for row, id_, file in super().paths()]

    @override
    def article_by_key(self, key: str) -> ArticleRow | None:
        if article := self._own.article_by_key(key):
            return article
        rows = {article_key(id_): row for row, id_ in self._renamed().items()}
        if key in rows:
            return self.article_row(rows[key])
        return self._common.article_by_key(key)

    @override
    def nearest_ids(self, article_id: str, n: int = 3) -> list[str]:
        own = self._own.nearest_ids(article_id, n)
        rows = [self._common.find_row(id_) for id_ in self._common.nearest_ids(article_id, n)]
        others = [row.id for row in self.article_rows(row for row in rows if row is not None)]
        return list(dict.fromkeys([*own, *others]))[:n]

    @override
    def _articles(self, condition: str, *values: Any, prepared: bool = False) -> list[ArticleRow]:
        articles = super()._articles(condition, *values, prepared=prepared)
        renamed = self._renamed() if articles else {}
        return [replace(row, id=renamed[row.row]) if row.row in renamed else row for row in articles]

    def _renamed(self) -> dict[int, str]:
        """Return the ids here of the common articles that have the id of an own one, by row."""
        renamed = dict(self.query(_SHADOWED, self.tenant, COMMON))
        taken = set(renamed.values())
        while taken:
            renamed = {row: f"common/{id_}" if id_ in taken else id_ for row, id_ in renamed.items()}
            statement = "SELECT id FROM articles WHERE tenant = ANY(%s) AND id = ANY(%s)"
            taken = {id_ for (id_,) in self.query(statement, self.scope, list(renamed.values()))}
        return renamed

    def _own_rows(self, rows: Iterable[int]) -> set[int]:
        statement = "SELECT row FROM articles WHERE tenant = ANY(%s) AND row = ANY(%s)"
        return {row for (row,) in self.query(statement, [self.tenant], list(rows))}
