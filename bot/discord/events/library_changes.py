"""What members write, stored as articles: by whom, and so that questions are answered from it at once."""

import asyncio
import errno
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import discord

from bot.discord.account.permissions import is_member, may_change_library
from bot.discord.events.services import Interaction, server_of
from bot.discord.library.quotas import check_additions, remaining_quota
from bot.discord.replies.library_changes import failed_reply
from bot.library_log import library_log_of
from index.errors import IngestionError, QuotaError
from index.ingestion.corpus_changes import IngestionResult, Outcome
from index.ingestion.remaining_quota import RemainingQuota

NOT_ALLOWED = (
    "Only those who manage this server, or have the role for it, can add to the library. If you know the "
    "answer, tell one of them."
)
NO_ROOM = "The disk of my machine is full, so I could not store that."
NOT_WRITABLE = "I am not allowed to write to the library on my machine, so I could not store that."
CHANGED_BY_HAND = "That article was changed by hand, so I left it as it is."
BEING_CHANGED = "The library is being changed just now, so I did nothing. Please try again in some minutes."
NOT_STORED = "Something went wrong on my side, so I could not store that."


class BeingChangedError(Exception):
    """Others take so long to change the library that nothing was done."""


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What became of an article; `found` if questions are answered from it by now."""

    ingested: IngestionResult
    found: bool


class Add(Protocol):
    """Adds an article to a corpus, within its quota."""

    def __call__(self, corpus: Path, *, quota: RemainingQuota | None) -> IngestionResult:
        """Add the article."""


@asynccontextmanager
async def changing(interaction: Interaction) -> AsyncIterator[None]:
    """Wait for those who change the library, and have others wait until the block ends.

    Raises BeingChangedError.
    """
    services = interaction.client.services
    lock = services.libraries.lock_of(server_of(interaction))
    try:
        async with asyncio.timeout(services.change_within):
            await lock.acquire()
    except TimeoutError:
        raise BeingChangedError from None
    try:
        yield
    finally:
        lock.release()


async def store(interaction: Interaction, add: Add) -> StoreResult:
    """Have an article added to the corpus, and answer from it from now on.

    Raises BeingChangedError, QuotaError, and what `add` raises.
    """
    libraries, server = interaction.client.services.libraries, server_of(interaction)
    async with changing(interaction):
        await libraries.prepare_change(server)
        config = libraries.config_of(server)
        await asyncio.to_thread(check_additions, config)
        quota = await asyncio.to_thread(remaining_quota, config)
        ingested = await asyncio.to_thread(add, config.corpus_directory, quota=quota)
        if ingested.outcome is not Outcome.UNCHANGED:
            await record(interaction, ingested.outcome, ingested.file, ingested.url)
    return StoreResult(ingested, found=await libraries.refresh(server))


async def record(interaction: Interaction, action: str, file: str, url: str | None) -> None:
    """Record who changed the library."""
    library_log = library_log_of(interaction.client.services.config)
    who, server = interaction.user.id, interaction.guild_id
    await asyncio.to_thread(library_log.record, who, action, file, url, server=server)


def may_change(interaction: Interaction) -> bool:
    """Tell whether the person may change the library."""
    return may_change_library(interaction, interaction.client.services.config.discord.library_role)


def may_be_taught(interaction: Interaction, *, private: bool) -> bool:
    """Tell whether the reply to a question has the button to answer it, where the articles do not say."""
    if not private:
        return interaction.client.services.config.discord.learn_answers and is_member(interaction)
    return may_change(interaction)


def author_name(interaction: Interaction, author: discord.abc.User) -> str:
    """Return what an article names its author by, "" if it names none."""
    return author.display_name if interaction.client.services.config.discord.name_authors else ""


def why_not_stored(interaction: Interaction, error: Exception) -> str:
    """Log an error under a number, and say in one line why something was not stored."""
    if isinstance(error, BeingChangedError):
        return BEING_CHANGED
    if isinstance(error, QuotaError):
        return str(failed_reply("I stored nothing", error.message).content)
    reference = interaction.client.services.error_reports.event_failed("writing an article", error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        why = NO_ROOM
    elif isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why = NOT_WRITABLE
    elif isinstance(error, IngestionError):
        why = CHANGED_BY_HAND
    else:
        why = NOT_STORED
    return f"{why} (Reference: `{reference}`)"
