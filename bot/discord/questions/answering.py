"""The one way from a question to its reply, wherever in Discord it was asked.

Cooldown → checked → acknowledged → computed → sent. What stands in the way of an answer is a line in plain
words; only what nobody expected is raised, for `failures`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord

from bot.config import Config
from bot.discord.delivery.error_meanings import NO_HISTORY, TAKEN, meaning_of
from bot.discord.delivery.repeat_guards import RecentIds, SentWarnings
from bot.discord.delivery.sending import (
    defer_response,
    edit_response,
    message_arguments,
    retry_once,
    send_privately,
)
from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.question_queue import DeadlineError, LibraryAnswer, QuestionQueue, QueueFullError
from bot.discord.questions.cooldowns import Cooldowns
from bot.discord.questions.in_flight import InFlight, LeavingError
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import (
    ARTICLE_GONE,
    LOOKED_EVERYWHERE,
    NO_MORE,
    QUESTION_LIMIT,
    answer_reply,
    find_places,
    title_of,
)
from bot.discord.replies.library_pages import about, article_id, unknown_article
from bot.discord.replies.reply import (
    Reply,
    article_gone_reply,
    busy_reply,
    cooldown_reply,
    late_reply,
    notice,
)
from bot.discord.replies.without_embed import may_embed, without_embed
from bot.discord.telemetry.log_format import fields
from bot.discord.telemetry.meter import Meter
from index.errors import EmptyQuestionError, UnknownArticleError
from index.records import clean_question
from index.storage.catalog import article_key

FURTHEST = 60
"""Citations that can be paged through at most: each further page costs more than the one before."""
DRAWING = 2.0
"""Seconds that looking up where the cited sentences stand may take; the answer is shown without then."""
TYPING_AFTER = 0.5
"""Seconds until a person who wrote a message is shown that the bot is at it."""
TYPING_LASTS = 9.0
"""Seconds until that has to be shown again; Discord shows it for ten."""

EMPTY = "Ask me something, and I look for the sentences that answer it."
UNSEEN = "Discord doesn't show me what you wrote when you mention my role. Please mention me myself."
LEAVING = "I'm restarting. Please ask again in a minute."

Follow = Callable[[DiscordQuestion], Awaitable[DiscordQuestion | Reply]]
"""Completes a question by what was said before, which may have to be fetched from Discord first.

