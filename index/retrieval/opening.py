"""Opening of what finds sentences: over the files of an index, over a database, or over two of either."""

from typing import TYPE_CHECKING, TypeAlias

from index.retrieval.retriever import Retriever
from index.storage.generations import Generation
from index.storage.index_files import (
    OneBm25,
    OneCatalog,
    OneVectors,
    open_bm25,
    open_catalog,
    open_vectors,
)
from index.storage.joined import JoinedBm25, JoinedCatalog, JoinedVectors
from index.storage.published import StoredLibrary

if TYPE_CHECKING:
    from index.retrieval.database_retriever import DatabaseRetriever

AnyRetriever: TypeAlias = "Retriever | DatabaseRetriever"


def open_files(generation: Generation) -> Retriever:
    """Open the files of a generation. Raises IndexDamagedError."""
    folder = generation.folder
    sentences, passages = open_vectors(folder)
    return Retriever(open_catalog(folder), sentences, passages, open_bm25(folder, sentences))


def open_database(library: StoredLibrary) -> "DatabaseRetriever":
    """Open a library in a database: nothing is read yet."""
    # Imported here: only who has the library in a database has what talks to it.
    from index.retrieval.database_retriever import DatabaseRetriever
    from index.storage.postgres.catalog import PostgresCatalog
    from index.storage.postgres.search import PostgresSearch

    store, tenant = library.database, library.tenant
    catalog = PostgresCatalog(store, tenant, [tenant], library.facts.articles)
    return DatabaseRetriever(catalog, PostgresSearch(store, tenant, [tenant]))


def joined(own: AnyRetriever, common: AnyRetriever) -> AnyRetriever:
    """Return what finds sentences in both, as if one index held them. Raises TypeError if one is joined."""
    if not isinstance(own, Retriever) and not isinstance(common, Retriever):
        return _joined_tenant(own, len(own.catalog) + len(common.catalog))
    if not isinstance(own, Retriever) or not isinstance(common, Retriever):
        raise TypeError("a library in a database is not joined with one in a folder")
    own_catalog, own_sentences, own_passages, own_lexical = _single(own)
    catalog, sentences, passages, lexical = _single(common)
    return Retriever(
        JoinedCatalog(own_catalog, catalog),
        JoinedVectors(own_sentences, sentences),
        JoinedVectors(own_passages, passages),
        JoinedBm25(own_lexical, lexical),
    )


def _joined_tenant(own: "DatabaseRetriever", size: int) -> "DatabaseRetriever":
    from index.retrieval.database_retriever import DatabaseRetriever
    from index.storage.postgres.joined import JoinedPostgresCatalog
    from index.storage.postgres.search import PostgresSearch

    if isinstance(own.catalog, JoinedPostgresCatalog):
        raise TypeError("a library that was joined cannot be joined again")
    catalog = JoinedPostgresCatalog(own.catalog.database, own.catalog.tenant, size)
    return DatabaseRetriever(catalog, PostgresSearch(catalog.database, catalog.tenant, catalog.scope))


def _single(retriever: Retriever) -> tuple[OneCatalog, OneVectors, OneVectors, OneBm25]:
    """Return the parts of what finds sentences in an index that is not itself joined of two."""
    catalog, lexical = retriever.catalog, retriever.lexical
    sentences, passages = retriever.sentences, retriever.passages
    if (
        isinstance(catalog, JoinedCatalog)
        or isinstance(sentences, JoinedVectors)
        or isinstance(passages, JoinedVectors)
        or isinstance(lexical, JoinedBm25)
    ):
        raise TypeError("a library that was joined cannot be joined again")
    return catalog, sentences, passages, lexical
