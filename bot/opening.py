"""Opens the library, its index built first where there is none and updated where the corpus changed."""

import logging

from bot.config import Config
from bot.progress import progress
from index.build import BuildReport, is_stale, update
from index.errors import FootnoteError, IndexBusyError, IndexDamagedError, IndexMissingError, IndexStaleError
from index.library import Library

log = logging.getLogger(__name__)


def open_library(config: Config) -> Library:
    """Open the library over an index that is up to date with the corpus, as far as that can be had.

    An update that cannot be made (another process is at it, the folder is read-only, the disk full) is a
    warning while there is a whole index to answer from. Raises FootnoteError or OSError where there is none.
    """
    try:
        library = Library.open(config)
    except IndexMissingError:
        log.info("Building the index of %s (only this once) …", config.corpus_directory)
    except (IndexDamagedError, IndexStaleError) as error:
        log.warning("%s Rebuilding the index from the articles …", sentence(error))
    else:
        return refreshed(config, library)
    tell(update_index(config))
    return Library.open(config)


def refreshed(config: Config, library: Library) -> Library:
    """Return `library`, or, where the corpus changed since its index was made, one over the updated index."""
    if not is_stale(config):
        return library
    log.info("The articles changed: updating the index …")
    try:
        tell(update_index(config))
        return Library.open(config)
    except IndexBusyError as error:
        log.warning("%s Answering from the last index.", sentence(error))
    except OSError as error:
        log.warning("The index cannot be updated: %s. Answering from the last one.", error)
    return library


def update_index(config: Config) -> BuildReport:
    """Bring the index up to date with the corpus, progress on stderr; see `index.build.update`."""
    with progress() as report:
        return update(config, report)


def tell(report: BuildReport) -> None:
    """Say what an update did that nobody asked for, and warn of each file that it skipped."""
    log.info("%s", counts(report))
    warn_of_skipped(report)


def warn_of_skipped(report: BuildReport) -> None:
    """Warn of each file that is not in the index, with the reason."""
    for file, reason in report.skipped:
        log.warning("skipped %s: %s", file, reason)


def counts(report: BuildReport) -> str:
    """Return what an update did to the articles, in one line."""
    kinds = ("added", "updated", "removed", "unchanged")
    return ", ".join(f"{getattr(report, kind)} {kind}" for kind in kinds)


def sentence(error: FootnoteError) -> str:
    """Return an error's message with a full stop, so that a sentence can follow."""
    return error.message.rstrip(".") + "."
