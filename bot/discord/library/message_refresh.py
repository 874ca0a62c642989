"""Articles made of messages, asked for again: by the bot itself, because Discord shows them to nobody else.

Without the message content intent, Discord shows a bot when a message was edited, but its words only if they
mention the bot. So a message without words is no reason to give up those that are stored.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.config import BotConfig
from bot.discord.library.page_refresh import RefreshReport, remove_gone
from bot.discord.library.quotas import remaining_quota
from bot.library_log import SCHEDULE, library_log_of
from bot.wording import error_message
from index.errors import FootnoteError, IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome
from index.ingestion.messages import StoredMessage, add_message, has_words, stored_messages
from index.ingestion.remaining_quota import RemainingQuota

HIDDEN = "was edited, but Discord does not show me its words: add it again, from its menu"
NO_WORDS = "has no words any more: the copy stays"

# "https://discord.com/channels/1200/3400/5600": server, channel and message
_LINK = re.compile(r"https://discord\.com/channels/([0-9]{1,20})/([0-9]{1,20})/([0-9]{1,20})", re.ASCII)


@dataclass(frozen=True, slots=True)
class MessageAddress:
    """Where a message is: the ids of its server, its channel and itself."""

    server: int
    channel: int
    message: int


@dataclass(frozen=True, slots=True)
class CurrentMessage:
    """What a message says now, "" if Discord does not show that; `edited` in ISO 8601, "" if it never was."""

    text: str
    edited: str


FetchMessage = Callable[[MessageAddress], Awaitable[CurrentMessage | None]]
"""Asks Discord for a message; None if it was deleted. Raises IngestionError if that cannot be told."""


async def refresh_messages(
    config: BotConfig,
    fetch: FetchMessage,
    *,
    only: str | None = None,
    who: str = SCHEDULE,
    server: int | None = None,
    prune: bool = False,
) -> RefreshReport:
    """Ask for all messages again of which articles were made, or `only` for that of the article with that id.

    A new version replaces the article; `prune` removes those of deleted messages. `who` in `server` is
    recorded. Raises ConfigurationError.
    """
    corpus = config.corpus_directory
    stored = await asyncio.to_thread(stored_messages, corpus) if corpus.is_dir() else []
    stored = [each for each in stored if only in (None, each.file.id)]
    if not stored:
        return RefreshReport()
    library_log, quota = library_log_of(config), await asyncio.to_thread(remaining_quota, config)
    outcomes, failures = Counter[str](), dict[str, str]()
    gone = []
    for each in stored:
        try:
            current = await fetch(_address(each, config.server))
            if current is None:
                gone.append(each.file)
                outcomes[Outcome.GONE] += 1
                continue
            ingested = await asyncio.to_thread(_update, config, each, current, quota)
        except FootnoteError as error:
            failures[each.file.id] = error.message
        except OSError as error:
            failures[each.file.id] = error.strerror or error_message(error)
        else:
            outcomes[ingested.outcome] += 1
            if ingested.outcome is Outcome.UPDATED:
                await asyncio.to_thread(
                    library_log.record, who, ingested.outcome, ingested.file, ingested.url, server=server
                )
    removed, not_removed = await asyncio.to_thread(remove_gone, config, gone if prune else (), who, server)
    return RefreshReport(dict(outcomes), {**failures, **not_removed}, removed)


def _address(stored: StoredMessage, server: int | None) -> MessageAddress:
    """Return where a message is. Raises IngestionError unless it is the one that the article is named by.

    A server's own article is of a message there: whoever edited the file gets to see no other server's.
    """
    link = _LINK.fullmatch(stored.facts["url"])
    address = MessageAddress(*map(int, link.groups())) if link else None
    if address is None or address.message != stored.id or server not in (None, address.server):
        raise IngestionError("has another link than to its message: it stays as it is")
    return address


def _update(
    config: BotConfig, stored: StoredMessage, current: CurrentMessage, quota: RemainingQuota | None
) -> IngestionResult:
    """Store what a message says now, if it was edited since. Raises what `add_message` raises."""
    facts = stored.facts
    if current.edited == facts.get("updated", ""):
        title = facts.get("title", stored.file.id)
        return IngestionResult(
            stored.file.id, Outcome.UNCHANGED, stored.file.file, title, facts["url"], None, ""
        )
    if not current.text:
        raise IngestionError(HIDDEN)
    if not has_words(current.text):
        raise IngestionError(NO_WORDS)
    return add_message(
        config.corpus_directory,
        stored.id,
        current.text,
        published=facts.get("published", ""),
        url=facts["url"],
        updated=current.edited,
        author=facts.get("author", "") if config.discord.name_authors else "",
        quota=quota,
    )
