"""What members of a server may add to its own library: so many articles, so much text, so often a day.

What was removed still lies on the disk, so it counts as bytes. The owner's own additions, by hand or in the
terminal, count, too, but are not refused.
"""

import os
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.config import BotConfig
from bot.library_log import SCHEDULE, TERMINAL, LibraryChange, library_log_of
from index.articles.corpus import corpus_files
from index.errors import IndexDamagedError, IndexMissingError, IndexStaleError, QuotaError
from index.ingestion.corpus_changes import TRASH
from index.ingestion.remaining_quota import RemainingQuota, on_disk
from index.storage.published import count_characters, open_published

DAY = timedelta(days=1)


def check_additions(config: BotConfig) -> None:
    """Raise QuotaError if members of a server have added as much as they may in a day."""
    most = config.discord.server_additions_per_day
    if config.server is None or not most:
        return
    since = (datetime.now(UTC) - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
    if _added(library_log_of(config).since(since), config.server) >= most:
        raise QuotaError(f"this server has added {most:,} articles within a day, as many as it may")


def remaining_quota(config: BotConfig) -> RemainingQuota | None:
    """Return what a server's own library may still take; None if the library is not a server's.

    Articles and bytes are counted in the folders, characters in the index, which has counted them.
    """
    if config.server is None:
        return None
    corpus, settings = config.corpus_directory, config.discord
    articles = len(corpus_files(corpus)) if corpus.is_dir() else 0
    return RemainingQuota(
        settings.server_articles - articles if settings.server_articles else None,
        settings.server_characters - _characters(config) if settings.server_characters else None,
        settings.server_megabytes * 2**20 - _bytes(config) if settings.server_megabytes else None,
    )


def _added(changes: Iterable[LibraryChange], server: int) -> int:
    by_members = (each for each in changes if each.who not in (TERMINAL, SCHEDULE))
    return sum(each.action == "added" and each.server == str(server) for each in by_members)


def _bytes(config: BotConfig) -> int:
    """Return the bytes on disk of a server's articles and of those that were removed, with their folders."""
    corpus = config.corpus_directory
    taken = 0
    for top in (corpus, corpus.parent / TRASH):
        for folder, _, files in os.walk(top):
            taken += on_disk(1)
            for name in files:
                with suppress(FileNotFoundError):  # finished meanwhile
                    taken += on_disk(Path(folder, name).lstat().st_size)
    return taken


def _characters(config: BotConfig) -> int:
    try:
        return open_published(config, count_characters, check=False)
    except (IndexMissingError, IndexDamagedError, IndexStaleError):
        return 0  # what is in the corpus is counted once there is an index again
