"""The library: an open index that answers questions with citations.

The way of a question: clean → encode → retrieve → rank → read → compose.
"""

import time
from collections.abc import Sequence
from typing import Self

from index.answering import clean_question, compose
from index.catalog import ArticleRow, Catalog
from index.config import Config
from index.confidence import Calibration
from index.encoder import Encoder
from index.errors import FootnoteError
from index.ranking import Ranker
from index.reader import Reader, RetrievalReader
from index.records import Answer, Article, Question, Sentence, Source
from index.retriever import Retriever


class Library:
    """An open index; safe to share between threads, and untouched by a newer one that is published."""

    def __init__(
        self, retriever: Retriever, encoder: Encoder, reader: Reader, *, threshold: float, top_k: int
    ) -> None:
        self._retriever = retriever
        self._encoder = encoder
        self._ranker = Ranker.load()
        self._reader = reader
        self._threshold = threshold
        self._top_k = top_k

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
        EmptyQuestionError and UnknownArticleError.
        """
        started = time.perf_counter()
        asked = clean_question(question)
        row = None if article is None else self.catalog.row(article)
        (vector,) = self._encoder.encode_queries([asked])
        candidates = self._retriever.retrieve(asked, vector, row)
        ranked = self._ranker.rank(asked, candidates, self._retriever.idf)
        readings = self._reader.read(asked, ranked, self._retriever.idf)
        return compose(
            asked,
            readings,
            self._source,
            self._top_k if top_k is None else top_k,
            self._threshold if threshold is None else threshold,
            (time.perf_counter() - started) * 1000,
        )

    def ask_many(
        self,
        questions: Sequence[Question],
        *,
        top_k: int | None = None,
        threshold: float | None = None,
    ) -> list[Answer | FootnoteError]:
        """Answer questions in order; one that cannot be answered yields its error in its place.

        Each is encoded by itself: in a batch the padding would change the last digits of its vector, and the
        same question would not give the same answer.
        """
        replies: list[Answer | FootnoteError] = []
        for question in questions:
            try:
                replies.append(
                    self.ask(question.text, article=question.article, top_k=top_k, threshold=threshold)
                )
            except FootnoteError as error:
                replies.append(error)
        return replies
