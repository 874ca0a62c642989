"""Articles found by what somebody types, whatever it is, and by keys that fit everywhere."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.records import Article
from index.retrieval.title_search import TitleSearch
from index.storage.catalog import Catalog, article_key
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


def titles_of(folder: Path, *titles: str) -> TitleSearch:
    with CatalogWriter(folder) as catalog:
        for number, title in enumerate(titles):
            catalog.add(Article(f"id/{number:03}", title, "Text.", f"id/{number:03}.txt"), [], [])
    return TitleSearch(Catalog(folder))


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> TitleSearch:
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
def test_what_is_typed_finds_its_title_first(titles: TitleSearch, typed: str, first: str) -> None:
    assert titles.search(typed)[0].title == first


def test_better_matches_come_before_worse_ones(titles: TitleSearch) -> None:
    listed = [article.title for article in titles.search("bridge")]
    assert set(listed) == {TITLES[0], TITLES[1], TITLES[2], TITLES[10]}
    assert len(listed) == 4  # no word that only contains it, as some begin with it
    assert listed[0] == TITLES[2]  # begins with it
    assert listed[3] == TITLES[10]  # has the most other words


def test_titles_with_all_words_come_before_those_with_some(titles: TitleSearch) -> None:
    listed = [article.title for article in titles.search("red bridge")]
    assert set(listed[:2]) == {TITLES[0], TITLES[10]}
    assert set(listed[2:]) == {TITLES[1], TITLES[2]}
    assert titles.search("paris bridge night")[0].title in (TITLES[2], TITLES[10])


def test_common_words_do_not_crowd_out_what_matches_best(tmp_path: Path) -> None:
    names = [f"The news of day {number}" for number in range(300)]
    titles = titles_of(tmp_path, *names, "The long story of how a footbridge was built over rivers of gold")
    assert titles.search("of the footbridge")[0].title.endswith("gold")
    assert titles.search("news footbridge gold")[0].title.endswith("gold")
    assert titles.search("day 299")[0].title == names[299]
    assert len(titles.search("the", limit=200)) == 200


def test_nothing_typed_lists_the_first_titles_and_nonsense_nothing(titles: TitleSearch) -> None:
    assert [article.title for article in titles.search("  ", limit=3)] == sorted(TITLES, key=str.casefold)[:3]
    assert titles.search("zzzzqqqq xxxxwwww") == []
    assert titles.search("!!!") == []


def test_no_more_than_the_limit(titles: TitleSearch) -> None:
    assert len(titles.search("the", limit=2)) == 2
    assert len(titles.search("", limit=100)) == len(titles) == len(TITLES)


def test_pages_go_through_all_titles_in_order(titles: TitleSearch) -> None:
    pages = [titles.page(first, 4) for first in range(0, 16, 4)]
    assert [len(page) for page in pages] == [4, 4, 3, 0]
    listed = [article.title for page in pages for article in page]
    assert sorted(listed) == sorted(TITLES)
    assert listed.index("Bridges of Paris and their builders") < listed.index("The green bridge")


def test_a_key_is_short_and_finds_its_article_alone(titles: TitleSearch) -> None:
    for number, title in enumerate(TITLES):
        key = article_key(f"id/{number:03}")
        assert re.fullmatch(r"[\w-]{12}", key, re.ASCII)
        article = titles.find(key)
        assert article is not None
        assert article.title == title
    assert titles.find(article_key("id/999")) is None


@pytest.mark.parametrize(
    "forged", ["", "x", "A" * 12, "é" * 12, "=" * 12, "A" * 11 + "\n", "A" * 13, "\ud800" * 12]
)
def test_what_is_no_key_finds_nothing(titles: TitleSearch, forged: str) -> None:
    assert titles.find(forged) is None


def test_an_article_is_named_by_key_id_or_title(titles: TitleSearch) -> None:
    for text in (article_key("id/000"), "id/000", "the RED bridge", " The red bridge "):
        article = titles.resolve(text)
        assert article is not None
        assert article.id == "id/000"
    for text in ("", "The red", "id/0", "the red bridges", "\ud800"):
        assert titles.resolve(text) is None


def test_of_equal_titles_the_first_is_resolved_and_all_are_found(tmp_path: Path) -> None:
    titles = titles_of(tmp_path, "Notes", "Notes", "notes")
    article = titles.resolve("NOTES")
    assert article is not None
    assert article.id == "id/000"
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
def search(titles: TitleSearch) -> Callable[[str], list[str]]:
    return lambda typed: [article.id for article in titles.search(typed)]


@pytest.mark.slow
@settings(deadline=None, max_examples=200)
@given(st.text(st.characters(), max_size=120))
def test_anything_can_be_typed(search: Callable[[str], list[str]], typed: str) -> None:
    ids = search(typed)
    assert len(ids) == len(set(ids)) <= 25
    assert search(typed) == ids


def test_keys_of_ids_with_half_a_surrogate_pair_are_keys() -> None:
    assert len(article_key("a\udcff")) == 12
