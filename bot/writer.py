"""Writer: has the language model of the configuration write about answers, and what it writes checked."""

import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bot.remedies import remedy_for
from bot.shown_citations import citations_worth_showing, shown_citations
from index.config import Config
from index.errors import ConfigurationError, FootnoteError, LanguageModelError, Reason
from index.records import Answer
from index.writer_section import KEY_VARIABLE
from index.writing.protocols import LanguageModel, SupportChecker
from index.writing.support import load_support_model
from index.writing.writer import write
from index.writing.written_answer import WritingLimits, WrittenAnswer, WrittenSentence, make_written_answer

log = logging.getLogger(__name__)


class Writer:
    """Writes about answers with the language model that a configuration names.

    The model, and what speaks to it, is loaded when it is first asked: an answer is shown before that.
    """

    def __init__(
        self,
        config: Config,
        environment: Mapping[str, str] = os.environ,
        load_checker: Callable[[], SupportChecker | None] = load_support_model,
    ) -> None:
        """Take the model of a configuration; raises ConfigurationError if it names none.

        What `load_checker` returns judges each sentence that no rule strikes.
        """
        if not config.writer.llm:
            raise ConfigurationError(
                f"{config.named('writer.llm')}: no language model is named",
                reason=Reason.LANGUAGE_MODEL_NOT_CONFIGURED,
            )
        self._section = config.writer
        self._key = environment.get(KEY_VARIABLE, "").strip()
        self._limits = WritingLimits(config.writer.sentences, config.writer.tokens, config.writer.timeout)
        self._model: LanguageModel | None = None
        self._load_checker = load_checker
        self._checker: SupportChecker | None = None
        self._damage: FootnoteError | None = None
        self._loading = threading.Lock()  # a bot writes about several answers at once

    @property
    def model(self) -> str:
        """Name of the language model."""
        return self._section.model_name

    def write(
        self, answer: Answer, stop: threading.Event | None = None
    ) -> Iterator[WrittenSentence | WrittenAnswer]:
        """Yield each checked sentence about an answer, and then the written answer.

        The model sees the citations that a person does, and the footnotes are their numbers: as programs see
        them, or those of `numbered_as_shown`. Once another thread sets `stop`, nothing more is read or
        yielded. Raises nothing that is expected.
        """
        if not answer.answerable:  # nothing is written, so nothing is loaded
            yield make_written_answer((), self.model)
            return
        seen = replace(answer, citations=citations_worth_showing(answer))
        try:
            model = self.language_model()
            checker = self._support_checker()
        except FootnoteError as error:
            yield make_written_answer((), self.model, failure=error)
            return
        yield from write(answer.read_as or answer.question, seen, model, checker, self._limits, stop)

    def write_whole(self, answer: Answer) -> WrittenAnswer:
        """Return the written answer that `write` ends with; a failure is a warning, too."""
        *_, last = self.write(answer)
        assert isinstance(last, WrittenAnswer)  # noqa: S101 - as `write` promises
        if problem := explained_failure(last):
            log.warning("%s", problem)
        return last

    def language_model(self) -> LanguageModel:
        """Return the language model, which is loaded the first time. Raises FootnoteError if it cannot be."""
        with self._loading:
            if self._model is None:
                from index.llamaindex.language_models import open_language_model

                self._model = open_language_model(self._section, self._key)
            return self._model

    def _support_checker(self) -> SupportChecker | None:
        """Return what judges sentences, loaded the first time. Raises FootnoteError if it is damaged."""
        with self._loading:
            if self._damage is not None:
                raise self._damage
            if self._checker is None:
                try:
                    self._checker = self._load_checker()
                except FootnoteError as error:  # to find it out again would take as long again
                    self._damage = error
                    raise
            return self._checker


def numbered_as_shown(answer: Answer) -> Answer:
    """Return an answer with the citations that a person sees, numbered as they are shown."""
    return replace(answer, citations=shown_citations(answer))


def explained_failure(written: WrittenAnswer) -> str:
    """Say in one line why nothing more was written, and what helps; "" if nothing went wrong."""
    if written.failure is None:
        return ""
    error = LanguageModelError(written.problem, written.remedy, reason=written.failure, model=written.model)
    remedy = remedy_for(error)
    return f"{written.problem}. {remedy}".rstrip()
