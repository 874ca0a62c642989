"""Search in a database: the scores of BM25 and of the vectors are those that the files give."""

import numpy as np
import pytest

from index.storage.bm25 import Bm25
from index.storage.postgres import maintenance
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Connection, Database
from index.storage.postgres.search import PostgresSearch, PostgresVectors
from tests.support.stored_articles import TEXTS, publish
from tests.support.word_vectors import word_vector

QUESTION = "Which cat sleeps, and which cat drinks?"
TERMS = ["cat", "sleep", "cat", "drink", "unknown"]


def test_every_sentence_has_all_scores(store: Database) -> None:
    catalog, searched = PostgresCatalog(store, 0, [0]), PostgresSearch(store, 0, [0])
    vector = word_vector(QUESTION)
    found = searched.pool(TERMS, vector, 100, 20, 100).sentences
    rows = [row for article in catalog.articles() for row in article.sentence_rows]
    assert [one.row for one in found] == rows
    exact = Bm25.build(catalog.terms()).scores(TERMS)
    assert np.allclose([one.lexical for one in found], exact, rtol=1e-6)
    sentences = PostgresVectors(store, 0, "sentence_vectors", 16).at(rows)
    assert np.allclose([one.dense for one in found], sentences @ vector, atol=1e-6)
    passages = PostgresVectors(store, 0, "passages", 16).at([one.passage for one in found])
    assert np.allclose([one.passage_score for one in found], passages @ vector, atol=1e-6)
    places = [(place.article, place.passage, place.wording) for place in catalog.places_of(rows)]
    assert [(one.article, one.passage, one.wording) for one in found] == places


def test_the_pool_is_what_was_asked_for(store: Database) -> None:
    catalog, searched = PostgresCatalog(store, 0, [0]), PostgresSearch(store, 0, [0])
    vector = word_vector("A cat drinks milk.")
    (nearest,) = searched.pool([], vector, 1, 0, 0).sentences
    assert catalog.sentences([nearest.row])[0].text == "A cat drinks milk."
    (best,) = searched.pool(["drink"], vector, 0, 0, 1).sentences
    assert best.row == nearest.row
    inside = searched.pool([], vector, 0, 1, 0).sentences
    assert {one.passage for one in inside} == {nearest.passage}


def test_the_commonest_words_count_in_sentences_that_are_near_or_have_a_rarer_one(store: Database) -> None:
    catalog, searched = PostgresCatalog(store, 0, [0]), PostgresSearch(store, 0, [0], most_postings=1)
    exact = Bm25.build(catalog.terms()).scores(TERMS)
    found = searched.pool(TERMS, word_vector(QUESTION), 100, 20, 100)
    assert np.allclose([one.lexical for one in found.sentences], exact, rtol=1e-6)
    rarest = min(found.statistics.frequencies, key=lambda term: (found.statistics.frequencies[term], term))
    scores = dict(zip((one.row for one in found.sentences), exact, strict=True))
    with_rarest = searched.best_by_words([rarest], 100)
    best = searched.best_by_words(TERMS, 100)
    assert best == sorted(with_rarest, key=lambda row: (-scores[row], row))
    every = PostgresSearch(store, 0, [0]).best_by_words(TERMS, 100)
    assert len(every) == np.count_nonzero(exact) > len(best) > 0


def test_a_library_that_grows_large_is_searched_as_such_at_once(store: Database) -> None:
    catalog, vector = PostgresCatalog(store, 0, [0]), word_vector("A cat drinks milk.")
    searched = PostgresSearch(store, 0, [0], exact_up_to=catalog.sentence_count)
    before = searched.pool([], vector, 1, 0, 0)
    publish(store, {"mice": "Mice\n\nMice eat cheese."})
    with store.writing(0, "articles", 0) as connection:
        maintenance.tend(connection, 0, exact_up_to=2)
    after = searched.pool([], vector, 1, 0, 0)
    assert after.statistics.sentences > before.statistics.sentences
    assert [one.row for one in after.sentences] == [one.row for one in before.sentences]


def test_a_question_is_searched_alike_behind_one_that_was_widened(store: Database) -> None:
    searched, vector = PostgresSearch(store, 0, [0], exact_up_to=2), word_vector("A cat drinks milk.")
    with store.writing(0, "articles", 0) as connection:
        maintenance.tend(connection, 0, exact_up_to=2)

    def candidates_kept(connection: Connection) -> list[str]:
        kept = []
        for sentences in (100, 400, 100):
            searched.pool([], vector, sentences, 20, 0)
            kept.append(connection.execute("SHOW hnsw.ef_search").fetchall()[0][0])
        return kept

    assert store.snapshot(0, candidates_kept) == ["200", "400", "200"]


def test_an_article_is_searched_alone(store: Database) -> None:
    catalog, searched = PostgresCatalog(store, 0, [0]), PostgresSearch(store, 0, [0])
    rows = catalog.article_row(catalog.row("dogs")).sentence_rows
    vector = word_vector("A dog barks.")
    all_of_it = searched.article_pool(TERMS, vector, rows, 100, 100).sentences
    assert [one.row for one in all_of_it] == list(rows)
    best = searched.article_pool(TERMS, vector, rows, 1, 1).sentences
    texts = {one.text for one in catalog.sentences(one.row for one in best)}
    assert texts == {"A dog barks.", "A dog chases a cat."}


def test_vectors_come_back_to_the_last_bit(store: Database) -> None:
    catalog = PostgresCatalog(store, 0, [0])
    rows = catalog.article_row(catalog.row("cats")).sentence_rows
    expected = [word_vector(one.text) for one in catalog.sentences(rows)]
    assert (PostgresVectors(store, 0, "sentence_vectors", 16).at(list(rows)) == np.array(expected)).all()
    with pytest.raises(IndexError):
        PostgresVectors(store, 0, "sentence_vectors", 16).at([1])


def test_a_large_library_is_searched_by_an_index(store: Database) -> None:
    numbers = {f"n{n}": f"Number {n}\n\nThe cat {n} has {n * 7} toys." for n in range(40)}
    publish(store, numbers)
    with store.writing(0, "articles", 0) as connection:
        maintenance.tend(connection, 0, exact_up_to=2)
        assert maintenance.index_state(connection, "sentence_vectors_nearest_16")
    searched, vector = PostgresSearch(store, 0, [0], exact_up_to=2), word_vector("A cat drinks milk.")
    (nearest,) = searched.pool([], vector, 1, 0, 0).sentences
    assert PostgresCatalog(store, 0, [0]).sentences([nearest.row])[0].text == TEXTS["cats"].split(". ")[1]
