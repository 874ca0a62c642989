"""Library: an open index that answers questions with citations.

A question is cleaned and encoded; sentences are retrieved, ranked and read; the answer is composed of them.
"""

import hashlib
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache, partial
from typing import Self, TypeVar

import numpy as np

from index.arrays import Floats
from index.config import Config
from index.errors import FootnoteError, IndexStaleError, ModelDamagedError, StoreError
from index.memory import return_unused
from index.models.encoder import Encoder
from index.models.span_model import SpanModel, cores
from index.reading.compose import compose
from index.reading.explanation import Explanation, search_words, unknown_words
from index.reading.links import with_links
from index.reading.list_answers import asks_for_several, with_list_items
from index.reading.reader import RankedQuestion, Reader, Reading
from index.reading.reader_choice import load_span_model, make_reader
from index.reading.repeated_sentences import merge_copies
from index.records import Answer, Article, Candidate, Question, Sentence, clean_question
from index.retrieval.opening import AnyRetriever, joined, open_database, open_files
from index.retrieval.ranking import Ranker
from index.retrieval.retriever import CANDIDATES, COPIES
from index.retrieval.spelling import Spelling
from index.retrieval.title_search import TitleSearch
from index.segmentation.folding import fold_text
from index.segmentation.search_terms import terms
from index.storage.catalog import ArticleRow
from index.storage.fingerprint import difference, fingerprint
from index.storage.generations import check_encoder
from index.storage.joined import TwoCatalogs
from index.storage.published import AnyGeneration, StoredLibrary, content_fingerprint, open_published

_ASKED_AHEAD = 1
"""Questions that are looked up and read at once beyond one a core, so that the reader never waits for any."""

