"""Questions in messages: with a mention, in direct messages, in reply to an answer, in an answer's thread.

Discord shows the bot only messages that mention it, reply to it with a ping, or are written to it directly.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import discord

from bot.discord.events.services import Services
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import NO_MORE, QUESTION_LIMIT, SentAnswer, read_back
from bot.discord.replies.reply import Reply, notice
from bot.follow_ups import MOST_TURNS, Turn, goes_on
from bot.follow_ups import follow_up as with_subject
from bot.rewriting import Rewriter, rewritten

log = logging.getLogger(__name__)

HISTORY_LIMIT = 20
"""Messages of a channel that "more" and what goes on from an earlier question search for the last answer."""
GOES_ON_WITHIN = timedelta(hours=1)
"""Age of the oldest answer that a question goes on from without being a reply to it."""

MORE_OF_WHAT = "More of what? Reply to one of my answers with “more”."
REWRITTEN = "A language model wrote your question out in full."

# "more", "show me more", "give me some more sources please!"
_MORE = re.compile(r"(show |give )?(me )?(some )?more( sources)?( please)?[.!?…]*", re.IGNORECASE)
# "<@123>:", "<@!123>", "<@&123>", "<#123>"
_MENTION = re.compile(r"<(?:@[!&]?|#)(?P<id>\d+)>(?P<after>[,:]?)")
_CUSTOM_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_MESSAGE_TYPES = (discord.MessageType.default, discord.MessageType.reply)


class Conversation:
    """Answers the messages of one bot."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def on_message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Answer a message that is meant for the bot, once; never another bot's or its own."""
        if not is_for_bot(message, me) or not self._services.handled.add_if_new(message.id):
            return
        question_handler = self._services.question_handler
        server = message.guild.id if message.guild else None
        question = DiscordQuestion(
            readable_text(message, me),
            message.author.id,
            server,
            "message",
            library=server,
            # In direct messages nothing is hidden: a picture or a sticker comes without a text.
            text_hidden=server is not None and not (message.content or _mentions(message, me)),
            may_be_taught=server is not None and self._services.config.discord.learn_answers,
            names=tuple(f"@{user.display_name}" for user in message.mentions),
            written=self._services.config.writer.default,
        )

        async def follow(question: DiscordQuestion) -> DiscordQuestion | Reply:
            more = asks_for_more(question.text)
            before = await _answers_before(message, me, more=more, continues=goes_on(question.text))
            if more:
                return follow_up(question, before[0], more=True) if before else notice(MORE_OF_WHAT)
            return await _completed(question, before, self._services.rewriter)

        with question_handler.in_flight.track():
            try:
                await question_handler.answer_message(message, question, follow)
            except Exception as error:  # else nobody would be told
                await self._services.error_reports.message_failed(message, error)


def asks_for_more(text: str) -> bool:
    """Tell whether a message asks for further sources of an answer, and for nothing else."""
    return _MORE.fullmatch(text) is not None


def follow_up(
    question: DiscordQuestion, sent: SentAnswer | None, *, more: bool = False
) -> DiscordQuestion | Reply:
    """Return a question as a follow-up to an answer: in its article, with its subject, or for more of it.

    Returns a line if there is no more.
    """
    if sent is None:
        return question
    if more:
        if sent.offset is None:
            return notice(NO_MORE)
        return replace(
            question,
            text=sent.question,
            article=sent.asked_in,
            offset=sent.offset,
            is_statement=sent.statement,
        )
    # If the articles did not say, another question has no reason to look in the article nearest to it first.
    article = sent.asked_in if sent.answer is None else sent.article
    question = replace(question, article=article, is_follow_up=article is not None)
    completed = with_subject(question.text, Turn(sent.question, sent.answer))
    if completed is None or len(completed.question) > QUESTION_LIMIT:
        return question
    return replace(
        question,
        text=completed.question,
        alone=question.text if completed.is_complete else None,
        # What holds words of somebody else is nobody's, so that no verdict stores it.
        author=None if sent.asker == question.user else 0,
    )


async def in_thread(
    channel: object,
    me: discord.ClientUser | None,
    rewriter: Rewriter | None,
    question: DiscordQuestion,
) -> DiscordQuestion | Reply:
    """Return a question that was asked in the thread of an answer as a follow-up to that answer."""
    if me is None or not isinstance(channel, discord.Thread):
        return question
    try:
        sent = _read(await _start_of(channel), me)
    except (discord.NotFound, discord.Forbidden):
        return question
    return await _completed(question, [sent] if sent else [], rewriter)


