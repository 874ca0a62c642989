"""The queue of questions: gathered into batches, answered off the event loop, refused if too many wait."""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import ParamSpec, Self, TypeVar

from bot.config import DiscordSection
from bot.live.live_library import LiveLibrary
from bot.telemetry.meter import Meter
from index.errors import FootnoteError
from index.library import Library
from index.records import Answer, Question

HELPER_THREADS = 2
"""Threads for everything but answering: titles, articles, contexts."""
LONGEST_RETRY_AFTER = 600
"""Seconds; nobody is told to wait longer."""

_INITIAL_PACE = 0.1  # seconds that a question takes, before any was measured
_LATEST_BATCH_WEIGHT = 0.3  # in the running mean of the pace

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class RetryLaterError(Exception):
    """A question was not taken, or not answered in time; `retry_after` is a number of seconds, at least 1."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class QueueFullError(RetryLaterError):
    """Too many questions wait, or the queue is closed."""


class DeadlineError(RetryLaterError):
    """The deadline passed before there was an answer."""


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """An answer, and the library that gave it: only that one knows where the cited sentences stand."""

    answer: Answer
    library: Library


_Answered = Callable[[int, LibraryAnswer | Exception], None]


@dataclass(frozen=True, slots=True, eq=False)
class _PendingQuestion:
    """A question and the future of its answer; an error is a result too, which nobody has to retrieve."""

    question: Question
    library: Library | None
    since: float
    answer: "asyncio.Future[LibraryAnswer | Exception]"


class QuestionQueue:
    """Answers questions in their order, those that wait together in one batch, each as soon as it can.

    They are answered from the library that each names, or from the live one.

    Belongs to one event loop. `queue` is how many questions may wait, `batch` how many are computed together
    at most, `deadline` how many seconds a question may wait and be computed.
    """

    def __init__(
        self,
        live_library: LiveLibrary,
        *,
        queue: int,
        batch: int,
        deadline: float,
        meter: Meter,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._live_library = live_library
        self._most_waiting = queue
        self._batch_size = batch
        self._deadline = deadline
        self._meter = meter
        self._clock = clock
        self._waiting: dict[_PendingQuestion, None] = {}
        self._computing: list[_PendingQuestion] = []
        self._unanswered: set[_PendingQuestion] = set()  # of those
        self._computing_since = 0.0
        self._pace = _INITIAL_PACE
        self._worker_task: asyncio.Task[None] | None = None
        self._closed = False
        self._helper_calls = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="answer")
        self._helpers = ThreadPoolExecutor(HELPER_THREADS, thread_name_prefix="help")

    @classmethod
    def from_settings(cls, settings: DiscordSection, live_library: LiveLibrary, meter: Meter) -> Self:
        """Create a queue as `[discord]` configures it."""
        return cls(
            live_library,
            queue=settings.queue,
            batch=settings.batch,
            deadline=settings.deadline,
            meter=meter,
        )

    async def ask(
        self,
        question: str,
        *,
        article: str | None = None,
        top_k: int | None = None,
        library: Library | None = None,
    ) -> LibraryAnswer:
        """Answer a question as `Library.ask` of a library does: by default of the live one.

        Raises QueueFullError, DeadlineError, and the FootnoteError of this question. Cancelling one question
        leaves the others' answers alone.
        """
        if self._closed or len(self._waiting) >= self._most_waiting:
            raise QueueFullError(self.retry_after())
        loop = asyncio.get_running_loop()
        pending = _PendingQuestion(
            Question(question, article, top_k), library, self._clock(), loop.create_future()
        )
        self._waiting[pending] = None
        self._meter.queue.set(len(self._waiting))
        if self._worker_task is None:
            self._worker_task = loop.create_task(self._answer_all(), name="answer questions")
        try:
            await asyncio.wait([pending.answer], timeout=self._deadline)
        finally:
            if pending in self._waiting:
                del self._waiting[pending]
                self._meter.queue.set(len(self._waiting))
            if not pending.answer.done():
                pending.answer.cancel()
        if pending.answer.cancelled():
            raise DeadlineError(self.retry_after())
        answer = pending.answer.result()
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run other work with the library off the event loop, beside the answering.

        Goes on after `close`, for answers that are on their way. Raises QueueFullError, DeadlineError, and
        what the function raises.
        """
        if self._helper_calls >= self._most_waiting:
            raise QueueFullError(self.retry_after())
        loop = asyncio.get_running_loop()
        self._helper_calls += 1
        try:
            async with asyncio.timeout(self._deadline) as limit:
                return await loop.run_in_executor(self._helpers, lambda: function(*args, **kwargs))
        except TimeoutError:
            if limit.expired():
                raise DeadlineError(self.retry_after()) from None
            raise
        finally:
            self._helper_calls -= 1

    @property
    def is_idle(self) -> bool:
        """Tell whether no question waits or is being answered."""
        return not (self._waiting or self._unanswered)

    def retry_after(self) -> int:
        """Estimate, from the measured pace, in how many seconds all current questions will be answered."""
        pace = self._pace
        if self._computing:  # a batch that takes longer than usual
            pace = max(pace, (self._clock() - self._computing_since) / len(self._computing))
        seconds = pace * (len(self._unanswered) + len(self._waiting))
        return min(LONGEST_RETRY_AFTER, max(1, math.ceil(seconds)))

    async def close(self, within: float) -> None:
        """Take no more questions, and answer the current ones in at most `within` seconds.

        Those that have no answer by then raise QueueFullError.
        """
        self._closed = True
        unanswered = [pending.answer for pending in (*self._computing, *self._waiting)]
        if unanswered:
            await asyncio.wait(unanswered, timeout=within)
        for pending in (*self._computing, *self._waiting):
            _resolve(pending, QueueFullError(self.retry_after()))
        self._waiting.clear()
        self._meter.queue.set(0)
        self._worker.shutdown(wait=False)

    async def _answer_all(self) -> None:
        """Answer batch after batch until nobody waits."""
        try:
            while self._waiting:
                await self._answer_batch()
        finally:
            self._worker_task = None

    async def _answer_batch(self) -> None:
        batch = list(self._waiting)[: self._batch_size]
        for pending in batch:
            del self._waiting[pending]
        self._meter.queue.set(len(self._waiting))
        self._meter.batch.observe(len(batch))
        self._computing, self._unanswered = batch, set(batch)
        self._computing_since = self._clock()
        for pending in batch:
            self._meter.stage.labels("wait").observe(self._computing_since - pending.since)
        loop, live = asyncio.get_running_loop(), self._live_library.library
        asked = [(pending.library or live, pending.question) for pending in batch]

        def take(pending: _PendingQuestion, answer: LibraryAnswer | Exception) -> None:
            self._unanswered.discard(pending)
            _resolve(pending, answer)

        def answered(place: int, answer: LibraryAnswer | Exception) -> None:
            with suppress(RuntimeError):  # the loop was closed meanwhile, and nobody waits
                loop.call_soon_threadsafe(take, batch[place], answer)

        try:
            await loop.run_in_executor(self._worker, _answer_by_library, asked, answered)
        except Exception as error:
            for pending in batch:
                _resolve(pending, error)
        finally:
            self._computing, self._unanswered = [], set()
        seconds = self._clock() - self._computing_since
        self._meter.stage.labels("compute").observe(seconds)
        self._pace += _LATEST_BATCH_WEIGHT * (seconds / len(batch) - self._pace)


def _answer_by_library(asked: Sequence[tuple[Library, Question]], answered: _Answered) -> None:
    """Answer a batch in one pass over each library that is asked."""
    batches: dict[int, dict[int, Question]] = {}
    for place, (library, question) in enumerate(asked):
        batches.setdefault(id(library), {})[place] = question
    for questions in batches.values():
        library = asked[next(iter(questions))][0]
        _answer_each(library, questions, answered)


def _answer_each(library: Library, questions: Mapping[int, Question], answered: _Answered) -> None:
    """Answer a batch; if that fails as a whole, the rest one by one, so that only the culprit has none."""
    places = list(questions)
    unanswered = dict(questions)

    def tell(number: int, answer: Answer | FootnoteError) -> None:
        del unanswered[places[number]]
        answered(places[number], answer if isinstance(answer, Exception) else LibraryAnswer(answer, library))

    try:
        library.ask_many(list(questions.values()), tell)
    except Exception as error:
        if len(questions) == 1:
            answered(places[0], error)
        else:
            for place, question in unanswered.items():
                _answer_each(library, {place: question}, answered)


def _resolve(pending: _PendingQuestion, answer: LibraryAnswer | Exception) -> None:
    if not pending.answer.done():
        pending.answer.set_result(answer)
