"""Opens the library, its index built first where there is none and updated where the corpus changed."""

import logging

from bot.config import Config
from bot.terminal.progress import progress
from index.articles.corpus import corpus_files, other_kinds
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


def open_library(config: Config) -> Library:
    """Open the library over an index that is up to date with the corpus, as far as that can be had.

    An update that cannot be made now (another process is at it, the folder is read-only, the disk full) is a
    warning while there is a whole index to answer from. Raises FootnoteError where there is none.
    """
    check_index_folder(config)
    try:
        library = Library.open(config)
    except IndexMissingError:
        if corpus_files(config.corpus_directory):  # else there is nothing to build it of, as the update says
            log.info("Building the index of %s (only this once) …", config.corpus_directory)
    except IndexDamagedError as error:
        log.warning("%s. Rebuilding the index from the articles …", error.message.rstrip("."))
    except IndexStaleError as error:  # all of it, or the exported reader alone
        log.warning("%s. Updating the index …", error.message.rstrip("."))
    else:
        return refreshed(config, library)
    tell(update_index(config))
    return Library.open(config)


def refreshed(config: Config, library: Library) -> Library:
    """Return `library`, or, where the corpus changed since its index was made, one over the updated index.

    Where another process is updating it, or it cannot be written, that is a warning. Raises FootnoteError for
    all else that stands in the way: an answer from the earlier index would pass over what was asked for.
    """
    comparison = staleness.compare(config)
    if not comparison.stale_because:
        staleness.remember_times(config, comparison)
        log.debug("The index is up to date: %s, generation %s", config.index_directory, library.generation)
        return library
    log.info("Updating the index: %s …", comparison.stale_because)
    try:
        with progress(lines=False) as report:
            done = update(config, report, wait=0)
        tell(done)
        return Library.open(config)
    except (IndexBusyError, IndexUnwritableError) as error:
        log.warning("%s. Answering from the last index.", error.message.rstrip("."))
    return library


def update_index(config: Config) -> BuildReport:
    """Bring the index up to date with the corpus, progress on stderr, after another process that is at it."""
    check_index_folder(config)
    with progress() as report:
        try:
            return update(config, report, wait=0)
        except IndexBusyError as error:
            log.info("%s. Waiting …", error.message.rstrip("."))
            return update(config, report)


def tell(report: BuildReport) -> None:
    """Say what an update did that nobody asked for, and warn of each file that it skipped."""
    log.info("%s", report.summary)
    warn_of_skipped(report)


def warn_of_skipped(report: BuildReport) -> None:
    """Warn of each file that is not in the index, with the reason."""
    for file, reason in report.skipped:
        log.warning("skipped %s: %s", file, reason)


def tell_of_other_kinds(config: Config) -> None:
    """Say how many files of the corpus are of kinds that are not read."""
    kinds = other_kinds(config.corpus_directory)
    if kinds:
        named = ", ".join(f"{count} {suffix or 'without extension'}" for suffix, count in kinds.items())
        log.info("left out, of kinds that are not read: %s", named)
