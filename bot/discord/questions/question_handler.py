"""The one path from a question to its reply, wherever in Discord it was asked.

Cooldown → checks → acknowledgement → computation → sending. Expected obstacles become a line in plain words;
only unexpected errors are raised, for `error_reports`.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import discord

from bot.config import BotConfig
from bot.discord.delivery.error_messages import STORE_LATE, TAKEN, meaning_of
from bot.discord.delivery.repeat_guards import RecentIds, SentWarnings
from bot.discord.delivery.sending import (
    defer_response,
    edit_message,
    edit_response,
    reply_to,
    send_privately,
    show_typing,
)
from bot.discord.library.server_libraries import ServerLibraries
from bot.discord.questions.in_flight import InFlight, ShutdownError
from bot.discord.questions.question import DiscordQuestion
from bot.discord.questions.written_answers import Draft, WrittenAnswers, may_write
from bot.discord.replies.answer_reply import (
    ARTICLE_GONE,
    LOOKED_EVERYWHERE,
    QUESTION_LIMIT,
    answer_reply,
    in_bold,
)
from bot.discord.replies.library_pages import article_id, unknown_article
from bot.discord.replies.reply import (
    Reply,
    article_gone_reply,
    busy_reply,
    cooldown_reply,
    late_reply,
    notice,
    small_talk_reply,
)
from bot.discord.replies.without_embed import may_embed, without_embed
from bot.feedback.store import FeedbackError
from bot.feedback.unanswered import UnansweredQuestions
from bot.live.cooldowns import ActionCooldowns
from bot.live.question_queue import DeadlineError, LibraryAnswer, QuestionQueue, QueueFullError
from bot.shown_citations import shown_citations
from bot.small_talk import recognise
from bot.telemetry.log_format import fields
from bot.telemetry.meter import Meter
from bot.web.addresses import with_room_links
from bot.writer import Writer
from index.errors import EmptyQuestionError, StoreBusyError, StoreUnavailableError, UnknownArticleError
from index.records import Answer, clean_question
from index.retrieval.retriever import CANDIDATES
from index.storage.catalog import article_key

MOST_CITATIONS = CANDIDATES
"""Citations that are asked for: all that are compared anyway, because few of them may be worth showing."""
TYPING_DELAY = 0.5
"""Seconds before the typing indicator appears."""

EMPTY_QUESTION_TEXT = "Ask me something, and I look for the sentences that answer it."
UNSEEN = "Discord doesn't show me what you wrote when you mention my role. Please mention me myself."
OWN_LATER = "This server's own articles are still being prepared: I looked in the common ones alone."
PREPARING = "The articles of this server are being prepared. Please ask again in a minute."
LEAVING = "I'm restarting. Please ask again in a minute."

CompleteQuestion = Callable[[DiscordQuestion], Awaitable[DiscordQuestion | Reply]]
"""Completes a question from the conversation before it, which may have to be fetched from Discord first.

