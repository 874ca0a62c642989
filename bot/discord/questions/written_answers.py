"""Written answers: what a language model makes of a reply's citations, edited into the reply as it comes.

The extractive answer is sent before anything is written, and stands whatever becomes of the rest.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, replace

import discord

from bot.discord.delivery.error_messages import CONNECTION_ERRORS
from bot.discord.replies.reply import Reply
from bot.discord.replies.without_embed import without_embed
from bot.discord.replies.written_text import (
    FAILED,
    RESTARTING,
    WITHDRAWN,
    failure_line,
    room_in,
    writing_lines,
    written_lines,
)
from bot.telemetry.log_format import fields
from bot.writer import Writer
from index.errors import Reason
from index.records import Answer
from index.writing.written_answer import WrittenAnswer, WrittenSentence, make_written_answer

EDIT_INTERVAL = 1.0
"""Seconds from one change of a message to the next, at least."""
MOST_WRITING = 4
"""Answers that are written at the same time; who asks for one more reads so below the answer."""

Edit = Callable[[Reply], Awaitable[object]]
"""Shows another reply in place of a message's."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that is written into: the answer that it shows, and what makes it again with more lines."""

    answer: Answer
    compose: Callable[[str], Reply]

    @property
    def room(self) -> int:
        """Units of written sentences for which the reply has room."""
        return room_in(self.compose(""))

    def keeps(self, lines: str, numbers: Collection[int]) -> bool:
        """Tell whether the reply with these lines still shows the citations of these numbers."""
        shown = self.answer.citations[: self.compose(lines).cited]
        return set(numbers) <= {citation.number for citation in shown}

    def without_embed(self, *, name_permission: bool) -> "Draft":
        """Return the draft of a reply that is text alone, about the citations that this one shows."""

        def compose(lines: str) -> Reply:
            return without_embed(self.compose(lines), name_permission=name_permission)

        citations = self.answer.citations[: max(1, compose("").cited)]
        return Draft(replace(self.answer, citations=citations), compose)


def may_write(answer: Answer, offset: int) -> bool:
    """Tell whether something is written about an answer: not if there is none, nor about further sources."""
    return offset == 0 and answer.answerable


class WrittenAnswers:
    """Has a writer write into the replies of one bot; belongs to one event loop."""

    def __init__(self, writer: Writer, *, interval: float = EDIT_INTERVAL) -> None:
        self._writer = writer
        self._interval = interval
        self._stopping = asyncio.Event()
        self._running = 0
        self._deletions: dict[int, asyncio.Event] = {}  # of each message that has to do with what is written

    def stop(self) -> None:
        """End what is being written: each reply keeps what was checked so far, and says why that is all."""
        self._stopping.set()

    def deleted(self, message: int) -> None:
        """Stop what is being written into the message with this id, or about the question in it."""
        if deletion := self._deletions.get(message):
            deletion.set()

    def begin(self, draft: Draft) -> Reply:
        """Return the reply to send at first: the answer, and that more is being written."""
        return draft.compose(writing_lines((), (), self._writer.model))

    async def write_into(
        self, draft: Draft, edit: Edit, sent: discord.Message | None = None, asked: int | None = None
    ) -> None:
        """Write into a reply that `begin` returned and that was just `sent`; `edit` replaces it.

        Ends early if the message is gone or may not be changed any more, and at once if `deleted` says so of
        it, or of the message with the id `asked`, which holds the question.
        """
        message = _Message(draft, edit, self._interval)
        if self._running >= MOST_WRITING:
            await message.show(failure_line(Reason.LANGUAGE_MODEL_BUSY, self._writer.model))
            return
        self._running += 1
        work = _Work(self._writer, draft.answer)
        gone, withdrawn = asyncio.Event(), asyncio.Event()
        watched = {sent.id: gone} if sent else {}
        if asked is not None:
            watched[asked] = withdrawn
        self._deletions |= watched
        try:
            await self._follow(work, message, draft, gone, withdrawn)
        finally:
            self._running -= 1
            work.stopped.set()
            for each in watched:
                self._deletions.pop(each, None)

    async def _follow(
        self,
        work: "_Work",
        message: "_Message",
        draft: Draft,
        gone: asyncio.Event,
        withdrawn: asyncio.Event,
    ) -> None:
        citations, model, room = draft.answer.citations, self._writer.model, draft.room
        ends = work.done, self._stopping, gone, withdrawn
        while not any(end.is_set() for end in ends):
            await _first(work.told, *ends)
            await message.wait(*ends)
            if any(end.is_set() for end in ends):
                break
            work.told.clear()
            so_far = tuple(work.sentences)
            # In a thread, as the reply is composed again and again to see what fits.
            lines = await asyncio.to_thread(
                writing_lines, so_far, citations, model, room=room, keeps=draft.keeps
            )
            if not await message.show(lines):
                return
        work.stopped.set()
        if gone.is_set():
            return
        written, note = work.result, ""
        if written is None:  # it was stopped, or failed as nobody expected
            written = make_written_answer(tuple(work.sentences), model)
            note = RESTARTING if self._stopping.is_set() else WITHDRAWN if withdrawn.is_set() else FAILED
        elif written.failure is not None:
            log.warning(
                "answer not written", extra=fields(reason=written.failure.name, problem=written.problem)
            )
        lines = await asyncio.to_thread(
            written_lines, written, citations, room=room, keeps=draft.keeps, note=note
        )
        await message.wait()
        await message.show(lines)


