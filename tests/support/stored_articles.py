"""Articles in a database without any model: their vectors are made of their words."""

from collections.abc import Mapping, Sequence

import numpy as np

from index.records import Article, Block, BlockKind
from index.segmentation.passages import make_passages
from index.segmentation.sentences import split_sentences
from index.storage.fingerprint import fingerprint
from index.storage.postgres.catalog import PostgresCatalog
from index.storage.postgres.database import Database
from index.storage.postgres.publishing import Changes, ModelNames, NewArticle, Publisher
from tests.support.word_vectors import word_vector

MODELS = ModelNames(fingerprint("words"), "word-vectors", None, 16)
TEXTS = {
    "cats": "Cats\n\nA cat sleeps most of the day. A cat drinks milk.",
    "dogs": "Dogs\n\nA dog barks. A dog chases a cat.",
    "raqqa": "Raqqa\n\nThe general predicts a long fight. About 90,000 people live there.",
}


def new_article(id_: str, text: str) -> NewArticle:
    """Segment a text whose first line is its title."""
    blocks = (Block(BlockKind.PARAGRAPH, 0, len(text)),)
    article = Article(id_, text.partition("\n")[0], text, f"{id_}.txt", blocks=blocks, updated=7)
    sentences = split_sentences(text, blocks)
    passages = make_passages(text, sentences, lambda cut: len(cut.split()), 40)
    vectors = [word_vector(text[cut.start : cut.end]) for cut in (*sentences, *passages)]
    both = np.array(vectors, dtype=np.float32).reshape(-1, 16)
    return NewArticle(article, sentences, passages, both[: len(sentences)], both[len(sentences) :])


def publish(
    database: Database,
    texts: Mapping[str, str],
    *,
    tenant: int = 0,
    source: str = "articles",
    removed: Sequence[int] = (),
    renamed: Mapping[int, str] | None = None,
) -> None:
    """Publish articles, in the order of their ids."""
    database.make_schema()
    added = [new_article(id_, text) for id_, text in sorted(texts.items())]
    with database.writing(tenant, source, 0) as connection, connection.transaction():
        Publisher(connection, tenant, source, MODELS).apply(Changes(added, removed, renamed))


def stored_texts(database: Database, tenant: int = 0) -> dict[str, list[str]]:
    """All sentences by article, after checking that the tables agree with each other."""
    catalog = PostgresCatalog(database, tenant, [tenant])
    found = {}
    for row in catalog.articles():
        article = catalog.article(row.row)
        sentences = catalog.sentences(row.sentence_rows)
        assert all(article.text[one.start : one.end] == one.text for one in sentences)
        found[row.id] = [one.text for one in sentences]
    check_statistics(database, tenant)
    return found


def check_statistics(database: Database, tenant: int = 0) -> None:
    """Compare the statistics that publications keep with a count of everything."""

    def rows(statement: str) -> list[tuple[object, ...]]:
        return database.query(tenant, statement, (tenant,))

    kept = rows("SELECT term, sentences FROM terms WHERE tenant = %s ORDER BY term")
    counted = rows("SELECT term, count(*) FROM postings WHERE tenant = %s GROUP BY term ORDER BY term")
    assert kept == counted
    (library,) = rows("SELECT articles, sentences, passages, words FROM libraries WHERE tenant = %s")
    lengths = "SELECT sentence, max(length) AS length FROM postings WHERE tenant = %s GROUP BY sentence"
    counts = (
        *rows("SELECT count(*) FROM articles WHERE tenant = %s")[0],
        *rows("SELECT count(*) FROM sentences WHERE tenant = %s")[0],
        *rows("SELECT count(*) FROM passages WHERE tenant = %s")[0],
        *rows(f"SELECT coalesce(sum(length), 0) FROM ({lengths}) AS lengths")[0],
    )
    assert library == counts
    for table in ("sentence_vectors", "sentences"):
        assert rows(f"SELECT count(*) FROM {table} WHERE tenant = %s")[0] == (counts[1],)
