"""Articles are found by what people call them."""

from pathlib import Path

import pytest

from index.errors import UnknownArticleError
from index.records import Article
from index.retrieval.article_names import row_of_earlier_key, rows_called
from index.retrieval.title_search import TitleSearch
from index.storage.catalog import Catalog, article_key
from index.storage.catalog_writer import CatalogWriter

ARTICLES = (  # id, file, title, sorted by id
    ("cake", "cake.txt", "Grandma Ilse's plum cake"),
    ("guide.html", "guide.html", "The guide, printed"),
    ("guide.md", "guide.md", "The guide"),
    ("minutes-2024-04", "minutes-2024-04.md", "April meeting"),
    ("minutes-2024-05", "minutes-2024-05.md", "May meeting"),
    ("news/bridge", "news/bridge.md", "A new bridge"),
    ("news/cafe", "news/cafe.md", "Café opens"),
    ("old/café", "old/café.md", "April meeting"),
)


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> TitleSearch:
    folder = tmp_path_factory.mktemp("names")
    with CatalogWriter(folder) as writer:
        for id_, file, title in ARTICLES:
            writer.add(Article(id_, title, "", file), [], [])
    return TitleSearch(Catalog(folder))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("minutes-2024-04", "minutes-2024-04"),
        ("minutes-2024-04.md", "minutes-2024-04"),
        ("MINUTES-2024-04.MD", "minutes-2024-04"),
        ("News/Bridge", "news/bridge"),
        ("bridge", "news/bridge"),
        ("bridge.md", "news/bridge"),
        ("./corpus/news/bridge.md", "news/bridge"),
        (" a new bridge ", "news/bridge"),
        ("the guide", "guide.md"),
        ("May", "minutes-2024-05"),
        ("Grandma", "cake"),
        ("cak", "cake"),
        ("CAFE OPENS", "news/cafe"),
        ("cafe opens", "news/cafe"),
    ],
)
def test_id_file_title_and_unique_beginnings_find_an_article(
    names: TitleSearch, name: str, expected: str
) -> None:
    assert names.catalog.article_row(names.row_called(name)).id == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("guide", "'guide' could be guide.html, guide.md"),
        ("minutes", "'minutes' could be minutes-2024-04, minutes-2024-05"),
        ("April meeting", "could be minutes-2024-04, old/café"),
        ("brige", "no article is called 'brige'; the nearest: news/bridge$"),
        ("plum cake", "no article is called 'plum cake'; the nearest: cake$"),
        ("grandma ilsa", "the nearest: cake$"),
        ("minutes-2024-06", "the nearest: minutes-2024-0[45], minutes-2024-0[45]$"),
        ("", "no article is called ''; the nearest: "),
        ("\ud800", "the nearest: "),
    ],
)
def test_what_is_unknown_or_not_unique_names_the_nearest_ids(
    names: TitleSearch, name: str, message: str
) -> None:
    with pytest.raises(UnknownArticleError, match=message):
        names.row_called(name)


def test_many_that_could_be_meant_are_counted(tmp_path: Path) -> None:
    with CatalogWriter(tmp_path) as writer:
        for number in range(9):
            writer.add(Article(f"note-{number}", f"Note {number}", "", f"note-{number}.txt"), [], [])
    with pytest.raises(UnknownArticleError, match=r"note-0, note-1, note-2 and 6 more$"):
        TitleSearch(Catalog(tmp_path)).row_called("note")


def test_ids_with_and_without_extension_find_the_article_of_either(names: TitleSearch) -> None:
    catalog = names.catalog
    assert [catalog.article_row(row).id for row in rows_called(catalog, "cake.txt")] == ["cake"]
    found = names.find(article_key("cake.txt"))
    assert found is not None
    assert found.id == "cake"
    assert row_of_earlier_key(catalog, article_key("guide")) is None, "that could be either"
    assert row_of_earlier_key(catalog, article_key("nothing")) is None
