"""Articles found by what somebody types, whatever it is, and by keys that fit everywhere."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Article
from index.retrieval.title_search import Titles, article_key
from index.storage.catalog import Catalog
from index.storage.catalog_writer import CatalogWriter

TITLES = (
    "The red bridge",
    "The green bridge",
    "Bridges of Paris and their builders",
    "How bees keep warm",
    "Élan vital: Bergson's philosophy",
    "Footbridge over the Orontes",
    "東京の橋",
    "Coalition strikes near al-Tanf",
    "  ???",
    "Straße nach Süden",
    "The red bridge at night, painted by Anna Berg",
)


def titles_of(folder: Path, *titles: str) -> Titles:
    with CatalogWriter(folder) as catalog:
        for number, title in enumerate(titles):
            catalog.add(Article(f"id/{number:03}", title, "Text.", f"id/{number:03}.txt"), [], [])
    return Titles.load(Catalog(folder))


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Titles:
    return titles_of(tmp_path_factory.mktemp("titles"), *TITLES)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("the red bridge", "The red bridge"),
        ("THE GREEN BRIDGE", "The green bridge"),
        ("the gre", "The green bridge"),
        ("bridge red", "The red bridge"),
        ("red bridge night", "The red bridge at night, painted by Anna Berg"),
        ("paris bridges", "Bridges of Paris and their builders"),
        ("bees", "How bees keep warm"),
        ("hwo bees kepe", "How bees keep warm"),
        ("elan", "Élan vital: Bergson's philosophy"),
        ("ÉLAN VITAL", "Élan vital: Bergson's philosophy"),
        ("phylosophy", "Élan vital: Bergson's philosophy"),
        ("philosphy", "Élan vital: Bergson's philosophy"),
        ("orontez", "Footbridge over the Orontes"),
        ("rontes", "Footbridge over the Orontes"),
        ("coaliton strik", "Coalition strikes near al-Tanf"),
        ("soalition", "Coalition strikes near al-Tanf"),
        ("tanf", "Coalition strikes near al-Tanf"),
        ("橋", "東京の橋"),
        ("京都の橋", "東京の橋"),
        ("strasse", "Straße nach Süden"),
        ("suden", "Straße nach Süden"),
        ("???", "  ???"),
    ],
)
def test_what_is_typed_finds_its_title_first(titles: Titles, typed: str, first: str) -> None:
    assert titles.search(typed)[0].title == first


def test_better_matches_come_before_worse_ones(titles: Titles) -> None:
    found = [article.title for article in titles.search("bridge")]
    assert set(found[:4]) == {TITLES[0], TITLES[1], TITLES[2], TITLES[10]}
    assert len(found) == 4  # inside of words is looked only where no word begins so
    assert found[0] == TITLES[2]  # it begins so
    assert found.index(TITLES[10]) == 3  # it says most else


def test_nothing_typed_lists_the_first_titles_and_nonsense_nothing(titles: Titles) -> None:
    assert [article.title for article in titles.search("  ", limit=3)] == sorted(TITLES, key=str.casefold)[:3]
    assert titles.search("zzzzqqqq xxxxwwww") == []
    assert titles.search("!!!") == []


def test_no_more_than_the_limit(titles: Titles) -> None:
    assert len(titles.search("the", limit=2)) == 2
    assert len(titles.search("", limit=100)) == len(titles) == len(TITLES)


def test_pages_go_through_all_titles_in_order(titles: Titles) -> None:
    pages = [titles.page(first, 4) for first in range(0, 16, 4)]
    assert [len(page) for page in pages] == [4, 4, 3, 0]
    listed = [article.title for page in pages for article in page]
    assert sorted(listed) == sorted(TITLES)
    assert listed.index("Bridges of Paris and their builders") < listed.index("The green bridge")


def test_a_key_is_short_and_finds_its_article_alone(titles: Titles) -> None:
    for number, title in enumerate(TITLES):
        key = article_key(f"id/{number:03}")
        assert re.fullmatch(r"[\w-]{12}", key, re.ASCII)
        found = titles.find(key)
        assert found is not None
        assert found.title == title
    assert titles.find(article_key("id/999")) is None


@pytest.mark.parametrize(
    "forged", ["", "x", "A" * 12, "é" * 12, "=" * 12, "A" * 11 + "\n", "A" * 13, "\ud800" * 12]
)
def test_what_is_no_key_finds_nothing(titles: Titles, forged: str) -> None:
    assert titles.find(forged) is None


def test_an_article_is_named_by_key_id_or_title(titles: Titles) -> None:
    for text in (article_key("id/000"), "id/000", "the RED bridge", " The red bridge "):
        found = titles.resolve(text)
        assert found is not None
        assert found.id == "id/000"
    for text in ("", "The red", "id/0", "the red bridges", "\ud800"):
        assert titles.resolve(text) is None


def test_of_equal_titles_the_first_is_resolved_and_all_are_found(tmp_path: Path) -> None:
    titles = titles_of(tmp_path, "Notes", "Notes", "notes")
    found = titles.resolve("NOTES")
    assert found is not None
    assert found.id == "id/000"
    assert [article.id for article in titles.search("notes")] == ["id/000", "id/001", "id/002"]


def test_a_library_of_nothing_finds_nothing(tmp_path: Path) -> None:
    titles = titles_of(tmp_path)
    assert (titles.search(""), titles.search("x"), titles.resolve("x"), titles.page(0, 8)) == (
        [],
        [],
        None,
        [],
    )
    assert titles.find(article_key("x")) is None


def test_titles_without_a_word_are_listed(tmp_path: Path) -> None:
    titles = titles_of(tmp_path, "???", "!!!")
    assert len(titles.search("")) == 2
    assert titles.search("word") == []


@pytest.fixture(scope="module")
def search(titles: Titles) -> Callable[[str], list[str]]:
    return lambda typed: [article.id for article in titles.search(typed)]


@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(), max_size=120))
def test_anything_can_be_typed(search: Callable[[str], list[str]], typed: str) -> None:
    found = search(typed)
    assert len(found) == len(set(found)) <= 25
    assert search(typed) == found


def test_keys_of_ids_with_half_a_surrogate_pair_are_keys() -> None:
    assert len(article_key("a\udcff")) == 12