class _Message:
    """The message of one reply, which is not changed more often than once in an `interval` of seconds."""

    def __init__(self, draft: Draft, edit: Edit, interval: float) -> None:
        self._draft = draft
        self._edit = edit
        self._interval = interval
        self._loop = asyncio.get_running_loop()
        self._next = self._loop.time() + interval

    async def wait(self, *until: asyncio.Event) -> None:
        """Wait until the message may be changed again, or one of these events happens."""
        with suppress(TimeoutError):
            async with asyncio.timeout_at(self._next):
                await _first(*until)

    async def show(self, lines: str) -> bool:
        """Show these lines below the answer; return whether the message may still be changed afterwards."""
        await self.wait()
        try:
            await self._edit(self._draft.compose(lines))
        except (discord.HTTPException, *CONNECTION_ERRORS) as error:
            log.info("what was written is not shown: %s", error)
            # It is gone, or its token or a permission is; any other error may not happen again.
            return not (isinstance(error, discord.HTTPException) and error.status in (401, 403, 404))
        finally:
            self._next = self._loop.time() + self._interval
        return True


class _Work:
    """The thread that writes one answer, and what it has said so far; `result` is None until it is done."""

    def __init__(self, writer: Writer, answer: Answer) -> None:
        self.sentences: list[WrittenSentence] = []
        self.result: WrittenAnswer | None = None
        self.told, self.done = asyncio.Event(), asyncio.Event()
        self.stopped = threading.Event()
        self._writer, self._answer = writer, answer
        self._loop = asyncio.get_running_loop()
        # A daemon: a model that hangs until its deadline does not keep the process from ending.
        threading.Thread(target=self._run, name="write an answer", daemon=True).start()

    def _run(self) -> None:
        try:
            for each in self._writer.write(self._answer, self.stopped):
                if self.stopped.is_set():
                    break
                self._loop.call_soon_threadsafe(self._take, each)
        except RuntimeError as error:
            if self._loop.is_closed():  # nobody waits any more
                return
            log.error("answer not written", exc_info=error)
        except Exception:  # the answer above stands, and people read that there is no more
            log.exception("answer not written")
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.done.set)

    def _take(self, each: WrittenSentence | WrittenAnswer) -> None:
        if isinstance(each, WrittenAnswer):
            self.result = each
        else:
            self.sentences.append(each)
            self.told.set()


async def _first(*events: asyncio.Event) -> None:
    """Wait until one of these events has happened; for ever if there are none."""
    if not events:
        await asyncio.Event().wait()
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
