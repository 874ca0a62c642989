"""Writer: asks a language model for sentences, checks each as it comes, and lets none through unchecked."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from index.errors import LanguageModelError, Reason
from index.records import Answer
from index.segmentation.search_terms import fold
from index.writing.claims import QuestionWords, SourceWords, cited_sources, strike_reason
from index.writing.prompt import DECLINED, given_citations, make_messages
from index.writing.protocols import LanguageModel, SupportChecker
from index.writing.sentence_citations import CitedSentence, SentenceStream
from index.writing.written_answer import (
    StrikeReason,
    WritingLimits,
    WrittenAnswer,
    WrittenSentence,
    make_written_answer,
)

CHARACTERS_PER_TOKEN = 10
"""Code points of a token at most: a model that writes more keeps to no limit."""


def write(
    question: str,
    answer: Answer,
    language_model: LanguageModel,
    checker: SupportChecker | None = None,
    limits: WritingLimits | None = None,
    stop: threading.Event | None = None,
) -> Iterator[WrittenSentence | WrittenAnswer]:
    """Yield each sentence that the model writes, once it is whole and checked, and then the written answer.

    The model sees the question and the citations of `answer`, whose numbers are the footnotes. If the
    articles do not say, it is not asked. A failure of the model is told by the written answer, not raised.
    Once another thread sets `stop`, nothing more is read or yielded.
    """
    limits = limits or WritingLimits()
    model = language_model.name
    given = given_citations(answer.citations) if answer.answerable else ()
    if not given:
        yield make_written_answer((), model, declined=answer.answerable)
        return
    reply = _Reply(question, [SourceWords.of(citation) for citation in given], checker, limits)
    deadline = time.monotonic() + limits.timeout
    messages = make_messages(question, given, limits.sentences)
    pieces = language_model.stream(messages, limits.tokens, deadline, stop)
    failure: LanguageModelError | None = None
    try:
        for piece in pieces:
            yield from reply.add(piece)
            if reply.is_enough:
                break
        else:
            if stop is not None and stop.is_set():  # what has come is not whole
                return
            yield from reply.end()
    except LanguageModelError as error:
        failure = error
    finally:
        with suppress(AttributeError):
            pieces.close()  # type: ignore[attr-defined]  # most are generators
    if failure is None and not reply.sentences and not reply.declined:
        failure = _nothing(model, reply)
    declined = reply.declined and not reply.sentences
    yield make_written_answer(tuple(reply.sentences), model, failure=failure, declined=declined)


def write_whole(
    question: str,
    answer: Answer,
    language_model: LanguageModel,
    checker: SupportChecker | None = None,
    limits: WritingLimits | None = None,
) -> WrittenAnswer:
    """Return the written answer that `write` ends with."""
    *_, last = write(question, answer, language_model, checker, limits)
    assert isinstance(last, WrittenAnswer)  # noqa: S101 - as `write` promises
    return last


def _nothing(model: str, reply: "_Reply") -> LanguageModelError:
    """Return why there is no sentence, though the model did not fail."""
    if reply.characters:
        reason, words = Reason.LANGUAGE_MODEL_ENDLESS, "wrote no whole sentence"
    else:
        reason, words = Reason.LANGUAGE_MODEL_EMPTY, "wrote nothing"
    return LanguageModelError(f"{model} {words}", reason=reason, model=model)


class _Reply:
    """The reply of a model so far: its checked sentences, and whether it has said enough."""

    def __init__(
        self,
        question: str,
        sources: Sequence[SourceWords],
        checker: SupportChecker | None,
        limits: WritingLimits,
    ) -> None:
        self.sentences: list[WrittenSentence] = []
        self.declined = False
        self.characters = 0
        self._question = QuestionWords(question)
        self._sources = sources
        self._checker = checker
        self._limits = limits
        self._stream = SentenceStream([source.number for source in sources])
        self._seen: set[str] = set()
        self._repeats = False

    @property
    def is_enough(self) -> bool:
        """Whether no more is wanted: there are enough sentences, or the model only repeats itself."""
        return (
            len(self.sentences) >= self._limits.sentences
            or self._repeats
            or self.declined
            or self.characters > CHARACTERS_PER_TOKEN * self._limits.tokens
        )

    def add(self, piece: str) -> Iterator[WrittenSentence]:
        """Yield the sentences that a piece completes, checked."""
        self.characters += len(piece)
        yield from self._checked(self._stream.feed(piece))

    def end(self) -> Iterator[WrittenSentence]:
        """Yield what is left at the end of the reply, checked."""
        yield from self._checked(self._stream.finish())

    def _checked(self, sentences: Sequence[CitedSentence]) -> Iterator[WrittenSentence]:
        for sentence in sentences:
            text = fold(sentence.text)
            self._repeats = self._repeats or text in self._seen
            self.declined = self.declined or text == fold(DECLINED)
            if self.is_enough:
                return
            self._seen.add(text)
            written = self._check(sentence)
            self.sentences.append(written)
            yield written

    def _check(self, sentence: CitedSentence) -> WrittenSentence:
        judged = self._checker is not None
        reason = strike_reason(sentence, self._sources, self._question, judged=judged)
        if reason is not None:
            return WrittenSentence(sentence.text, sentence.numbers, False, 0.0, reason)
        cited = cited_sources(sentence, self._sources)
        score, supported = 1.0, True
        if self._checker is not None and not _quotes(sentence.text, cited):
            score = self._support(sentence.text, cited, self._checker)
            supported = score >= self._checker.threshold
        numbers = tuple(source.number for source in cited)
        reason = None if supported else StrikeReason.UNSUPPORTED
        return WrittenSentence(sentence.text, numbers, supported, score, reason)

    @staticmethod
    def _support(text: str, cited: Sequence[SourceWords], checker: SupportChecker) -> float:
        """Return how likely the sources say so: all together, or one of them alone."""
        groups = [cited, *([source] for source in cited if len(cited) > 1)]
        return max(checker.scores([(text, _source_text(group)) for group in groups]))


def _quotes(text: str, sources: Sequence[SourceWords]) -> bool:
    """Tell whether a written sentence is one of the sources, word for word."""
    return fold(text) in [fold(source.sentence) for source in sources]


def _source_text(sources: Sequence[SourceWords]) -> str:
    """Return the sentences of some sources, a line each, below the titles and headings above them."""
    lines: list[str] = []
    title = None
    for source in sources:
        if (above := " > ".join(source.above)) != title:
            title = above
            lines.append(title)
        lines.append(source.sentence)
    return "\n".join(lines)
