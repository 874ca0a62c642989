"""Opening of the library: its index is built first if there is none, and updated if the corpus changed."""

import logging
from collections.abc import Iterable

from bot.config import BotConfig
from bot.remedies import poor_text_remedy, remedy_for
from bot.server_folders import has_articles
from bot.terminal.progress import progress
from index.articles.corpus import corpus_files, describe_counts, unsupported_files
from index.building import staleness
from index.building.report import BuildReport
from index.building.update import update
from index.errors import (
    IndexBusyError,
    IndexDamagedError,
    IndexMissingError,
    IndexStaleError,
    IndexUnwritableError,
)
from index.library import Library
from index.segmentation.characters import escape_unseen
from index.storage.input_state import PoorText, SkippedFile
from index.storage.published import check_place

log = logging.getLogger(__name__)


def open_library(config: BotConfig, *, name_skipped: bool = True) -> Library:
    """Open the library over an index that is as up to date with the corpus as possible.

    `name_skipped` warns of each file that an update skipped.
    If an update is impossible now (another process is updating, the folder is read-only, the disk is full),
    that is a warning as long as there is a complete index to answer from; otherwise raises FootnoteError.
    In a server's library, the server's own articles and the common ones are joined.
    """
    if config.common is None:
        return _open_one(config, name_skipped=name_skipped)
    common = _open_one(config.common, name_skipped=name_skipped)
    if not has_articles(config):
        return common
    return _open_one(config, name_skipped=name_skipped).joined_with(common)


def _open_one(config: BotConfig, *, name_skipped: bool) -> Library:
    check_place(config)
    try:
        library = Library.open(config)
    except IndexMissingError:
        if config.answers_only:
            raise
        if corpus_files(config.corpus_directory):  # otherwise the update says that there are none
            log.info("Building the index of %s (only this once) …", config.corpus_directory)
    except IndexDamagedError as error:
        log.warning("%s. Rebuilding the index from the articles …", error.message.rstrip("."))
    except IndexStaleError as error:  # the whole index, or only the exported reader
        log.warning("%s. Updating the index …", error.message.rstrip("."))
    else:
        return _update_one(config, library, name_skipped=name_skipped)
    log_report(update_index(config), name_skipped=name_skipped)
    return Library.open(config)


def update_library(config: BotConfig, library: Library, *, name_skipped: bool = True) -> Library:
    """Return `library`, or one over the updated index if the corpus changed since its index was built.

    If another process is updating the index, or it cannot be written, that is a warning. Raises FootnoteError
    for every other problem: an answer from the last index would ignore what was asked for.
    """
    if config.common is None:
        return _update_one(config, library, name_skipped=name_skipped)
    both = [config.common, *([config] if has_articles(config) else [])]
    if not any(staleness.compare(each).stale_because for each in both):
        return library
    return open_library(config, name_skipped=name_skipped)


def _update_one(config: BotConfig, library: Library, *, name_skipped: bool) -> Library:
    comparison = staleness.compare(config)
    if not comparison.stale_because:
        staleness.remember_times(config, comparison)
        log.debug("The index is up to date: %s, generation %s", config.index_directory, library.generation)
        return library
    log.info("Updating the index: %s …", comparison.stale_because)
    try:
        with progress() as report:
            result = update(config, report, wait=0)
        log_report(result, name_skipped=name_skipped)
        return Library.open(config)
    except (IndexBusyError, IndexUnwritableError) as error:
        remedy = remedy_for(error)
        log.warning(
            "%s. Answering from the last index.%s", error.message.rstrip("."), f" {remedy}" if remedy else ""
        )
    return library


def update_index(config: BotConfig, *, rebuild: bool = False) -> BuildReport:
    """Bring the index up to date with the corpus, with progress on stderr; wait for another process."""
    check_place(config)
    with progress() as report:
        try:
            return update(config, report, wait=0, rebuild=rebuild)
        except IndexBusyError as error:
            log.info("%s. Waiting …", error.message.rstrip("."))
            return update(config, report, rebuild=rebuild)


def log_report(report: BuildReport, *, name_skipped: bool = True) -> None:
    """Log what an update did, and warn of each file that it skipped."""
    log.info("%s", report.summary)
    if name_skipped:
        warn_of_skipped(report.skipped)


def warn_of_skipped_files(config: BotConfig) -> None:
    """Warn of each file of the corpus that the present index leaves out."""
    if config.common is None or has_articles(config):
        warn_of_skipped(staleness.skipped_files(config))


def warn_of_skipped(files: Iterable[SkippedFile]) -> None:
    """Warn of each file that is not in the index, and say why and what to do."""
    for skipped in files:
        log.warning("skipped %s: %s", escape_unseen(skipped.file), skipped.explanation)


def warn_of_poor_texts(files: Iterable[PoorText]) -> None:
    """Warn of each article whose words are cut or run together, or whose front matter is broken."""
    for file, reason in files:
        log.warning("poor text in %s: %s. %s", escape_unseen(file), reason, poor_text_remedy(reason))


def log_ignored_files(config: BotConfig) -> None:
    """Log how many files of the corpus have unsupported types."""
    if counts := unsupported_files(config.corpus_directory, config.index_directory):
        log.info("ignored (unsupported type): %s", describe_counts(counts))