Returns a reply if there is nothing to ask.
"""

_Found = tuple[LibraryAnswer, str | None, str | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Response:
    """The response to a question; `private` if only the asker should see it.

    `wait` is the number of seconds that the asker is told to wait, if that is all.
    """

    reply: Reply
    outcome: str
    private: bool = False
    wait: float = 0.0
    unanswered: DiscordQuestion | None = None
    """The question, if it found no answer and may be stored."""
    draft: Draft | None = None
    """What a language model writes into, if it is to."""


class QuestionHandler:
    """Answers the questions of one bot; the tasks that do so are `in_flight`."""

    def __init__(
        self,
        config: BotConfig,
        libraries: ServerLibraries,
        question_queue: QuestionQueue,
        cooldowns: ActionCooldowns,
        meter: Meter,
        writer: Writer | None = None,
    ) -> None:
        self.in_flight = InFlight()
        self.written_answers = WrittenAnswers(writer) if writer else None
        self.typing_delay = TYPING_DELAY
        self._config = config
        self._libraries = libraries
        self._question_queue = question_queue
        self._cooldowns = cooldowns
        self._meter = meter
        self._warned = SentWarnings()
        self._without_embeds = RecentIds()
        self._stopping = False

    def stop(self) -> None:
        """Answer no further questions: from now on, people are told to ask again in a minute."""
        self._stopping = True
        if self.written_answers:
            self.written_answers.stop()

    async def finish(self, within: float) -> int:
        """Wait until everything is answered, at most `within` seconds; give up the rest, and count it."""
        given_up = await self.in_flight.finish(within)
        if given_up:
            log.warning("questions given up", extra=fields(count=given_up))
        return given_up

    async def answer_interaction(
        self,
        interaction: discord.Interaction[Any],
        question: DiscordQuestion,
        complete: CompleteQuestion | None = None,
        *,
        private: bool,
    ) -> None:
        """Answer a command or a click; only the asker sees why there is no answer.

        Raises DiscordException, and FootnoteError if there is a problem with the library itself.
        """
        with self._measure(question) as measurement:
            refusal = self._count_and_check(question)
            if refusal is not None:
                await send_privately(interaction, refusal.reply)
                measurement.end(refusal.outcome)
                return
            await defer_response(interaction, private=private)
            measurement.reach("acknowledge")
            response = await self.respond(question, complete)
            measurement.begin("send")
            sent = None
            if response.private:
                await send_privately(interaction, response.reply)
            else:
                sent = await edit_response(interaction, response.reply)
            measurement.end(response.outcome)
        await self._store_unanswered(response)
        if self.written_answers and response.draft:
            await self.written_answers.write_into(response.draft, partial(edit_response, interaction), sent)

    async def answer_message(
        self, message: discord.Message, question: DiscordQuestion, complete: CompleteQuestion | None = None
    ) -> None:
        """Answer a message with one reply to it, and show the typing indicator if that takes a while.

        Anyone who asks again before a wait is over is not told a second time. Raises as `answer_interaction`.
        """
        with self._measure(question) as measurement:
            response = self._count_and_check(question)
            if response is None:
                response = await self._while_typing(message, self.respond(question, complete))
            response = self._showable(message, response)
            measurement.begin("send")
            sent = None
            if not response.wait or self._warned.claim(question.user, response.wait):
                sent = await reply_to(message, response.reply)
            measurement.end(response.outcome)
        await self._store_unanswered(response)
        if (writing := self.written_answers) and response.draft and sent:
            await writing.write_into(response.draft, partial(edit_message, sent), sent, message.id)

    def _count_and_check(self, question: DiscordQuestion) -> Response | None:
        """Count a question, and return why it is not answered; None if it is to be."""
        if self._stopping:
            return Response(notice(LEAVING), "busy", private=True)
        wait = self._cooldowns.questions.count(question.user, question.server)
        if wait is not None:
            reply = cooldown_reply(wait.seconds, for_server=wait.for_server)
            return Response(reply, "cooldown", private=True, wait=wait.seconds)
        try:
            text = clean_question(question.text)
        except EmptyQuestionError:
            request = UNSEEN if question.text_hidden else EMPTY_QUESTION_TEXT
            return Response(notice(request), "invalid", private=True)
        if len(text) > QUESTION_LIMIT:
            words = f"A question can have {QUESTION_LIMIT} characters; this one has {len(text):,}."
            return Response(notice(words), "invalid", private=True)
        if talk := None if question.offset else recognise(text):
            return Response(small_talk_reply(talk), "small talk", private=True)
        return None

    async def respond(self, question: DiscordQuestion, complete: CompleteQuestion | None = None) -> Response:
        """Ask the library. That it has no time, or no such article, is a response too."""
        try:
            return await self.in_flight.wait_for(self._answer(question, complete))
        except QueueFullError as error:
            return Response(busy_reply(error.retry_after), "busy")
        except DeadlineError as error:
            return Response(late_reply(error.retry_after), "late")
        except (StoreBusyError, StoreUnavailableError) as error:
            log.warning("database busy or away", extra=fields(reason=error.message))
            return Response(busy_reply(STORE_LATE), "busy")
        except ShutdownError:
            return Response(notice(LEAVING), "busy", private=True)
        except UnknownArticleError:
            if self._libraries.is_preparing(question.library):
                return Response(notice(PREPARING), "busy", private=True)
            # Unless somebody typed it, it comes from a message, and existed when that was written.
            if question.article is None or question.source != "slash":
                return Response(article_gone_reply(), "invalid", private=True)
            library = await self._libraries.library_of(question.library)
            reply = await self._question_queue.run(unknown_article, library, question.article)
            return Response(reply, "invalid", private=True)

    async def _answer(self, question: DiscordQuestion, complete: CompleteQuestion | None) -> Response:
        try:
            async with asyncio.timeout(self._config.discord.deadline) as limit:
                completed = question if complete is None else await complete(question)
                if isinstance(completed, Reply):
                    return Response(completed, "invalid", private=True)
                completed, (given, asked_in, note) = await self._ask_completed(completed)
        except TimeoutError:
            if limit.expired():
                raise DeadlineError(self._question_queue.retry_after()) from None
            raise
        shown = shown_citations(given.answer)
        if public_url := self._config.web.public_url:  # in a thread: a database may have to be asked for ids
            shown = await asyncio.to_thread(with_room_links, shown, public_url, given.library.common_id)
        offset, answer = completed.offset, replace(given.answer, citations=shown)
        compose = partial(
            answer_reply,
            answer,
            asked_in=asked_in and article_key(asked_in),
            asked_title=_title_of_first(given.answer),
            fingerprint=given.library.fingerprint,
            asker=completed.user if completed.author is None else completed.author,
            offset=offset,
            limit=self._config.answer.citations,
            note=" ".join(filter(None, (completed.note, note))),
            contact=self._config.answer.contact,
            statement=completed.is_statement,
            answer_button=completed.may_be_taught and asked_in is None,
        )
        reply, draft = compose(), None
        if self.written_answers and completed.written and may_write(answer, offset):
            seen = replace(answer, citations=answer.citations[: reply.rest.offset if reply.rest else 0])
            draft = Draft(seen, lambda lines: compose(written=lines))
            reply = self.written_answers.begin(draft)
        nothing_left = bool(offset) and len(answer.citations) <= offset
        if answer.answerable:
            return Response(reply, "answered", private=nothing_left, draft=draft)
        storable = asked_in is None and note != OWN_LATER and _is_own(completed, question)
        unanswered = completed if storable else None
        return Response(reply, "declined", private=nothing_left, unanswered=unanswered, draft=draft)

    async def _ask_completed(self, question: DiscordQuestion) -> tuple[DiscordQuestion, _Found]:
        """Ask a question, and as it was written if that may be meant and has an answer alone."""
        found = await self._ask_library(question)
        if question.alone is None or found[0].answer.answerable:
            return question, found
        alone = replace(question, text=question.alone, alone=None, author=None)
        found_alone = await self._ask_library(alone)
        return (alone, found_alone) if found_alone[0].answer.answerable else (question, found)

    async def _ask_library(self, question: DiscordQuestion) -> _Found:
        """Return the answer, the id of the only article that was asked, and a note on what was searched.

        If the article of an earlier answer does not say, all articles are asked.
        """
        library = await self._libraries.library_of(question.library)
        later = OWN_LATER if self._libraries.is_preparing(question.library) else None
        ask = partial(self._question_queue.ask, question.text, top_k=MOST_CITATIONS, library=library)
        if question.article is None:
            return await ask(), None, later
        try:
            article = await self._question_queue.run(article_id, library, question.article)
            given = await ask(article=article)
        except UnknownArticleError:
            if not question.is_follow_up:
                raise
            return await ask(), None, later or ARTICLE_GONE
        if given.answer.answerable or not question.is_follow_up:
            return given, article, None
        from_all = await ask()
        if given.answer.maybe and not from_all.answer.answerable:
            return given, article, None
        elsewhere = from_all.answer.answerable and from_all.answer.citations[0].article.id != article
        title = _title_of_first(given.answer) if elsewhere else None
        note = None if title is None else in_bold(title) + LOOKED_EVERYWHERE
        return from_all, None, later or note

    async def _store_unanswered(self, response: Response) -> None:
        """Store a question that found no answer, if the owner wants that; a failure is only logged."""
        question = response.unanswered
        if question is None or not self._config.discord.keep_unanswered:
            return
        try:
            feedback = await self._libraries.feedback_of(question.library)
            unanswered = UnansweredQuestions(feedback, self._config.discord.keep_days)
            await self._question_queue.run(unanswered.add, question.text, question.names)
        except (FeedbackError, QueueFullError, DeadlineError) as error:
            log.warning("unanswered question not kept", extra=fields(reason=str(error)))

    def _showable(self, message: discord.Message, response: Response) -> Response:
        """Return the response as it can be shown in a message's channel."""
        if response.reply.embed is None or may_embed(message):
            return response
        name_permission = self._without_embeds.add_if_new(message.channel.id)
        draft = response.draft and response.draft.without_embed(name_permission=name_permission)
        reply = without_embed(response.reply, name_permission=name_permission)
        return replace(response, reply=reply, draft=draft)

    async def _while_typing(
        self, message: discord.Message, response: Coroutine[Any, Any, Response]
    ) -> Response:
        typing = asyncio.create_task(show_typing(message.channel, self.typing_delay), name="show typing")
        try:
            return await response
        finally:
            typing.cancel()

    @contextmanager
    def _measure(self, question: DiscordQuestion) -> Iterator["_Measurement"]:
        measurement = _Measurement(self._meter)
        with self.in_flight.track():
            try:
                yield measurement
            except discord.HTTPException as error:
                if meaning_of(error).kind == TAKEN:
                    measurement.outcome = TAKEN
                raise
            finally:
                # Whatever was raised: the question ended, and failed unless another outcome is known.
                self._meter.questions.labels(question.source, measurement.outcome).inc()
                seconds = measurement.reach("total")
                text = {"question": question.text} if self._config.discord.log_questions else {}
                log.info(
                    "question %s",
                    measurement.outcome,
                    extra=fields(source=question.source, seconds=round(seconds, 3), **text),
                )


def _is_own(completed: DiscordQuestion, written: DiscordQuestion) -> bool:
    """Tell whether the asker wrote a question as it is: a completed one may name who was mentioned before."""
    return not completed.offset and completed.author is None and completed.text == written.text


def _title_of_first(answer: Answer) -> str | None:
    return answer.citations[0].article.title if answer.citations else None


class _Measurement:
    """The times and the outcome of one question."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter
        self._started = time.perf_counter()
        self._stage: tuple[str, float] | None = None
        self.outcome = "failed"

    def reach(self, stage: str) -> float:
        """Record the seconds since the question came as those until `stage`; return them."""
        seconds = time.perf_counter() - self._started
        self._meter.stage.labels(stage).observe(seconds)
        return seconds

    def begin(self, stage: str) -> None:
        self._stage = stage, time.perf_counter()

    def end(self, outcome: str) -> None:
        self.outcome = outcome
        if self._stage is not None:
            stage, since = self._stage
            self._meter.stage.labels(stage).observe(time.perf_counter() - since)
