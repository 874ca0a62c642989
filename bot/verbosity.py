"""TODO."""

import logging

QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2


# The loudest level shown of the front end, of the library, and of everybody else's packages.
_LEVELS = {
    QUIET: (logging.ERROR, logging.ERROR, logging.CRITICAL),
    NORMAL: (logging.INFO, logging.WARNING, logging.CRITICAL),
    VERBOSE: (logging.DEBUG, logging.INFO, logging.WARNING),
    DEBUG: (logging.DEBUG, logging.DEBUG, logging.INFO),
}


def set_levels(verbosity: int) -> None:
    """Set the levels of the loggers as `verbosity`, from QUIET to DEBUG, asks for."""
    ours, library, others = _LEVELS[max(QUIET, min(DEBUG, verbosity))]
    logging.getLogger().setLevel(others)
    logging.getLogger("bot").setLevel(ours)
    logging.getLogger("index").setLevel(library)
