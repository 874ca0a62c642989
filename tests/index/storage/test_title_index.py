"""The index of titles: their order, and which of them match the most words."""

from pathlib import Path

import pytest

from index.records import Article
from index.storage.catalog import CATALOG_FILE, Catalog
from index.storage.catalog_writer import CatalogWriter
from index.storage.title_index import FoldedTitle, TitleIndex, fold_title, title_words

TITLES = ("The red bridge at night", "Élan vital", "The red bridge", "橋の東京", "the bridge, red", "Elan")


def write(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    with CatalogWriter(folder) as writer:
        for number, title in enumerate(TITLES):
            writer.add(Article(str(number), title, "", f"{number}.txt"), [], [])
    return folder


@pytest.fixture
def index(tmp_path: Path) -> TitleIndex:
    return Catalog(write(tmp_path)).titles


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("  The Café's_door, 2017 ", ["the", "cafe", "s", "door", "2017"]),
        ("東京 Tower", ["東", "京", "tower"]),
        ("สวน", ["ส", "ว", "น"]),
        ("???", []),
    ],
)
def test_titles_are_folded_and_split(title: str, words: list[str]) -> None:
    assert title_words(fold_title(title)) == words


def test_pages_and_beginnings_are_in_alphabetical_order(index: TitleIndex) -> None:
    assert index.page(0, 3) + index.page(3, 9) == [5, 1, 4, 2, 0, 3]
    assert index.beginning_with("elan", 9) == [FoldedTitle(5, "elan"), FoldedTitle(1, "elan vital")]
    assert index.beginning_with("the red", 1) == [FoldedTitle(2, "the red bridge")]
    assert (index.equal("the red bridge"), index.equal("the red")) == (2, None)


def articles(titles: list[FoldedTitle]) -> set[int]:
    return {title.article for title in titles}


def test_of_many_matches_those_of_the_fewest_words_are_listed(index: TitleIndex) -> None:
    assert articles(index.matching('"br" * AND "red"', 9)) == {0, 2, 4}
    assert articles(index.matching('"br" * AND "red"', 2)) == {2, 4}
    assert articles(index.matching('"br" AND "red"', 9)) == set()
    assert articles(index.matching('"橋" AND "京"', 9)) == {3}
    most = ['"red"', '"night"', '"ela" *']
    assert articles(index.matching_most(most, 1)) == {0}
    assert articles(index.matching_most(most, 9)) == {0, 1, 2, 4, 5}


def test_the_words_of_all_titles_are_kept_by_their_initials(index: TitleIndex) -> None:
    words = index.words()
    assert words["e"] == "elan"
    assert words["橋"] == "橋"
    assert sorted(words) == sorted({*"abenrtv", *"橋の東京"})


def test_equal_titles_make_equal_files(tmp_path: Path) -> None:
    one, other = (write(tmp_path / name) / CATALOG_FILE for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()
