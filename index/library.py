"""The library: an open index that answers questions with citations.

The way of a question: clean → encode → retrieve → rank → read → compose.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Self

import numpy as np

from index.config import Config
from index.errors import FootnoteError, IndexStaleError, ModelDamagedError
from index.models.encoder import Encoder
from index.models.span_model import SpanModel
from index.reading.compose import compose
from index.reading.reader import RankedQuestion, Reader, Reading, UnusableReader
from index.reading.reader_choice import load_span_model, make_reader
from index.records import Answer, Article, Question, Sentence, Source, clean_question
from index.retrieval.ranking import Ranker
from index.retrieval.retriever import CANDIDATES, Retriever
from index.retrieval.title_search import Titles
from index.storage.bm25 import Bm25
from index.storage.catalog import ArticleRow, Catalog
from index.storage.fingerprint import difference, fingerprint
from index.storage.generations import Generation, check_encoder, open_current
from index.storage.input_state import FILE as STATE_FILE
from index.storage.vectors import PASSAGES_FILE, SENTENCES_FILE, Vectors


@dataclass(frozen=True, slots=True)
class _Models:
    """What a library has beside its index; for a reader that cannot be loaded, why."""

    encoder: Encoder
    reader: SpanModel | ModelDamagedError | None

    @classmethod
    def load(cls, config: Config, generation: Generation) -> Self:
        with ThreadPoolExecutor(2) as background:
            checked = background.submit(check_encoder, generation.encoder)  # its 90 MB take a while to read
            model = background.submit(load_span_model, config, generation)
            try:
                encoder = Encoder.load(generation.encoder)
            finally:
                checked.result()  # says better than the loading what is wrong
        try:
            return cls(encoder, model.result())
        except ModelDamagedError as error:
            return cls(encoder, error)


class Library:
    """An open index; safe to share between threads, and untouched by a newer one that is published."""

    def __init__(
        self,
        generation: Generation,
        retriever: Retriever,
        models: _Models,
        *,
        threshold: float,
        top_k: int,
    ) -> None:
        self._generation = generation
        self._catalog = retriever.catalog
        self._retriever = retriever
        self._models = models
        self._encoder = models.encoder
        self._ranker = Ranker.load()
        self._reader: Reader = (
            UnusableReader(models.reader)
            if isinstance(models.reader, ModelDamagedError)
            else make_reader(models.reader, retriever.catalog)
        )
        self._threshold = threshold
        self._top_k = top_k
        self._titles: Titles | None = None
        self._lock = Lock()

    @classmethod
    def open(cls, config: Config, earlier: "Library | None" = None) -> Self:
        """Open the index of `config` after comparing all its files with their checksums.

        An `earlier` library of the same configuration shares its models where they are the same. Raises
        IndexMissingError, IndexStaleError and IndexDamagedError. Where Footnote's own reader is damaged,
        `ask` raises ModelDamagedError.
        """
        return open_current(config.index_directory, lambda found: cls._load(found, config, earlier))

    @classmethod
    def _load(cls, generation: Generation, config: Config, earlier: "Library | None") -> Self:
        if changed := difference(generation.fingerprint, fingerprint(generation.fingerprint["model"])):
            raise IndexStaleError(changed)
        models = earlier._models_for(generation) if earlier else None
        catalog = Catalog(generation.folder)
        sentences = Vectors.load(generation.folder / SENTENCES_FILE)
        retriever = Retriever(
            catalog,
            sentences,
            Vectors.load(generation.folder / PASSAGES_FILE),
            Bm25.load(generation.folder, len(sentences)),
        )
        return cls(
            generation,
            retriever,
            models or _Models.load(config, generation),
            threshold=config.answer.threshold,
            top_k=config.answer.citations,
        )

    def _models_for(self, generation: Generation) -> _Models | None:
        """Return the models of this library if they are those of `generation`, too."""
        own, models = self._generation, self._models
        same = (own.encoder, own.reader) == (generation.encoder, generation.reader)
        return models if same and not isinstance(models.reader, ModelDamagedError) else None

    @property
    def generation(self) -> str:
        """Name of the index's generation; it changes with every update."""
        return self._generation.folder.name

    @property
    def fingerprint(self) -> str:
        """Name what the index holds, in 16 hexadecimal digits: equal for equal articles and models."""
        return _fingerprint(self._generation)

    @property
    def titles(self) -> Titles:
        """What finds articles by title; made when it is first asked for, seconds for a million of them."""
        with self._lock:
            if self._titles is None:
                self._titles = Titles.load(self._catalog)
            return self._titles

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
        (answer,) = self._ask([Question(question, article, top_k)], threshold)
        if isinstance(answer, FootnoteError):
            raise answer
        return answer

    def ask_many(self, questions: Sequence[Question]) -> list[Answer | FootnoteError]:
        """Answer several questions at once, each as `ask` would, on all cores until the last is done.

        An error takes the place of its own answer and of no other. The time of an answer is that since the
        call: what its asker waited for.
        """
        return self._ask(questions, None)

    def _ask(self, questions: Sequence[Question], threshold: float | None) -> list[Answer | FootnoteError]:
        started = time.perf_counter()
        asked = [self._find(question) for question in questions]
        found = [one for one in asked if isinstance(one, RankedQuestion)]
        try:
            readings = iter(self._reader.read(found))
        except FootnoteError as error:
            return [copy(error) if isinstance(one, RankedQuestion) else one for one in asked]
        return [
            self._compose(one, next(readings), threshold, started) if isinstance(one, RankedQuestion) else one
            for one in asked
        ]

    def _find(self, question: Question) -> RankedQuestion | FootnoteError:
        """Find and rank the candidates for a question."""
        try:
            asked = clean_question(question.question)
            count = question.top_k or self._top_k
            row = None if question.article is None else self._catalog.row(question.article)
            # Alone: in a batch it would be padded, and its vector, then its answer, differ in the last bits.
            (vector,) = self._encoder.encode_queries([asked])
            if not self._encoder.knows(asked):
                vector = np.zeros_like(vector)  # near nothing, not near all else that the model cannot read
            candidates = self._retriever.retrieve(asked, vector, row, max(CANDIDATES, count))
            idf = cache(self._retriever.idf)
            return RankedQuestion(asked, self._ranker.rank(asked, candidates, idf), idf, count)
        except FootnoteError as error:
            return error

    def _compose(
        self, asked: RankedQuestion, readings: Sequence[Reading], threshold: float | None, started: float
    ) -> Answer | FootnoteError:
        least = self._threshold if threshold is None else threshold
        try:
            elapsed_ms = (time.perf_counter() - started) * 1000
            return compose(asked.question, readings, self._source, least, elapsed_ms)
        except FootnoteError as error:
            return error

    def _source(self, row: int) -> Source:
        article = self._catalog.article_row(row)
        return Source(article.id, article.title, article.url)


def published_fingerprint(config: Config) -> str:
    """Return `Library.fingerprint` of the index that would be opened now, without opening it.

    Raises IndexMissingError, IndexStaleError and IndexDamagedError.
    """
    return open_current(config.index_directory, _fingerprint, check=False)


def _fingerprint(generation: Generation) -> str:
    files = {name: sha256 for name, sha256 in generation.files.items() if name != STATE_FILE}
    reader = generation.reader and generation.reader.sha256
    named = [generation.fingerprint, generation.encoder.name, reader, files]
    return hashlib.sha256(json.dumps(named, sort_keys=True).encode()).hexdigest()[:16]
