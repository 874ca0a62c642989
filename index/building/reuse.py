"""Reuse of the previous index in a new one: whole articles, and the vectors of texts that stay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Self

import numpy as np

from index.arrays import Floats, Rows
from index.building.stored_vectors import GatheredVectors
from index.records import NO_BLOCK, Article, Passage, Sentence
from index.segmentation.folding import fold_text
from index.segmentation.rendering import above, embedded_text
from index.storage.index_files import OneCatalog, OneVectors, open_catalog, open_vectors
from index.storage.input_state import FileState, InputState, ModelState
from index.storage.published import AnyGeneration, StoredLibrary

if TYPE_CHECKING:
    from index.storage.postgres.catalog import PostgresCatalog
    from index.storage.postgres.search import PostgresVectors


@dataclass(frozen=True, slots=True)
class PreviousIndex:
    """The index that an update starts from, opened."""

    generation: AnyGeneration
    state: InputState
    catalog: "OneCatalog | PostgresCatalog"
    sentences: "OneVectors | PostgresVectors"
    passages: "OneVectors | PostgresVectors"
    rows: Mapping[str, int]
    """Rows of the articles that are of the files in `state`, by id."""

    @classmethod
    def load(cls, generation: AnyGeneration) -> Self:
        """Open what is published of a library. Raises IndexDamagedError and StoreError."""
        if isinstance(generation, StoredLibrary):
            return cls._load_stored(generation)
        folder = generation.folder
        catalog = open_catalog(folder)
        return cls(
            generation,
            InputState.read(folder),
            catalog,
            *open_vectors(folder),
            {id_: row for row, id_, _ in catalog.paths()},
        )

    @classmethod
    def _load_stored(cls, library: StoredLibrary) -> Self:
        from index.storage.postgres.catalog import PostgresCatalog
        from index.storage.postgres.search import PostgresVectors

        store, tenant = library.database, library.tenant
        catalog = PostgresCatalog(store, tenant, [tenant])
        # Nothing is known yet of files that this machine has never published.
        unknown = InputState(ModelState("", "", "", library.fingerprint.model), None, {})
        return cls(
            library,
            library.read_inputs() or unknown,
            catalog,
            PostgresVectors(store, tenant, "sentence_vectors", library.dimension),
            PostgresVectors(store, tenant, "passages", library.dimension),
            catalog.rows_of_source(library.source),
        )


@dataclass(slots=True)
class UnchangedArticle:
    """An article that is in the `previous` index, in the row `row`, as it is now except for its id."""

    state: FileState
    previous: PreviousIndex
    row: int

    def parts(self) -> tuple[Article, Sequence[Sentence], Sequence[Passage]]:
        """Read the article, its sentences and its passages."""
        catalog = self.previous.catalog
        article = replace(catalog.article(self.row), id=self.state.id)
        return article, catalog.spans(self.row), catalog.passages(self.row)


@dataclass(slots=True)
class ReadArticle:
    """An article that was read from its file."""

    state: FileState
    article: Article
    sentences: Sequence[Sentence] = ()
    passages: Sequence[Passage] = ()

    def parts(self) -> tuple[Article, Sequence[Sentence], Sequence[Passage]]:
        """Return the article, its sentences and its passages."""
        return replace(self.article, id=self.state.id), self.sentences, self.passages


ArticleEntry = UnchangedArticle | ReadArticle


@dataclass(slots=True)
class VectorSources:
    """Where the vectors of a new index's rows come from.

    Each place is a row of the previous index, or -1 - n for the n-th of the new texts.
    """

    new_texts: dict[str, int]
    """Texts to embed, each once, with their numbers; sentences and passages share them."""
    places: list[Rows] = field(default_factory=list)

    def append_rows(self, rows: range) -> None:
        """Append the vectors of the previous index's `rows`."""
        self.places.append(np.arange(rows.start, rows.stop))

    def append_texts(self, texts: Sequence[str], previous_rows: dict[str, int]) -> None:
        """Append the vectors of `texts`; `previous_rows` are rows of the previous index by their texts."""
        places = [
            previous_rows[text]
            if text in previous_rows
            else -1 - self.new_texts.setdefault(text, len(self.new_texts))
            for text in texts
        ]
        self.places.append(np.array(places, dtype=np.int64))

    def gather(self, previous: "OneVectors | PostgresVectors | None", embedded: Floats) -> GatheredVectors:
        """Return the vectors, those of the new texts from `embedded`: [rows, dimension]."""
        places = np.concatenate([np.empty(0, dtype=np.int64), *self.places])
        return GatheredVectors(places, previous, embedded)


def find_vector_sources(
    entries: Iterable[ArticleEntry], vectors_from: PreviousIndex | None
) -> tuple[VectorSources, VectorSources]:
    """Find where the vectors of sentences and of passages come from.

    `vectors_from` is an index of the same model: a changed article keeps the vectors of its unchanged
    sentences, a renamed or copied one keeps all. A text is embedded once, wherever it stands.
    """
    new_texts: dict[str, int] = {}
    sentences, passages = VectorSources(new_texts), VectorSources(new_texts)
    by_file, by_content = _rows_by_file_and_content(vectors_from) if vectors_from else ({}, {})
    for entry in entries:
        if isinstance(entry, UnchangedArticle):
            row = entry.previous.catalog.article_row(entry.row)
            sentences.append_rows(row.sentence_rows)
            passages.append_rows(row.passage_rows)
            continue
        sentence_rows: dict[str, int] = {}
        passage_rows: dict[str, int] = {}
        for number in {by_file.get(entry.state.file), by_content.get(entry.state.digest)}:
            if vectors_from and number is not None:
                catalog = vectors_from.catalog
                article, row = catalog.article(number), catalog.article_row(number)
                spans, runs = catalog.spans(number), catalog.passages(number)
                sentence_rows |= zip(sentence_texts(article, spans), row.sentence_rows, strict=True)
                passage_rows |= zip(passage_texts(article, spans, runs), row.passage_rows, strict=True)
        article = entry.article
        sentences.append_texts(sentence_texts(article, entry.sentences), sentence_rows)
        passages.append_texts(passage_texts(article, entry.sentences, entry.passages), passage_rows)
    return sentences, passages


def _rows_by_file_and_content(index: PreviousIndex) -> tuple[dict[str, int], dict[str, int]]:
    """Return the catalog rows of the index's articles, by file and by content."""
    rows = [(state, index.rows[state.id]) for state in index.state.files.values() if state.skipped is None]
    return {state.file: row for state, row in rows}, {state.digest: row for state, row in rows}


def sentence_texts(article: Article, sentences: Iterable[Sentence]) -> list[str]:
    """Return what is embedded of each sentence: with its headings, lead-in and column names."""
    return [
        embedded_text(
            article.text[sentence.start : sentence.end],
            sentence.start,
            article.blocks[sentence.block] if article.blocks else NO_BLOCK,
        )
        for sentence in sentences
    ]


def passage_texts(article: Article, sentences: Sequence[Sentence], passages: Iterable[Passage]) -> list[str]:
    """Return what is embedded of each passage: with the headings above its first sentence."""
    texts = []
    for passage in passages:
        block = article.blocks[sentences[passage.first].block] if article.blocks else NO_BLOCK
        text = article.text[passage.start : passage.end]
        texts.append(fold_text(above(block.section) + text).text)
    return texts
