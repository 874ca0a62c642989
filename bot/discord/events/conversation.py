"""Questions in messages: by a mention, in direct messages, in reply to an answer, in an answer's thread.

Discord shows the bot only messages that mention it, reply to it with a ping, or are written to it directly.
"""

import re
from dataclasses import replace

import discord

from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import Seen
from bot.discord.questions.answering import EMPTY, Answering
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import NO_MORE, SentAnswer, read_back
from bot.discord.replies.reply import Reply, notice

LOOKED_BACK = 20
"""Messages of a direct conversation or a thread that are searched for the last answer, for a plain "more"."""

MORE_OF_WHAT = "More of what? Reply to one of my answers with “more”."

HELLO = f"{EMPTY} /about says more."

_MORE = re.compile(r"(show |give )?(me )?(some )?more( sources)?( please)?[.!?…]*", re.IGNORECASE)
_HELP = re.compile(r"help[.!?…]*|\?", re.IGNORECASE)
_GREETING = re.compile(
    r"(hi|hello|hey|thanks|thank you)( there| so much| a lot)?[\s,.!?…)(:]*", re.IGNORECASE
)
_MENTION = re.compile(r"<(?:@[!&]?|#)(?P<id>\d+)>(?P<after>[,:]?)")
_EMOJI = re.compile(r"<a?(:\w+:)\d+>")
_KINDS = (discord.MessageType.default, discord.MessageType.reply)


class Conversation:
    """Answers the messages of one bot."""

    def __init__(self, answering: Answering, error_reports: ErrorReports, seen: Seen) -> None:
        self._answering = answering
        self._error_reports = error_reports
        self._seen = seen

    async def on_message(self, message: discord.Message, me: discord.ClientUser) -> None:
        """Answer a message that is meant for the bot, once; never another bot's or its own."""
        if not meant_for(message, me) or not self._seen.first(message.id):
            return
        server = message.guild.id if message.guild else None
        asked = DiscordQuestion(
            spoken(message, me),
            message.author.id,
            server,
            "message",
            unseen=not (message.content or _names(message, me)),
        )

        async def follow(asked: DiscordQuestion) -> DiscordQuestion | Reply:
            if _HELP.fullmatch(asked.text):
                return await self._answering.about()
            if _GREETING.fullmatch(asked.text):
                return notice(HELLO)
            more = asks_for_more(asked.text)
            shown = await _shown(message, me, latest=more)
            return notice(MORE_OF_WHAT) if more and not shown else following(asked, shown, more=more)

        with self._answering.under_way():
            try:
                await self._answering.over_message(message, asked, follow)
            except Exception as error:  # else it would be silence
                await self._error_reports.message(message, error)


def asks_for_more(text: str) -> bool:
    """Say whether a message asks for further sources of what was answered, and for nothing else."""
    return _MORE.fullmatch(text) is not None


def following(
    asked: DiscordQuestion, shown: SentAnswer | None, *, more: bool = False
) -> DiscordQuestion | Reply:
    """Return a question as one that goes on from what was shown: in its article, or for more of it.

    Returns a line where there is no more of it.
    """
    if shown is None:
        return asked
    if more:
        if shown.offset is None:
            return notice(NO_MORE)
        return replace(
            asked,
            text=shown.question,
            article=shown.asked_in,
            first=shown.offset,
            statement=shown.statement,
        )
    # What the articles did not say, another question need not find in the article nearest to it.
    article = shown.asked_in if shown.answer is None else shown.article
    return replace(asked, article=article, from_before=article is not None)


async def in_thread(
    channel: object, me: discord.ClientUser | None, asked: DiscordQuestion
) -> DiscordQuestion | Reply:
    """Return a question that was asked in the thread of an answer as one that goes on from that."""
    if me is None or not isinstance(channel, discord.Thread):
        return asked
    try:
        return following(asked, _read(await _start_of(channel), me))
    except (discord.NotFound, discord.Forbidden):
        return asked


def meant_for(message: discord.Message, me: discord.ClientUser) -> bool:
    """Say whether a person wrote this message to the bot."""
    if message.author.bot or message.webhook_id is not None or message.type not in _KINDS:
        return False
    if isinstance(message.channel, discord.DMChannel):
        return True
    role = _own_role(message)
    return _names(message, me) or (
        role is not None and any(mentioned.id == role.id for mentioned in message.role_mentions)
    )


def spoken(message: discord.Message, me: discord.ClientUser) -> str:
    """Return what a message says, without the mention of the bot, with the names of others."""
    role = _own_role(message)
    own = {me.id, role.id if role else me.id}
    names = {user.id: f"@{user.display_name}" for user in message.mentions}
    names |= {role.id: f"@{role.name}" for role in message.role_mentions}
    names |= {channel.id: f"#{channel.name}" for channel in message.channel_mentions}

    def named(match: re.Match[str]) -> str:
        found = int(match["id"])
        return "" if found in own else names.get(found, "") + match["after"]

    text = _EMOJI.sub(r"\1", _MENTION.sub(named, message.content))
    return re.sub(r"[ \t]{2,}", " ", text).strip().rstrip(", ")


def said_in(message: discord.Message, me: discord.ClientUser | None) -> str:
    """Return the text of a message or of what it forwards; the question, of an answer that the bot gave."""
    if me is None:
        return message.content
    if shown := _read(message, me):
        return shown.question
    forwarded = (snapshot.content for snapshot in message.message_snapshots)
    return spoken(message, me) or next(forwarded, "")


def _names(message: discord.Message, me: discord.ClientUser) -> bool:
    """Say whether a message mentions the bot itself; then Discord shows the bot what it says."""
    return any(user.id == me.id for user in message.mentions)


def _own_role(message: discord.Message) -> discord.Role | None:
    return message.guild.self_role if message.guild else None


async def _shown(message: discord.Message, me: discord.ClientUser, *, latest: bool) -> SentAnswer | None:
    """Find the answer that a message goes on from: what it replies to, or what its thread was started from.

    With `latest`, where it replies to no answer, the last one in the thread or the direct messages.
    """
    channel = message.channel
    try:
        if shown := _read(await _replied_to(message), me):
            return shown
        if latest and isinstance(channel, discord.Thread | discord.DMChannel):
            async for earlier in channel.history(limit=LOOKED_BACK, before=message):
                if shown := _read(earlier, me):
                    return shown
        if isinstance(channel, discord.Thread):
            return _read(await _start_of(channel), me)
    except (discord.NotFound, discord.Forbidden):
        pass  # gone, or not for the bot to read: the message is a question of its own
    return None


async def _start_of(thread: discord.Thread) -> discord.Message | None:
    """Fetch the message that a thread was started from; it has the thread's id."""
    parent = thread.parent
    return await parent.fetch_message(thread.id) if isinstance(parent, discord.TextChannel) else None


async def _replied_to(message: discord.Message) -> discord.Message | None:
    reference = message.reference
    if reference is None or reference.message_id is None or message.type is not discord.MessageType.reply:
        return None
    if reference.resolved is None:  # Discord did not send it along
        return await message.channel.fetch_message(reference.message_id)
    return reference.resolved if isinstance(reference.resolved, discord.Message) else None


def _read(message: discord.Message | None, me: discord.ClientUser) -> SentAnswer | None:
    return read_back(message) if message is not None and message.author.id == me.id else None
