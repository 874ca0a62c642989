"""Questions that come from the web: checked, put into the queue, and remembered for the pages that follow."""

from bot.live.live_library import LiveLibrary
from bot.live.question_queue import DeadlineError, LibraryAnswer, QuestionQueue, QueueFullError
from bot.telemetry.meter import Meter
from index.errors import FootnoteError, StoreBusyError, StoreUnavailableError
from index.recently_used import RecentlyUsed
from index.records import Answer, clean_question
from index.retrieval.retriever import CANDIDATES

QUESTION_LIMIT = 500
"""Characters of a question that is accepted."""

MOST_REMEMBERED = 256
"""Answers that are remembered; a page that is opened from one marks what was cited."""


class QuestionTooLongError(FootnoteError):
    """A question has more than `QUESTION_LIMIT` characters."""


class WebQuestions:
    """Asks the questions of one site; belongs to one event loop."""

    def __init__(
        self,
        live_library: LiveLibrary,
        question_queue: QuestionQueue,
        meter: Meter,
        most_remembered: int = MOST_REMEMBERED,
    ) -> None:
        self._live_library = live_library
        self._question_queue = question_queue
        self._meter = meter
        self._remembered: RecentlyUsed[tuple[str, str, str | None], Answer] = RecentlyUsed(most_remembered)

    async def ask(self, question: str, article: str | None = None, top_k: int = CANDIDATES) -> LibraryAnswer:
        """Answer a question that `checked` returned, and remember the answer if all citations were asked for.

        Raises what `QuestionQueue.ask` does.
        """
        outcome = "failed"
        try:
            given = await self._question_queue.ask(question, article=article, top_k=top_k)
            outcome = "answered" if given.answer.answerable else "declined"
        except (QueueFullError, StoreBusyError, StoreUnavailableError):
            outcome = "busy"
            raise
        except DeadlineError:
            outcome = "late"
            raise
        except FootnoteError:
            outcome = "invalid"
            raise
        finally:
            self._meter.questions.labels("web", outcome).inc()
        if top_k == CANDIDATES:
            self._remembered[given.library.generation, question, article] = given.answer
        return given

    def remembered(self, question: str, article: str | None = None) -> Answer | None:
        """Return the answer that was given to a question lately, from the index that is in use."""
        return self._remembered.get((self._live_library.library.generation, question, article))


def checked(question: str) -> str:
    """Return a question as it is asked. Raises EmptyQuestionError and QuestionTooLongError."""
    text = clean_question(question)
    if len(text) > QUESTION_LIMIT:
        raise QuestionTooLongError(
            f"A question can have {QUESTION_LIMIT} characters; this one has {len(text):,}."
        )
    return text
