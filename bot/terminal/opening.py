"""Opening of the library: its index is built first if there is none, and updated if the corpus changed."""

import logging

from bot.config import BotConfig
from bot.terminal.progress import progress
from index.articles.corpus import corpus_files, unsupported_files
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
from index.storage.index_folder import check_index_folder

log = logging.getLogger(__name__)


def open_library(config: BotConfig) -> Library:
    """Open the library over an index that is as up to date with the corpus as possible.

    If an update is impossible now (another process is updating, the folder is read-only, the disk is full),
    that is a warning as long as there is a complete index to answer from; otherwise raises FootnoteError.
    """
    check_index_folder(config)
    try:
        library = Library.open(config)
    except IndexMissingError:
        if corpus_files(config.corpus_directory):  # otherwise the update says that there are none
            log.info("Building the index of %s (only this once) …", config.corpus_directory)
    except IndexDamagedError as error:
        log.warning("%s. Rebuilding the index from the articles …", error.message.rstrip("."))
    except IndexStaleError as error:  # the whole index, or only the exported reader
        log.warning("%s. Updating the index …", error.message.rstrip("."))
    else:
        return update_library(config, library)
    log_report(update_index(config))
    return Library.open(config)


def update_library(config: BotConfig, library: Library) -> Library:
    """Return `library`, or one over the updated index if the corpus changed since its index was built.

    If another process is updating the index, or it cannot be written, that is a warning. Raises FootnoteError
    for every other problem: an answer from the last index would ignore what was asked for.
    """
    comparison = staleness.compare(config)
    if not comparison.stale_because:
        staleness.remember_times(config, comparison)
        log.debug("The index is up to date: %s, generation %s", config.index_directory, library.generation)
        return library
    log.info("Updating the index: %s …", comparison.stale_because)
    try:
        with progress(lines=False) as report:
            result = update(config, report, wait=0)
        log_report(result)
        return Library.open(config)
    except (IndexBusyError, IndexUnwritableError) as error:
        log.warning("%s. Answering from the last index.", error.message.rstrip("."))
    return library


def update_index(config: BotConfig) -> BuildReport:
    """Bring the index up to date with the corpus, with progress on stderr; wait for another process."""
    check_index_folder(config)
    with progress() as report:
        try:
            return update(config, report, wait=0)
        except IndexBusyError as error:
            log.info("%s. Waiting …", error.message.rstrip("."))
            return update(config, report)


def log_report(report: BuildReport) -> None:
    """Log what an update did, and warn of each file that it skipped."""
    log.info("%s", report.summary)
    warn_of_skipped(report)


def warn_of_skipped(report: BuildReport) -> None:
    """Warn of each file that is not in the index, and say why and what to do."""
    for skipped in report.skipped:
        log.warning("skipped %s: %s", skipped.file, skipped.explanation)


def log_ignored_files(config: BotConfig) -> None:
    """Log how many files of the corpus have unsupported types."""
    kinds = unsupported_files(config.corpus_directory)
    if kinds:
        counts_by_type = ", ".join(
            f"{count} {suffix or 'without extension'}" for suffix, count in kinds.items()
        )
        log.info("ignored (unsupported type): %s", counts_by_type)
