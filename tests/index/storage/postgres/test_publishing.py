"""Publishing: what goes in comes out, statistics stay exact, and what is not published leaves nothing."""

import threading

import psycopg
import pytest

from index.errors import IndexBusyError
from index.storage.article_digests import article_digest, library_digest
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Database
from index.storage.postgres.publishing import Changes, Publisher
from index.storage.postgres.stored_inputs import read_library
from tests.support.stored_articles import MODELS, TEXTS, new_article, publish, stored_texts


def test_articles_come_back_whole(store: Database) -> None:
    catalog = PostgresCatalog(store, 0, [0])
    for row in catalog.articles():
        new = new_article(row.id, TEXTS[row.id])
        assert catalog.article(row.row) == new.article
        assert catalog.passages(row.row) == new.passages
        assert [(s.start, s.end) for s in catalog.spans(row.row)] == [(s.start, s.end) for s in new.sentences]


def test_statistics_stay_exact_through_changes(store: Database) -> None:
    rows = PostgresCatalog(store, 0, [0]).rows_of_source("articles")
    publish(store, {"dogs": "Dogs\n\nA dog sleeps. A dog barks."}, removed=[rows["dogs"]])
    assert stored_texts(store)["dogs"] == ["Dogs", "A dog sleeps.", "A dog barks."]
    publish(store, {}, removed=[rows["cats"], rows["raqqa"]])
    assert list(stored_texts(store)) == ["dogs"]


def test_ids_may_be_exchanged(store: Database) -> None:
    rows = PostgresCatalog(store, 0, [0]).rows_of_source("articles")
    before = stored_texts(store)
    publish(store, {}, renamed={rows["cats"]: "dogs", rows["dogs"]: "cats"})
    after = stored_texts(store)
    assert (after["cats"], after["dogs"]) == (before["dogs"], before["cats"])
    assert PostgresCatalog(store, 0, [0]).row("dogs") == rows["cats"]


def test_the_digest_is_that_of_the_articles(store: Database) -> None:
    news = [new_article(id_, text) for id_, text in TEXTS.items()]
    digests = [(new.article.id, article_digest(new.article, new.sentences, new.passages)) for new in news]
    assert read_library(store, 0).content == library_digest(digests)


def test_an_interrupted_publication_leaves_nothing(store: Database) -> None:
    before = stored_texts(store), read_library(store, 0)
    added = (new_article("new", "New\n\nNothing of this stays."), new_article("cats", "Twice the same id."))
    with (
        pytest.raises(psycopg.errors.UniqueViolation),
        store.connect(autocommit=True) as connection,
    ):
        connection.execute("SET footnote.tenant = '0'")
        with connection.transaction():
            Publisher(connection, 0, "articles", MODELS).apply(Changes(added))
    assert (stored_texts(store), read_library(store, 0)) == before


def test_a_source_has_one_writer_at_a_time(store: Database) -> None:
    with store.writing(0, "articles", 0):
        with (
            pytest.raises(IndexBusyError, match="another process has been writing"),
            store.writing(0, "articles", 0),
        ):
            pass
        with store.writing(0, "another", 0), store.writing(7, "articles", 0):
            pass


def test_the_next_writer_does_not_wait_for_the_server_to_notice_that_the_last_is_gone(
    store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A busy server notices the end of a connection late; here it has not ended at all."""
    left: list[psycopg.Connection[object]] = []
    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "close", lambda connection: left.append(connection))
        for _ in range(2):
            with store.writing(0, "articles", 0):
                pass
    assert len(left) == 2
    for connection in left:
        connection.close()


def test_machines_add_different_articles_at_once(store: Database) -> None:
    """Each writes while the other has not published yet, and what both know of the words adds up."""
    both_wrote = threading.Barrier(2, timeout=60)
    errors: list[BaseException] = []

    def add(source: str) -> None:
        def articles():  # type: ignore[no-untyped-def]
            yield new_article(source, f"{source}\n\nA cat of {source} sleeps.")
            both_wrote.wait()

        try:
            with store.writing(0, source, 0) as connection, connection.transaction():
                Publisher(connection, 0, source, MODELS).apply(Changes(articles()))
        except BaseException as error:
            errors.append(error)
            both_wrote.abort()

    threads = [threading.Thread(target=add, args=(source,)) for source in ("east", "west")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert {"east", "west", *TEXTS} == set(stored_texts(store))


def test_texts_may_hold_what_the_database_does_not(store: Database) -> None:
    publish(store, {"odd": "Odd\n\nA\0b is odd."})
    assert stored_texts(store)["odd"] == ["Odd", "A\ufffdb is odd."]
