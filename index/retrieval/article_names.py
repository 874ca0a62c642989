"""Articles by what people call them: an id, a file name, a title, or the beginning of one of these."""

from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

from index.segmentation.characters import escape_unseen, replace_surrogates
from index.storage.catalog import article_key
from index.storage.joined import AnyCatalog
from index.storage.title_index import fold_title

_MOST_TITLES = 100  # that begin alike


def rows_called(catalog: AnyCatalog, name: str) -> list[int]:
    """List the rows of the articles that `name` fits best: one if it is unique, none if there is none.

    An exact id or file goes first, also as `escape_unseen` writes it; then a title, an id or a file in
    another case, the last part of a path, and at last the beginning of any of these.
    """
    exact = catalog.find_row(name)
    if exact is not None:
        return [exact]
    typed = fold_title(replace_surrogates(name))
    if not typed:
        return []
    if "\\" in name and (
        escaped := [row for row, *names in catalog.paths() if name in map(escape_unseen, names)]
    ):
        return escaped
    begun = catalog.titles.beginning_with(typed, _MOST_TITLES)
    if titles := [title.article for title in begun if title.folded == typed]:
        return titles
    paths = [(row, fold_title(id_), fold_title(file)) for row, id_, file in catalog.paths()]
    fits: Sequence[Callable[[str, str], bool]] = (
        lambda id_, file: typed in (id_, file),
        lambda _, file: typed.endswith(f"/{file}"),  # "corpus/news/bridge.md", as a shell completes it
        lambda id_, file: typed in (_last_part(id_), _last_part(file)),
    )
    for fit in fits:
        if rows := [row for row, id_, file in paths if fit(id_, file)]:
            return rows
    beginning = {
        row for row, _, file in paths if file.startswith(typed) or _last_part(file).startswith(typed)
    }
    return sorted(beginning.union(title.article for title in begun))


def row_of_earlier_key(catalog: AnyCatalog, key: str) -> int | None:
    """Find the article whose id had the `article_key` `key` when it had, or lacked, its extension."""
    rows = [
        row
        for row, _, file in catalog.paths()
        if key in (article_key(file), article_key(file.removesuffix(PurePosixPath(file).suffix)))
    ]
    return rows[0] if len(rows) == 1 else None


def _last_part(path: str) -> str:
    return path.rpartition("/")[2]
