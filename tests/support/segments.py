"""Indexes of several segments that are small, and their comparison with those that are built at once."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np

from index.building import segment_plan
from index.config import Config
from index.models.encoder import Encoder
from index.retrieval.opening import open_files
from index.retrieval.retriever import Retriever
from index.retrieval.title_search import TitleSearch
from index.storage.catalog_records import ArticleRow, article_key
from index.storage.generations import Generation, open_current
from index.storage.segments import Segments

QUESTIONS = ("How long does a cat sleep?", "Who predicts a long fight?", "Did it rain in Paris?", "zzz")
TYPED = ("", "c", "cat", "the", "wea", "fight raqqa", "mices", "notes on")


def small_segments(setattribute: Callable[[object, str, object], None], merged: int = 0) -> None:
    """Let every change become a segment of its own, however small the index is.

    One that is less than `merged` times as large as what is new is written again with that.
    """
    setattribute(segment_plan, "MERGED", merged)
    setattribute(segment_plan, "SEGMENTS_FROM", 1)
    setattribute(segment_plan, "SMALL", 0)
    setattribute(segment_plan, "MOST_APART", 10**9)


def segments(config: Config) -> int:
    """Count the segments of an index."""
    found = open_current(config.index_directory, lambda generation: Segments.read(generation.folder))
    return found.count if found else 1


def check_same(config: Config, other: Config) -> None:
    """Check that two indexes say the same of everything, whatever their segments."""
    (one, encoder), (two, _) = _open(config), _open(other)
    assert len(one.catalog) == len(two.catalog)
    assert _listed(one.catalog.articles()) == _listed(two.catalog.articles())
    assert one.catalog.paths() == two.catalog.paths()
    for article in one.catalog.articles():
        row = article.row
        assert one.catalog.article(row) == two.catalog.article(row)
        assert one.catalog.spans(row) == two.catalog.spans(row)
        assert one.catalog.passages(row) == two.catalog.passages(row)
        begun = [_listed(catalog.articles(article.id[:3])) for catalog in (one.catalog, two.catalog)]
        assert begun[0] == begun[1]
        by_key = [catalog.article_by_key(article_key(article.id)) for catalog in (one.catalog, two.catalog)]
        assert [found and found.row for found in by_key] == [row, row]
        for name in (article.id, article.file, article.id[1:], f"{article.id}x"):
            assert one.catalog.find_row(name) == two.catalog.find_row(name)
            assert one.catalog.nearest_ids(name) == two.catalog.nearest_ids(name)
    _check_sentences(one, two)
    _check_titles(TitleSearch(one.catalog), TitleSearch(two.catalog))
    for question in QUESTIONS:
        (vector,) = encoder.encode_queries([question])
        found, expected = (retriever.retrieve(question, vector) for retriever in (one, two))
        assert [replace(c, section=0) for c in found] == [replace(c, section=0) for c in expected]
        assert one.lexical.scores(question.lower().split()).tolist() == (
            two.lexical.scores(question.lower().split()).tolist()
        )


def _check_sentences(one: Retriever, two: Retriever) -> None:
    rows = range(len(two.sentences))
    assert len(one.sentences) == len(rows)
    assert one.catalog.places_of(rows) == two.catalog.places_of(rows)
    assert [s._replace(section=0) for s in one.catalog.sentences(reversed(rows))] == [
        s._replace(section=0) for s in two.catalog.sentences(reversed(rows))
    ]
    assert [text._replace(section=0) for text in one.catalog.texts(rows)] == [
        text._replace(section=0) for text in two.catalog.texts(rows)
    ]
    assert [one.catalog.copies(row) for row in rows] == [two.catalog.copies(row) for row in rows]
    passages = range(len(two.passages))
    assert [one.catalog.sentences_in([row]) for row in passages] == [
        two.catalog.sentences_in([row]) for row in passages
    ]
    assert np.array_equal(one.sentences.at(rows), two.sentences.at(rows))
    assert np.array_equal(one.passages.at(passages), two.passages.at(passages))


def _check_titles(one: TitleSearch, two: TitleSearch) -> None:
    assert _listed(one.page(0, 100)) == _listed(two.page(0, 100))
    for first in range(len(two)):
        assert _listed(one.page(first, 2)) == _listed(two.page(first, 2))
    for typed in TYPED:
        assert _listed(one.search(typed)) == _listed(two.search(typed))


def _listed(articles: Iterable[ArticleRow]) -> list[ArticleRow]:
    """Leave out which block of its segment an article begins with."""
    return [replace(article, first_block=0) for article in articles]


def _open(config: Config) -> tuple[Retriever, Encoder]:
    def load(generation: Generation) -> tuple[Retriever, Encoder]:
        return open_files(generation), Encoder.load(generation.encoder)

    return open_current(config.index_directory, load)
