"""What a new index takes over from the earlier one: whole articles, and the vectors of texts that stay."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np

from index.arrays import Floats, Rows
from index.records import Article, Passage, Sentence
from index.storage.catalog import Catalog
from index.storage.generations import Generation
from index.storage.input_state import FileState, InputState
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors


@dataclass(frozen=True, slots=True)
class PreviousIndex:
    """The index that there was, opened."""

    generation: Generation
    state: InputState
    catalog: Catalog
    sentences: Vectors
    passages: Vectors

    @classmethod
    def load(cls, generation: Generation) -> Self:
        """Open the index of a generation. Raises IndexDamagedError."""
        folder = generation.folder
        return cls(
            generation,
            InputState.read(folder),
            Catalog(folder),
            Vectors.load(folder / SENTENCES_FILE),
            Vectors.load(folder / PASSAGES_FILE),
        )


@dataclass(frozen=True, slots=True)
class UnchangedArticle:
    """An article of which nothing changed since the index `earlier`, where it has the row `row`."""

    state: FileState
    earlier: PreviousIndex
    row: int

    def parts(self) -> tuple[Article, Sequence[Sentence], Sequence[Passage]]:
        """Read the article, its sentences and its passages."""
        catalog = self.earlier.catalog
        return catalog.article(self.row), catalog.spans(self.row), catalog.passages(self.row)


@dataclass(slots=True)
class ReadArticle:
    """An article that was read anew."""

    state: FileState
    article: Article
    sentences: Sequence[Sentence] = ()
    passages: Sequence[Passage] = ()

    def parts(self) -> tuple[Article, Sequence[Sentence], Sequence[Passage]]:
        """Return the article, its sentences and its passages."""
        return self.article, self.sentences, self.passages


ArticleEntry = UnchangedArticle | ReadArticle
Span = Sentence | Passage


@dataclass(slots=True)
class Sources:
    """Where the vectors of the new rows come from: a row of the earlier index, or the -1-n-th fresh text."""

    fresh: dict[str, int]
    """Texts to embed, each once, by number; sentences and passages share them."""
    places: list[Rows] = field(default_factory=list)

    def take(self, rows: range) -> None:
        """Append the vectors of the earlier index's `rows`."""
        self.places.append(np.arange(rows.start, rows.stop))

    def add(self, texts: Sequence[str], known: dict[str, int]) -> None:
        """Append vectors of `texts`; `known` are texts of the earlier index with their rows."""
        places = [
            known[text] if text in known else -1 - self.fresh.setdefault(text, len(self.fresh))
            for text in texts
        ]
        self.places.append(np.array(places, dtype=np.int64))

    def gather(self, earlier: Vectors | None, embedded: Floats) -> Floats:
        """Collect the vectors: float32 [rows, dimension]."""
        places = np.concatenate([np.empty(0, dtype=np.int64), *self.places])
        vectors = np.empty((len(places), embedded.shape[1]), dtype=np.float32)
        fresh = places < 0
        vectors[fresh] = embedded[-1 - places[fresh]]
        if earlier is not None:
            vectors[~fresh] = earlier.at(places[~fresh])
        return vectors


def find_sources(
    entries: Iterable[ArticleEntry], vectors_from: PreviousIndex | None
) -> tuple[Sources, Sources]:
    """Find where the vectors of sentences and of passages come from.

    `donor` is an index of the same model: a changed article keeps the vectors of its unchanged sentences, a
    renamed or copied one all. A text is embedded once, wherever it stands.
    """
    fresh: dict[str, int] = {}
    sentences, passages = Sources(fresh), Sources(fresh)
    by_file, by_content = _rows(vectors_from) if vectors_from else ({}, {})
    for entry in entries:
        if isinstance(entry, UnchangedArticle):
            row = entry.earlier.catalog.article_row(entry.row)
            sentences.take(row.sentence_rows)
            passages.take(row.passage_rows)
            continue
        known_sentences: dict[str, int] = {}
        known_passages: dict[str, int] = {}
        for number in {by_file.get(entry.state.file), by_content.get(entry.state.digest)}:
            if vectors_from and number is not None:
                text, row = (
                    vectors_from.catalog.article(number).text,
                    vectors_from.catalog.article_row(number),
                )
                known_sentences |= zip(
                    _cut(text, vectors_from.catalog.spans(number)), row.sentence_rows, strict=True
                )
                known_passages |= zip(
                    _cut(text, vectors_from.catalog.passages(number)), row.passage_rows, strict=True
                )
        sentences.add(_cut(entry.article.text, entry.sentences), known_sentences)
        passages.add(_cut(entry.article.text, entry.passages), known_passages)
    return sentences, passages


def _rows(vectors_from: PreviousIndex) -> tuple[dict[str, int], dict[str, int]]:
    """Find the rows of the donor's articles by file and by content."""
    rows = {
        state: vectors_from.catalog.row(state.id)
        for state in vectors_from.state.files.values()
        if state.skipped is None
    }
    return {s.file: row for s, row in rows.items()}, {s.digest: row for s, row in rows.items()}


def _cut(text: str, spans: Iterable[Span]) -> list[str]:
    return [text[span.start : span.end] for span in spans]