Returns a reply where there is nothing to ask.
"""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """What is said to a question; `private` where nobody but the asker should have to read it.

    `wait` is the number of seconds that the asker is told to wait, where that is all.
    """

    reply: Reply
    outcome: str
    private: bool = False
    wait: float = 0.0


class Answering:
    """Answers the questions of one bot."""

    def __init__(
        self,
        config: Config,
        live_library: LiveLibrary,
        question_queue: QuestionQueue,
        cooldowns: Cooldowns,
        meter: Meter,
    ) -> None:
        self._config = config
        self._live_library = live_library
        self._question_queue = question_queue
        self._cooldowns = cooldowns
        self._meter = meter
        self._warned = SentWarnings()
        self._embedless = RecentIds()
        self._leaving = False
        self._in_flight = InFlight()

    def stop(self) -> None:
        """Take no further questions: who asks from now on is told to ask again in a minute."""
        self._leaving = True

    async def finished(self, within: float) -> int:
        """Wait until all is answered, at most `within` seconds; give up the rest, and return how many."""
        given_up = await self._in_flight.finished(within)
        if given_up:
            log.warning("questions given up", extra=fields(count=given_up))
        return given_up

    def under_way(self) -> AbstractContextManager[None]:
        """Count what the current task does inside as in flight, so that a stop waits for it."""
        return self._in_flight.under_way()

    def whole_task(self) -> None:
        """Count the current task as in flight until it ends."""
        self._in_flight.whole_task()

    async def over_interaction(
        self,
        interaction: discord.Interaction[Any],
        asked: DiscordQuestion,
        follow: Follow | None = None,
        *,
        private: bool,
    ) -> None:
        """Answer a command or a click; a line on why there is no answer is shown to the asker alone.

        Raises DiscordException, and FootnoteError where the library itself is in trouble.
        """
        with self._measured(asked) as measure:
            refusal = self.refusal(asked)
            if refusal is not None:
                await send_privately(interaction, refusal.reply)
                measure.ended(refusal.outcome)
                return
            await defer_response(interaction, private=private)
            measure.reached("acknowledge")
            said = await self._said(asked, follow)
            measure.begins("send")
            if said.private:
                await send_privately(interaction, said.reply)
            else:
                await edit_response(interaction, said.reply)
            measure.ended(said.outcome)

    async def over_message(
        self, message: discord.Message, asked: DiscordQuestion, follow: Follow | None = None
    ) -> None:
        """Answer a message by one reply to it, and show that the bot is typing where that takes a while.

        Somebody who asks again while told to wait gets no second line. Raises as `over_interaction`.
        """
        with self._measured(asked) as measure:
            said = self.refusal(asked) or await self._while_typing(message, self._said(asked, follow))
            measure.begins("send")
            if not said.wait or self._warned.claim(asked.user, said.wait):
                await reply_to(message, self._showable(message, said.reply))
            measure.ended(said.outcome)

    async def about(self) -> Reply:
        """Say what the bot is. Raises as `Desk.run`."""
        return await self._question_queue.run(
            about, self._live_library.library, self._config.discord.log_questions
        )

    def refusal(self, asked: DiscordQuestion) -> Said | None:
        """Return why a question is not taken up; None where it is. Either way it counts as asked."""
        if self._leaving:
            return Said(notice(LEAVING), "busy", private=True)
        wait = self._cooldowns.take(asked.user, asked.server)
        if wait is not None:
            reply = cooldown_reply(wait.seconds, for_server=wait.of_server)
            return Said(reply, "cooldown", private=True, wait=wait.seconds)
        try:
            question = clean_question(asked.text)
        except EmptyQuestionError:
            return Said(notice(UNSEEN if asked.unseen else EMPTY), "invalid", private=True)
        if len(question) > QUESTION_LIMIT:
            words = f"A question can have {QUESTION_LIMIT} characters; this one has {len(question):,}."
            return Said(notice(words), "invalid", private=True)
        return None

    async def _said(self, asked: DiscordQuestion, follow: Follow | None) -> Said:
        """Ask the library. Too many questions, or an unknown article, are lines in plain words too."""
        try:
            return await self._in_flight.computed(self._answered(asked, follow))
        except QueueFullError as busy:
            return Said(busy_reply(busy.retry_after), "busy")
        except DeadlineError as late:
            return Said(late_reply(late.retry_after), "late")
        except LeavingError:
            return Said(notice(LEAVING), "busy", private=True)
        except UnknownArticleError:
            # Unless somebody typed it, it stood on a message, from when it was there.
            if asked.article is None or asked.source != "slash":
                return Said(article_gone_reply(), "invalid", private=True)
            reply = await self._question_queue.run(unknown_article, self._live_library.library, asked.article)
            return Said(reply, "invalid", private=True)

    async def _answered(self, asked: DiscordQuestion, follow: Follow | None) -> Said:
        try:
            async with asyncio.timeout(self._config.discord.deadline) as limit:
                followed = asked if follow is None else await follow(asked)
                if isinstance(followed, Reply):
                    return Said(followed, "invalid", private=True)
                if followed.first >= FURTHEST:
                    return Said(notice(NO_MORE), "invalid", private=True)
                given, asked_in, note = await self._found(followed)
        except TimeoutError:
            if limit.expired():
                raise DeadlineError(self._question_queue.retry_after()) from None
            raise
        first, answer = followed.first, given.answer
        show = partial(
            answer_reply,
            answer,
            asked_in=asked_in and article_key(asked_in),
            fingerprint=given.library.fingerprint,
            offset=first,
            limit=self._config.answer.citations,
            note=note,
            statement=followed.statement,
        )
        reply = await self._with_places(given, show)
        nothing_left = bool(first) and len(answer.citations) <= first
        return Said(reply, "answered" if answer.answerable else "declined", private=nothing_left)

    async def _found(self, asked: DiscordQuestion) -> tuple[LibraryAnswer, str | None, str | None]:
        """Return the answer, the id of the article that alone was asked, and a note on where was looked.

        If the article of an earlier answer does not say, all articles are asked.
        """
        # One more than is shown tells whether there are more.
        top_k = min(asked.first + self._config.answer.citations + 1, FURTHEST)
        if asked.article is None:
            return await self._question_queue.ask(asked.text, top_k=top_k), None, None
        try:
            article = await self._question_queue.run(article_id, self._live_library.library, asked.article)
            given = await self._question_queue.ask(asked.text, article=article, top_k=top_k)
        except UnknownArticleError:
            if not asked.from_before:
                raise
            return await self._question_queue.ask(asked.text, top_k=top_k), None, ARTICLE_GONE
        if given.answer.answerable or not asked.from_before:
            return given, article, None
        of_all = await self._question_queue.ask(asked.text, top_k=top_k)
        elsewhere = of_all.answer.answerable and of_all.answer.citations[0].article.id != article
        note = title_of(given.answer) + LOOKED_EVERYWHERE if elsewhere and given.answer.citations else None
        return of_all, None, note

    async def _with_places(self, given: LibraryAnswer, show: Callable[..., Reply]) -> Reply:
        """Show an answer with the places of its citations, or without if looking these up takes too long."""

        def show_with_places() -> Reply:
            return show(places=find_places(given.library, given.answer))

        try:
            async with asyncio.timeout(DRAWING):
                return await self._question_queue.run(show_with_places)
        except (QueueFullError, DeadlineError, TimeoutError):
            return show(places={})

    def _showable(self, message: discord.Message, reply: Reply) -> Reply:
        """Return the reply as it can be shown in a message's channel."""
        if reply.embed is None or may_embed(message):
            return reply
        return without_embed(reply, name_permission=self._embedless.add_if_new(message.channel.id))

    async def _while_typing(self, message: discord.Message, saying: Coroutine[Any, Any, Said]) -> Said:
        typing = asyncio.create_task(_type(message.channel), name="show typing")
        try:
            return await saying
        finally:
            typing.cancel()

    @contextmanager
    def _measured(self, asked: DiscordQuestion) -> Iterator["_Measure"]:
        measure = _Measure(self._meter)
        with self.under_way():
            try:
                yield measure
            except discord.HTTPException as error:
                if meaning_of(error).kind == TAKEN:
                    measure.outcome = TAKEN
                raise
            finally:
                # Whatever was raised: the question ended, and badly where nobody said how.
                self._meter.questions.labels(asked.source, measure.outcome).inc()
                seconds = measure.reached("total")
                told = {"question": asked.text} if self._config.discord.log_questions else {}
                log.info(
                    "question %s",
                    measure.outcome,
                    extra=fields(source=asked.source, seconds=round(seconds, 3), **told),
                )


