"""Opening of what finds sentences: over the files of an index, over a database, or over two of either."""

from typing import TYPE_CHECKING, TypeAlias, TypeVar

from index.retrieval.retriever import Retriever
from index.storage.bm25 import Bm25
from index.storage.catalog import Catalog
from index.storage.generations import Generation
from index.storage.joined import JoinedBm25, JoinedCatalog, JoinedVectors
from index.storage.published import StoredLibrary
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors

if TYPE_CHECKING:
    from index.retrieval.database_retriever import DatabaseRetriever

AnyRetriever: TypeAlias = "Retriever | DatabaseRetriever"

T = TypeVar("T")


def open_files(generation: Generation) -> Retriever:
    """Open the files of a generation. Raises IndexDamagedError."""
    folder = generation.folder
    sentences = Vectors.load(folder / SENTENCES_FILE)
    return Retriever(
        Catalog(folder),
        sentences,
        Vectors.load(folder / PASSAGES_FILE),
        Bm25.load(folder, len(sentences)),
    )


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
    return Retriever(
        JoinedCatalog(_single(own.catalog, Catalog), _single(common.catalog, Catalog)),
        JoinedVectors(_single(own.sentences, Vectors), _single(common.sentences, Vectors)),
        JoinedVectors(_single(own.passages, Vectors), _single(common.passages, Vectors)),
        JoinedBm25(_single(own.lexical, Bm25), _single(common.lexical, Bm25)),
    )


def _joined_tenant(own: "DatabaseRetriever", size: int) -> "DatabaseRetriever":
    from index.retrieval.database_retriever import DatabaseRetriever
    from index.storage.postgres.joined import JoinedPostgresCatalog
    from index.storage.postgres.search import PostgresSearch

    if isinstance(own.catalog, JoinedPostgresCatalog):
        raise TypeError("a library that was joined cannot be joined again")
    catalog = JoinedPostgresCatalog(own.catalog.database, own.catalog.tenant, size)
    return DatabaseRetriever(catalog, PostgresSearch(catalog.database, catalog.tenant, catalog.scope))


def _single(part: object, kind: type[T]) -> T:
    """Return a part of an index that is not itself joined of two."""
    if not isinstance(part, kind):
        raise TypeError("a library that was joined cannot be joined again")
    return part
