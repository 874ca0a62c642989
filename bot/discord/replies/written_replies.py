"""Replies to those who write something into the library."""

import discord

from bot.discord.replies.markdown import cut, link
from bot.discord.replies.message_limits import EMBED_DESCRIPTION
from bot.discord.replies.reply import AMBER, BOLD, TITLE_LIMIT, Reply, notice
from bot.wording import count_with_noun
from index.ingestion.corpus_changes import IngestionResult, Outcome

_FENCE = "```"


def stored_reply(ingested: IngestionResult, *, found: bool, note: str = "") -> Reply:
    """Say what became of an article; it is `found` if questions are answered from it by now."""
    title = f"{BOLD}{link(ingested.title, ingested.url, TITLE_LIMIT)}{BOLD}"
    if ingested.outcome is Outcome.UNCHANGED:
        return notice(f"{title} is in the library already, just as it is.")
    done = "is up to date in the library" if ingested.outcome is Outcome.UPDATED else "is in the library"
    size = count_with_noun(ingested.sentences or 0, "sentence")
    ready = "Ask away." if found else "I answer from it once the index could be updated."
    return notice(f"{title} {done}: {size}. {note or ready}")


def not_stored_reply(problem: str, written: str) -> Reply:
    """Say why something was not stored, and give what was written back, as it was."""
    room = EMBED_DESCRIPTION - 2 * len(f"{_FENCE}\n")
    text = cut(written.replace(_FENCE, "`\u200b`\u200b`"), room)
    embed = discord.Embed(description=f"{_FENCE}\n{text}\n{_FENCE}", colour=AMBER) if text.strip() else None
    return Reply(problem, embed)