async def _completed(
    question: DiscordQuestion, before: Sequence[SentAnswer], rewriter: Rewriter | None
) -> DiscordQuestion | Reply:
    """Return a question as a follow-up to the first of the answers `before` it, which are newest first.

    If answers are written, the `rewriter` writes what lacks a subject out as a complete question.
    """
    if not before:
        return question
    asked = follow_up(question, before[0])
    if rewriter is None or not question.written or isinstance(asked, Reply) or asked.text == question.text:
        return asked
    turns = [Turn(sent.question, sent.answer) for sent in reversed(before)]
    text = None
    try:
        async with asyncio.timeout(2 * rewriter.within):
            text = await asyncio.to_thread(rewritten, question.text, turns, rewriter)
    except TimeoutError:  # what speaks to the model is being loaded: the next question finds it there
        pass
    except Exception:  # the question is answered all the same
        log.exception("a follow-up was not put in full")
    return asked if text is None else replace(asked, text=text, note=REWRITTEN)


def is_for_bot(message: discord.Message, me: discord.ClientUser) -> bool:
    """Tell whether a person wrote a message to the bot."""
    if message.author.bot or message.webhook_id is not None or message.type not in _MESSAGE_TYPES:
        return False
    if isinstance(message.channel, discord.DMChannel):
        return True
    role = _own_role(message)
    return _mentions(message, me) or (
        role is not None and any(mentioned.id == role.id for mentioned in message.role_mentions)
    )


def readable_text(message: discord.Message, me: discord.ClientUser) -> str:
    """Return the text of a message without the mention of the bot, and names for the mentions of others."""
    role = _own_role(message)
    own = {me.id, role.id if role else me.id}
    names = {user.id: f"@{user.display_name}" for user in message.mentions}
    names |= {role.id: f"@{role.name}" for role in message.role_mentions}
    names |= {channel.id: f"#{channel.name}" for channel in message.channel_mentions}

    def name_of(match: re.Match[str]) -> str:
        id_ = int(match["id"])
        return "" if id_ in own else names.get(id_, "") + match["after"]

    text = _CUSTOM_EMOJI.sub(r"\1", _MENTION.sub(name_of, message.content))
    return re.sub(r"[ \t]{2,}", " ", text).strip().rstrip(", ")


def text_of(message: discord.Message, me: discord.ClientUser | None) -> str:
    """Return the text of a message or of what it forwards; if it is an answer of the bot's, the question."""
    if me is None:
        return message.content
    if sent := _read(message, me):
        return sent.question
    forwarded = (snapshot.content for snapshot in message.message_snapshots)
    return readable_text(message, me) or next(forwarded, "")


def author_of(message: discord.Message, me: discord.ClientUser | None) -> int:
    """Return the id of who wrote what `text_of` returns; 0 if that is not known."""
    if me is not None and (sent := _read(message, me)):
        return sent.asker
    return message.author.id if message.content else 0  # a forwarded text has no author


def _mentions(message: discord.Message, me: discord.ClientUser) -> bool:
    """Tell whether a message mentions the bot itself; then Discord shows the bot what it says."""
    return any(user.id == me.id for user in message.mentions)


def _own_role(message: discord.Message) -> discord.Role | None:
    return message.guild.self_role if message.guild else None


async def _answers_before(
    message: discord.Message, me: discord.ClientUser, *, more: bool, continues: bool
) -> list[SentAnswer]:
    """Find the answer that a message follows up: what it replies to, or what its thread was started from.

    One that replies to no answer follows up the last one in the thread or the direct messages, if it asks for
    `more`; if it `continues` an earlier question, the last one in the channel that is theirs and not old.
    Behind that come the ones before it, `MOST_TURNS` in all.
    """
    found: list[SentAnswer] = []
    channel = message.channel
    alone = isinstance(channel, discord.Thread | discord.DMChannel)
    try:
        if sent := _read(await _replied_to(message), me):
            return [sent]
        if (continues and not _is_reply(message)) or (more and alone):
            since = None if more else message.created_at - GOES_ON_WITHIN
            async for earlier in channel.history(limit=HISTORY_LIMIT, before=message):
                if since is not None and earlier.created_at < since:
                    break
                sent = _read(earlier, me)
                if sent and (more or sent.asker == message.author.id):
                    found.append(sent)
                    if more or len(found) == MOST_TURNS:
                        return found
        if isinstance(channel, discord.Thread) and not found:
            found += filter(None, [_read(await _start_of(channel), me)])
    except (discord.NotFound, discord.Forbidden):
        pass  # deleted, or the bot may not read it: without any, the message is a question of its own
    return found


async def _start_of(thread: discord.Thread) -> discord.Message | None:
    """Fetch the message that a thread was started from; it has the thread's id."""
    parent = thread.parent
    return await parent.fetch_message(thread.id) if isinstance(parent, discord.TextChannel) else None


def _is_reply(message: discord.Message) -> bool:
    return message.type is discord.MessageType.reply


async def _replied_to(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None or not _is_reply(message):
        return None
    if reference.resolved is None:  # Discord did not include it
        return await message.channel.fetch_message(reference.message_id)
    return reference.resolved if isinstance(reference.resolved, discord.Message) else None


def _read(message: discord.Message | None, me: discord.ClientUser) -> SentAnswer | None:
    return read_back(message) if message is not None and message.author.id == me.id else None
