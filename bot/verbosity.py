"""Verbosity: how loud the front ends, the library and other packages may log."""

import logging

QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2

# The lowest level that is shown of the front ends, the library, and all other packages.
_LEVELS = {
    QUIET: (logging.ERROR, logging.ERROR, logging.CRITICAL),
    NORMAL: (logging.INFO, logging.WARNING, logging.CRITICAL),
    VERBOSE: (logging.DEBUG, logging.INFO, logging.WARNING),
    DEBUG: (logging.DEBUG, logging.DEBUG, logging.INFO),
}


def set_levels(verbosity: int) -> None:
    """Set the loggers' levels for a `verbosity` from QUIET to DEBUG."""
    front_ends, library, others = _LEVELS[max(QUIET, min(DEBUG, verbosity))]
    logging.getLogger().setLevel(others)
    logging.getLogger("bot").setLevel(front_ends)
    logging.getLogger("index").setLevel(library)
