"""The library: an open index that answers questions with citations.

The way of a question: clean → encode → retrieve → rank → read → compose.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Self

import numpy as np

from index.answering import clean_question, compose
from index.catalog import ArticleRow, Catalog
from index.config import Config
from index.encoder import Encoder
from index.errors import IndexStaleError, ModelDamagedError
from index.fingerprint import difference, fingerprint
from index.lexical import Lexical
from index.ranking import Ranker
from index.reader import Reader, UnusableReader
from index.reader_choice import load_span_model, make_reader
from index.records import Answer, Article, Sentence, Source
from index.retriever import CANDIDATES, Retriever
from index.store import Generation, check_encoder, open_current
from index.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors


class Library:
    """An open index; safe to share between threads, and untouched by a newer one that is published."""

    def __init__(
        self,
        generation: Generation,
        retriever: Retriever,
        encoder: Encoder,
        reader: Reader,
        *,
        threshold: float,
        top_k: int,
    ) -> None:
        self._generation = generation
        self._catalog = retriever.catalog
        self._retriever = retriever
        self._encoder = encoder
        self._ranker = Ranker.load()
        self._reader = reader
        self._threshold = threshold
        self._top_k = top_k

    @classmethod
    def open(cls, config: Config) -> Self:
        """Open the index of `config` after comparing all its files with their checksums.

        Raises IndexMissingError, IndexStaleError and IndexDamagedError. Where Footnote's own reader is
        damaged, `ask` raises ModelDamagedError.
        """
        return open_current(config.index_directory, lambda generation: cls._load(generation, config))

    @classmethod
    def _load(cls, generation: Generation, config: Config) -> Self:
        if changed := difference(generation.fingerprint, fingerprint(generation.fingerprint["model"])):
            raise IndexStaleError(changed, "Run `footnote index`: it builds the index anew.")
        with ThreadPoolExecutor(2) as background:
            checked = background.submit(check_encoder, generation.encoder)  # its 90 MB take a while to read
            model = background.submit(load_span_model, config, generation)
            try:
                encoder = Encoder.load(generation.encoder)
            finally:
                checked.result()  # says better than the loading what is wrong
            catalog = Catalog(generation.folder)
            sentences = Vectors.load(generation.folder / SENTENCES_FILE)
            retriever = Retriever(
                catalog,
                sentences,
                Vectors.load(generation.folder / PASSAGES_FILE),
                Lexical.load(generation.folder, len(sentences)),
            )
        try:
            reader = make_reader(model.result(), catalog)
        except ModelDamagedError as error:
            reader = UnusableReader(error)
        return cls(
            generation,
            retriever,
            encoder,
            reader,
            threshold=config.answer.threshold,
            top_k=config.answer.citations,
        )

    @property
    def generation(self) -> str:
        """Name of the index's generation; it changes with every update."""
        return self._generation.folder.name

    def articles(self) -> list[ArticleRow]:
        """List the articles by id, without their texts."""
        return self._catalog.articles()

    def article(self, article_id: str) -> Article:
        """Read one article. Raises UnknownArticleError, which names the nearest ids."""
        return self._catalog.article(self._catalog.row(article_id))

    def sentences(self, article_id: str) -> list[Sentence]:
        """Read where the sentences of an article stand, in order. Raises UnknownArticleError."""
        return self._catalog.spans(self._catalog.row(article_id))

    def ask(
        self,
        question: str,
        *,
        article: str | None = None,
        top_k: int | None = None,
        threshold: float | None = None,
    ) -> Answer:
        """Answer a question with `top_k` citations, or say that the articles do not.

        `article` narrows it to one article; `top_k` and `threshold` default to the configured ones. Raises
        EmptyQuestionError, UnknownArticleError, and ValueError for a `top_k` below 1.
        """
        started = time.perf_counter()
        asked = clean_question(question)
        count = self._top_k if top_k is None else top_k
        if count < 1:
            raise ValueError(f"top_k: expected 1 or more, found {count}")
        row = None if article is None else self._catalog.row(article)
        (vector,) = self._encoder.encode_queries([asked])
        if not self._encoder.knows(asked):
            vector = np.zeros_like(vector)  # near nothing, not near all else that the model cannot read
        candidates = self._retriever.retrieve(asked, vector, row, max(CANDIDATES, count))
        idf = cache(self._retriever.idf)
        ranked = self._ranker.rank(asked, candidates, idf)
        readings = self._reader.read(asked, ranked, idf, count)
        return compose(
            asked,
            readings,
            self._source,
            self._threshold if threshold is None else threshold,
            (time.perf_counter() - started) * 1000,
        )

    def _source(self, row: int) -> Source:
        article = self._catalog.article_row(row)
        return Source(article.id, article.title, article.url)
