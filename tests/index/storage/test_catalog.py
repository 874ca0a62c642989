"""The catalog: what goes in comes out, with rows that run through all articles."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from index.errors import IndexDamagedError, UnknownArticleError
from index.records import NO_BLOCK, Article, Block, BlockKind, Cell, Link, Passage, Sentence
from index.storage import catalog
from index.storage.catalog import Catalog, article_key
from index.storage.catalog_writer import CatalogWriter

FIRST = Article(
    "a/één 😀",
    "One",
    "Up. Down. Left.",
    "a/één 😀.txt",
    "https://x.test/?a=1",
    "2017-06-07",
    "A B",
    (
        Block(BlockKind.PARAGRAPH, 0, 9, links=(Link(0, 2, "https://x.test"),), page=3),
        Block(BlockKind.TABLE_ROW, 10, 15, ("Ways", "Out"), "Go:", (Cell("Side", 10, 15),), level=2),
    ),
)
EMPTY = Article("b%20?#", "Two", "", "b%20?#.md", blocks=(NO_BLOCK,))
SECOND = Article("c", "Three", "Up.", "c.txt", blocks=(Block(BlockKind.PARAGRAPH, 0, 3),), updated=7)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "odd name %20?mode=rw#ü"
    folder.mkdir()
    with CatalogWriter(folder) as writer:
        spans = [Sentence(0, 3), Sentence(4, 9), Sentence(10, 15, 1)]
        writer.add(FIRST, spans, [Passage(0, 9, 0, 2), Passage(10, 15, 2, 3)])
        writer.add(EMPTY, [], [])
        writer.add(SECOND, [Sentence(0, 3)], [Passage(0, 3, 0, 1)])
        assert (writer.articles, writer.sentences, writer.passages) == (3, 4, 3)
    return folder


def test_articles_come_back_whole(folder: Path) -> None:
    read = Catalog(folder)
    assert [read.article(row.row) for row in read.articles()] == [FIRST, EMPTY, SECOND]
    assert [row.characters for row in read.articles()] == [15, 0, 3]
    assert [row.sentence_rows for row in read.articles()] == [range(3), range(3, 3), range(3, 4)]
    assert [row.passage_rows for row in read.articles()] == [range(2), range(2, 2), range(2, 3)]
    assert read.spans(0) == [Sentence(0, 3), Sentence(4, 9), Sentence(10, 15, 1)]
    assert read.passages(0) == [Passage(0, 9, 0, 2), Passage(10, 15, 2, 3)]
    assert read.spans(1) == []


def test_sentences_keep_the_asked_order_and_know_their_neighbours(folder: Path) -> None:
    read = Catalog(folder)
    last, first, middle = read.sentences([3, 0, 1])
    assert (last.text, last.article, last.number) == ("Up.", 2, 0)
    assert (first.text, first.article) == ("Up.", 0)
    assert (first.terms, first.terms_before, first.terms_after, first.terms_above) == ("", "", "", "one ")
    assert (middle.start, middle.end, middle.terms_before, middle.terms_after) == (4, 9, "", "left")
    (row,) = read.sentences([2])
    assert (row.block, row.terms_above) == (FIRST.blocks[1], "one way go side")
    assert read.texts([2])[0].block == FIRST.blocks[1]
    assert list(read.terms()) == [[], [], ["left", "way", "go", "side"], []]
    places = read.places_of([3, 0, 2, 1])
    assert [(place.article, place.passage) for place in places] == [(2, 2), (0, 0), (0, 1), (0, 0)]
    assert places[0].wording == places[1].wording  # "Up." twice
    assert len({place.wording for place in places}) == 3
    assert read.sentences_in([2, 0]) == [0, 1, 3]
    assert read.article_row(2).id == "c"
    assert [row.passage for row in read.sentences([0, 1, 2, 3])] == [0, 0, 1, 2]


def test_a_sentence_of_several_articles_has_copies(folder: Path) -> None:
    read = Catalog(folder)
    assert read.copies(0) == read.copies(3) == ({2: 3, 0: 0}, 2)  # "Up.", of `SECOND` changed last
    assert read.copies(1) == ({}, 0)


def test_more_sentences_than_one_statement_takes(folder: Path) -> None:
    rows = [number % 4 for number in range(5000)]
    assert [sentence.row for sentence in Catalog(folder).sentences(rows)] == rows


def test_an_unknown_row_is_an_error(folder: Path) -> None:
    with pytest.raises(KeyError):
        Catalog(folder).sentences([0, 4])


def test_an_unknown_id_names_the_nearest(tmp_path: Path) -> None:
    with CatalogWriter(tmp_path) as writer:
        for name in ("coalition-strikes", "News/Raqqa"):
            writer.add(Article(name, "", "", f"{name}.txt"), [], [])
    read = Catalog(tmp_path)
    assert read.row("News/Raqqa") == 1
    with pytest.raises(UnknownArticleError, match=r"'coalition-strike'; the nearest: coalition-strikes$"):
        read.row("coalition-strike")
    assert read.nearest_ids("news/raqa") == ["News/Raqqa"]
    assert read.nearest_ids("coal") == ["coalition-strikes"]
    assert len(read.nearest_ids("zzz")) == 1
    with pytest.raises(UnknownArticleError):
        read.row("\x00" * 100_000)


def test_ids_are_found_by_how_they_begin_whatever_their_case(tmp_path: Path) -> None:
    with CatalogWriter(tmp_path) as writer:
        for name in ("A", "Straße/one", "a", "straße/two"):
            writer.add(Article(name, "", "", f"{name}.txt"), [], [])
    read = Catalog(tmp_path)
    assert [article.id for article in read.articles("STRASSE/")] == ["Straße/one", "straße/two"]
    assert [article.id for article in read.articles("a")] == ["A", "a"]
    assert read.articles("tra") == read.articles("\ud800") == []
    assert read.articles("") == read.articles()
    assert read.nearest_ids("STRASSE") == ["Straße/one", "straße/two"]
    assert read.nearest_ids("a", n=2) == ["A", "a"]


def test_an_article_is_found_by_its_key(folder: Path) -> None:
    article = Catalog(folder).article_by_key(article_key(FIRST.id))
    assert article is not None
    assert article.id == FIRST.id
    assert Catalog(folder).article_by_key("none") is None


def test_threads_share_a_catalog(folder: Path) -> None:
    read = Catalog(folder)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: read.sentences([n % 4])[0].row, range(400)))
    assert answers == [n % 4 for n in range(400)]


def test_reading_writes_nothing_and_survives_removal(folder: Path) -> None:
    folder.chmod(0o500)
    try:
        read = Catalog(folder)
        assert [path.name for path in folder.iterdir()] == [catalog.CATALOG_FILE]
    finally:
        folder.chmod(0o700)
    (folder / catalog.CATALOG_FILE).unlink()
    assert read.article(0) == FIRST


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + bytes(4000)])
def test_a_foreign_file_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / catalog.CATALOG_FILE).write_bytes(content)
    with pytest.raises(IndexDamagedError, match=catalog.CATALOG_FILE):
        Catalog(tmp_path)


def test_a_missing_file_is_damage(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError, match=catalog.CATALOG_FILE):
        Catalog(tmp_path)
