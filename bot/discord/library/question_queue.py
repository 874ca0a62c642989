"""Where questions wait: gathered into batches, answered off the event loop, refused where too many wait."""

import asyncio
import logging
import math
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from bot.discord.library.live_library import LiveLibrary
from bot.discord.telemetry.meter import Meter
from index.library import Library
from index.records import Answer, Question

HELPERS = 2
"""Threads for what is not asking: titles, articles, contexts."""
LONGEST_WAIT = 600
"""Seconds; nobody is told to wait longer."""

_FIRST_GUESS = 0.1  # seconds a question takes
_NEWEST = 0.3  # weight of the latest batch in the mean

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")


class RefusedError(Exception):
    """A question was not answered in time, or not taken; `retry_after` is a number of seconds, 1 at least."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"try again in {retry_after} s")
        self.retry_after = retry_after


class Busy(RefusedError):  # noqa: N818 - a state of the desk, no mistake
    """Too many questions wait, or the desk is closed."""


class Late(RefusedError):  # noqa: N818
    """The deadline passed."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer, and the library that gave it: where its sentences stand, that one knows."""

    answer: Answer
    library: Library


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A question and the one who waits; the future holds an error as a result: it may never be looked at."""

    question: Question
    since: float
    answer: "asyncio.Future[Given | Exception]"


class QuestionQueue:
    """Answers questions from the shelf's library, those that wait together in one batch, in their order.

    Belongs to one event loop. `queue` is how many questions may wait, `batch` how many are computed together
    at most, `deadline` how many seconds a question may wait and be computed.
    """

    def __init__(
        self, live_library: LiveLibrary, *, queue: int, batch: int, deadline: float, meter: Meter
    ) -> None:
        self._live_library = live_library
        self._most_waiting = queue
        self._batch = batch
        self._deadline = deadline
        self._meter = meter
        self._waiting: dict[_Waiting, None] = {}
        self._computing: list[_Waiting] = []
        self._computing_since = 0.0
        self._pace = _FIRST_GUESS
        self._work: asyncio.Task[None] | None = None
        self._closed = False
        self._helping = 0
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="answer")
        self._helpers = ThreadPoolExecutor(HELPERS, thread_name_prefix="help")

    async def ask(self, question: str, *, article: str | None = None, top_k: int | None = None) -> Given:
        """Answer a question as `Library.ask` does.

        Raises Busy, Late, and the FootnoteError of this question. Whoever is cancelled leaves the others'
        answers alone.
        """
        if self._closed or len(self._waiting) >= self._most_waiting:
            raise Busy(self.retry_after())
        loop = asyncio.get_running_loop()
        asked = _Waiting(Question(question, article, top_k), time.monotonic(), loop.create_future())
        self._waiting[asked] = None
        self._meter.queue.set(len(self._waiting))
        if self._work is None:
            self._work = loop.create_task(self._answer_all(), name="answer questions")
        try:
            await asyncio.wait([asked.answer], timeout=self._deadline)
        finally:
            if asked in self._waiting:
                del self._waiting[asked]
                self._meter.queue.set(len(self._waiting))
            if not asked.answer.done():
                asked.answer.cancel()
        if asked.answer.cancelled():
            raise Late(self.retry_after())
        found = asked.answer.result()
        if isinstance(found, Exception):
            raise found
        return found

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run other work with the library off the event loop, beside the answering; what it raises, too.

        Goes on after `close`, for answers that are on their way. Raises Busy and Late.
        """
        if self._helping >= self._most_waiting:
            raise Busy(self.retry_after())
        loop = asyncio.get_running_loop()
        self._helping += 1
        try:
            async with asyncio.timeout(self._deadline) as limit:
                return await loop.run_in_executor(self._helpers, lambda: function(*args, **kwargs))
        except TimeoutError:
            if limit.expired():
                raise Late(self.retry_after()) from None
            raise
        finally:
            self._helping -= 1

    def retry_after(self) -> int:
        """Guess in how many seconds what is under way and waits now will be done, by the measured pace."""
        pace = self._pace
        if self._computing:  # a batch that takes longer than usual
            pace = max(pace, (time.monotonic() - self._computing_since) / len(self._computing))
        seconds = pace * (len(self._computing) + len(self._waiting))
        return min(LONGEST_WAIT, max(1, math.ceil(seconds)))

    async def close(self, within: float) -> None:
        """Take no more questions, and answer those that are there, in at most `within` seconds.

        Who has no answer then is told Busy.
        """
        self._closed = True
        rest = [asked.answer for asked in (*self._computing, *self._waiting)]
        if rest:
            await asyncio.wait(rest, timeout=within)
        for asked in (*self._computing, *self._waiting):
            _give(asked, Busy(self.retry_after()))
        self._waiting.clear()
        self._meter.queue.set(0)
        self._worker.shutdown(wait=False)

    async def _answer_all(self) -> None:
        """Answer batch after batch until nobody waits."""
        try:
            while self._waiting:
                await self._answer_some()
        finally:
            self._work = None

    async def _answer_some(self) -> None:
        some = list(self._waiting)[: self._batch]
        for asked in some:
            del self._waiting[asked]
        self._meter.queue.set(len(self._waiting))
        self._meter.batch.observe(len(some))
        self._computing, self._computing_since = some, time.monotonic()
        for asked in some:
            self._meter.stage.labels("wait").observe(self._computing_since - asked.since)
        loop, library = asyncio.get_running_loop(), self._live_library.library
        found: list[Answer | Exception]
        try:
            questions = [asked.question for asked in some]
            found = await loop.run_in_executor(self._worker, _answers, library, questions)
        except Exception as error:
            found = [error] * len(some)
        finally:
            self._computing = []
        seconds = time.monotonic() - self._computing_since
        self._meter.stage.labels("compute").observe(seconds)
        self._pace += _NEWEST * (seconds / len(some) - self._pace)
        for asked, answer in zip(some, found, strict=True):
            _give(asked, answer if isinstance(answer, Exception) else Given(answer, library))


def _answers(library: Library, questions: list[Question]) -> "list[Answer | Exception]":
    """Answer a batch; where that breaks as a whole, one by one, so that only the culprit has no answer."""
    try:
        return [*library.ask_many(questions)]
    except Exception as error:
        if len(questions) == 1:
            return [error]
    return [answer for question in questions for answer in _answers(library, [question])]


def _give(asked: _Waiting, answer: Given | Exception) -> None:
    if not asked.answer.done():
        asked.answer.set_result(answer)