Answered = Callable[[int, Answer | FootnoteError], None]
"""Gets the place of a question among those that came together, and its answer."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Models:
    """What a library has beside its index, and may share with others.

    `damaged` tells that the reader's model could not be loaded.
    """

    encoder: Encoder
    span_model: SpanModel | None
    damaged: bool = False
    spelling: Spelling = field(default_factory=Spelling)

    @classmethod
    def load(cls, config: Config, generation: AnyGeneration) -> Self:
        """Load the models of an index. Raises IndexDamagedError, and ModelDamagedError for the encoder."""
        with ThreadPoolExecutor(2) as background:
            encoder_check = background.submit(check_encoder, generation.encoder)  # its 90 MB take a while
            span_model = background.submit(load_span_model, config, generation)
            try:
                encoder = Encoder.load(generation.encoder)
            finally:
                encoder_check.result()  # names the damage better than the failure to load does
        return_unused()  # loading leaves some 50 MB of it
        try:
            return cls(encoder, span_model.result())
        except ModelDamagedError:
            return cls(encoder, None, damaged=True)


class Library:
    """An open index; safe to share between threads, and untouched by a newer one that is published.

    Its `models` are those of the library that it was opened after or joined with, if they are the same.
    """

    def __init__(
        self,
        generation: AnyGeneration,
        retriever: AnyRetriever,
        models: Models,
        config: Config,
        common: "Library | None" = None,
    ) -> None:
        self._generation = generation
        self._common = common
        self._catalog = retriever.catalog
        self._retriever = retriever
        self.models = models
        self._config = config
        self._ranker = Ranker.load()
        self._reader = None if models.damaged else make_reader(models.span_model, retriever.catalog)

    @classmethod
    def open(cls, config: Config, earlier: "Library | None" = None) -> Self:
        """Open the index of `config` after comparing all its files with their checksums.

        An `earlier` library of the same configuration shares its models if they are the same. Raises
        IndexMissingError, IndexStaleError and IndexDamagedError, and StoreError for a database. If Footnote's
        own reader is damaged, articles can be listed and shown all the same; `ask` loads it again, and raises
        ModelDamagedError.
        """
        return open_published(config, partial(cls._load, config=config, earlier=earlier))

    @classmethod
    def _load(cls, generation: AnyGeneration, config: Config, earlier: "Library | None") -> Self:
        if changed := difference(generation.fingerprint, fingerprint(generation.fingerprint.model)):
            raise IndexStaleError(changed)
        models = earlier._models_for(generation) if earlier else None
        if isinstance(generation, StoredLibrary):
            if not generation.encoder.is_dir():
                raise IndexStaleError("the encoder has not been exported on this machine yet")
            retriever: AnyRetriever = open_database(generation)
        else:
            retriever = open_files(generation)
        return cls(generation, retriever, models or Models.load(config, generation), config)

    def _models_for(self, generation: AnyGeneration) -> Models | None:
        """Return the models of this library if they are those of `generation`, too."""
        own, models = self._generation, self.models
        same = _model_names(own) == _model_names(generation)
        return models if same and not models.damaged else None

    def joined_with(self, common: "Library") -> "Library":
        """Return a library that answers from the articles of both as if one index held them.

        The models and the settings are those of `common`. Raises IndexStaleError if this index has vectors of
        another model.
        """
        if changed := difference(self._generation.fingerprint, common._generation.fingerprint):
            raise IndexStaleError(changed)
        retriever = joined(self._retriever, common._retriever)
        return Library(self._generation, retriever, common.models, common._config, common)

    @property
    def generation(self) -> str:
        """Name of the index's generation; it changes with every update."""
        name = self._generation.name
        return f"{name}+{self._common.generation}" if self._common else name

    @property
    def fingerprint(self) -> str:
        """Name what the index holds, in 16 hexadecimal digits: equal for equal articles and models."""
        own = content_fingerprint(self._generation)
        if self._common is None:
            return own
        return hashlib.sha256(f"{own}+{self._common.fingerprint}".encode()).hexdigest()[:16]

    @property
    def titles(self) -> TitleSearch:
        """Search for articles by title."""
        return TitleSearch(self._catalog)

    def articles(self, beginning: str = "") -> list[ArticleRow]:
        """List the articles by id, without their texts: all, or those whose ids begin with `beginning`."""
        return self._catalog.articles(beginning)

    def article(self, article_id: str) -> Article:
        """Read the article with that id, file or title, or that alone begins so, in any case.

        Raises UnknownArticleError, which names the nearest ids.
        """
        return self._catalog.article(self.titles.row_called(article_id))

    def common_id(self, article_id: str) -> str | None:
        """Return the id that an article has in the library that this was joined with, if it was with one.

        None if the article is not in that one; the id itself if this was joined with none.
        """
        catalog = self._catalog
        return catalog.id_in_second(article_id) if isinstance(catalog, TwoCatalogs) else article_id

    def sentences(self, article_id: str) -> list[Sentence]:
        """Read where the sentences of an article stand, in order; `article_id` is as for `article`."""
        return self._catalog.spans(self.titles.row_called(article_id))

    def ask(
        self,
        question: str,
        *,
        article: str | None = None,
        top_k: int | None = None,
        threshold: float | None = None,
    ) -> Answer:
        """Answer a question with `top_k` citations, or say that the articles do not.

        `article` narrows it to one article, which is named as for the method `article`; `top_k` and
        `threshold` default to the configured ones. Raises EmptyQuestionError, UnknownArticleError, and
        ValueError for a `top_k` below 1.
        """
        (answer,) = self._ask([Question(question, article, top_k)], threshold)
        if isinstance(answer, FootnoteError):
            raise answer
        return answer

    def question_vectors(self, questions: Sequence[str]) -> Floats:
        """Return the normalised vectors of questions: zeros for one whose words the encoder does not know."""
        encoder = self.models.encoder
        vectors = encoder.encode_queries([fold_text(question).text for question in questions])
        vectors[[not encoder.knows(question) for question in questions]] = 0
        return vectors

    def explain(self, question: str, *, article: str | None = None, top_k: int | None = None) -> Explanation:
        """Explain the answer that `ask` gives to a question: it is looked up and read once more.

        Raises as `ask` does.
        """
        return self._at_once(lambda: self._explanation(question, article, top_k))

    def _explanation(self, question: str, article: str | None, top_k: int | None) -> Explanation:
        ranked = self._rank(Question(question, article, top_k))
        if isinstance(ranked, FootnoteError):
            raise ranked
        why = self._loaded_reader().explain(ranked)
        rows = [compared.candidate.article for compared in why.compared]
        articles = self._catalog.article_rows(rows)
        words = search_words(ranked.question)
        return replace(
            why,
            compared=tuple(
                replace(compared, article=article.id)
                for compared, article in zip(why.compared, articles, strict=True)
            ),
            words=tuple(words),
            unknown=unknown_words(words, lambda term: self._retriever.frequency(term) > 0),
        )

    def ask_many(
        self, questions: Sequence[Question], answered: Answered = lambda *_: None
    ) -> list[Answer | FootnoteError]:
        """Answer several questions at once, each as `ask` would, on all cores until the last is done.

        They are looked up at the same time, too, and what several people ask alike is answered once.
        An error takes the place of its own answer and of no other. `answered` gets each answer as soon as
        it is there, in whatever thread, with its place among the questions. The time of an answer is that
        from the call until then.
        """
        return self._ask(questions, None, answered)

    def _ask(
        self, questions: Sequence[Question], threshold: float | None, answered: Answered = lambda *_: None
    ) -> list[Answer | FootnoteError]:
        started = time.perf_counter()
        places: dict[Question, list[int]] = {}
        for place, question in enumerate(questions):
            places.setdefault(question, []).append(place)

        def tell(question: Question, answer: Answer | FootnoteError) -> Answer | FootnoteError:
            for place in places[question]:
                answered(place, answer)
            return answer

        def answer_alone(question: Question) -> Answer | FootnoteError:
            return tell(question, *self._answers([question], threshold, started))

        different = list(places)
        if len(different) > 1 and not isinstance(self._generation, StoredLibrary):
            with ThreadPoolExecutor(cores() + _ASKED_AHEAD) as pool:
                found = list(pool.map(answer_alone, different))
        else:  # in a database, one connection sees one state
            try:
                found = self._at_once(lambda: self._answers(different, threshold, started))
            except StoreError as error:
                found = [error] * len(different)
            found = list(map(tell, different, found))
        answers = dict(zip(different, found, strict=True))
        return [answers[question] for question in questions]

    def _at_once(self, work: Callable[[], T]) -> T:
        """Return what `work` returns; it reads one state of the library, whatever is published meanwhile."""
        generation = self._generation
        if not isinstance(generation, StoredLibrary):
            return work()
        return generation.database.snapshot(generation.tenant, lambda _: work())

    def _answers(
        self, questions: Sequence[Question], threshold: float | None, started: float
    ) -> list[Answer | FootnoteError]:
        """Answer questions in this thread: all are looked up, then all are read in one pass."""
        ranked = [self._rank(question) for question in questions]
        readings = iter(self._read([item for item in ranked if isinstance(item, RankedQuestion)]))
        return [
            self._compose(item, next(readings), threshold, started)
            if isinstance(item, RankedQuestion)
            else item
            for item in ranked
        ]

    def _rank(self, question: Question) -> RankedQuestion | FootnoteError:
        """Find and rank the candidates for a question."""
        try:
            text = clean_question(question.question)
            count = question.top_k or self._config.answer.citations
            row = None if question.article is None else self.titles.row_called(question.article)
            # Copies are one citation. Up to `CANDIDATES`, `top_k` does not change what is ranked.
            wanted = count + 4 * COPIES if count > CANDIDATES else CANDIDATES
            typed, candidates = text, self._candidates(text, row, wanted)
            text = self.models.spelling.corrected(typed, self._is_found, (found.text for found in candidates))
            if text != typed:
                candidates = self._candidates(text, row, wanted)
            idf = cache(self._retriever.idf)
            ranked = self._ranker.rank(text, candidates, idf)
            before = None if text == typed else typed
            return RankedQuestion(text, ranked, idf, count, question.top_k, row is not None, before)
        except StoreError:
            raise
        except FootnoteError as error:
            return error

    def _candidates(self, text: str, article: int | None, count: int) -> list[Candidate]:
        encoder = self.models.encoder
        # Alone: in a batch it would be padded, and its vector, then its answer, differ in the last bits.
        (vector,) = encoder.encode_queries([fold_text(text).text])
        if not encoder.knows(text):
            # Similar to nothing; otherwise every text of unknown words would match.
            vector = np.zeros_like(vector)
        return self._retriever.retrieve(text, vector, article, count)

    def _is_found(self, word: str) -> bool:
        return any(self._retriever.frequency(term) > 0 for term in terms(word))

    def _read(self, questions: Sequence[RankedQuestion]) -> list[list[Reading] | FootnoteError]:
        """Read for all questions in one pass, or for each by itself if one of them fails."""
        try:
            return [*self._loaded_reader().read(questions)]
        except StoreError:
            raise
        except FootnoteError as error:
            if len(questions) == 1:
                return [error]
            return [result for question in questions for result in self._read([question])]

    def _loaded_reader(self) -> Reader:
        if self._reader is None:  # damaged when the library was opened: it may have been repaired since
            span_model = load_span_model(self._config, self._generation)
            self._reader = make_reader(span_model, self._catalog)
        return self._reader

    def _compose(
        self,
        question: RankedQuestion,
        readings: Sequence[Reading] | FootnoteError,
        threshold: float | None,
        started: float,
    ) -> Answer | FootnoteError:
        if isinstance(readings, FootnoteError):
            return readings
        least = self._config.answer.threshold if threshold is None else threshold
        maybe_from = self._config.answer.maybe_from(least)
        try:
            elapsed_ms = (time.perf_counter() - started) * 1000
            cited = merge_copies(question, readings, self._catalog)
            likely = bool(cited) and cited[0].reading.score >= maybe_from
            if likely and asks_for_several(question.question):
                cited = with_list_items(cited, self._catalog.texts)[: question.limit]
            cited = with_links(cited, self._catalog)
            answer = compose(question.question, cited, least, maybe_from, elapsed_ms)
            if question.typed is None:
                return answer
            return replace(answer, question=question.typed, read_as=question.question)
        except StoreError:
            raise
        except FootnoteError as error:
            return error


def published_fingerprint(config: Config) -> str:
    """Return `Library.fingerprint` of the index that would be opened now, without opening it.

    Raises IndexMissingError, IndexStaleError and IndexDamagedError.
    """
    return open_published(config, content_fingerprint, check=False)


def _model_names(generation: AnyGeneration) -> tuple[str, str | None]:
    """Name the models of a generation; their names tell their contents, in whatever folder they are."""
    reader = generation.exported_reader
    return generation.encoder.name, reader.folder.name if reader else None