class _Measure:
    """The times of one question."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._started = time.perf_counter()
        self._stage: tuple[str, float] | None = None
        self.outcome = "failed"

    def reached(self, stage: str) -> float:
        """Count the seconds since the question came as those until `stage`; return them."""
        seconds = time.perf_counter() - self._started
        self._meter.stage.labels(stage).observe(seconds)
        return seconds

    def begins(self, stage: str) -> None:
        self._stage = stage, time.perf_counter()

    def ended(self, outcome: str) -> None:
        self.outcome = outcome
        if self._stage is not None:
            stage, since = self._stage
            self._meter.stage.labels(stage).observe(time.perf_counter() - since)


async def reply_to(message: discord.Message, reply: Reply) -> None:
    """Send a reply to a message; as a plain message where that is gone, or may not be read by the bot.

    Raises DiscordException and what is in `CONNECTION_ERRORS`.
    """
    # Of messages with one nonce Discord keeps the first: none is doubled, whatever was lost or sent again.
    send = partial(message.channel.send, **message_arguments(reply), nonce=message.id)
    try:
        await retry_once(partial(send, reference=message.to_reference(fail_if_not_exists=False)))
    except discord.HTTPException as error:
        if error.code != NO_HISTORY:
            raise
        await retry_once(send)


async def _type(channel: discord.abc.Messageable) -> None:
    """Show that the bot is typing, for as long as it takes."""
    with suppress(Exception):  # a courtesy: what is in its way is in the answer's way too, and said there
        await asyncio.sleep(TYPING_AFTER)
        while True:
            await channel.typing()
            await asyncio.sleep(TYPING_LASTS)
