"""What is said beside the data: on stderr, through logging, as loud as `-v` and `-q` ask."""

import logging
import sys

from bot.wording import safe

QUIET, NORMAL, VERBOSE, DEBUG = -1, 0, 1, 2

# The loudest level shown of the front end, of the library, and of everybody else's packages.
_LEVELS = {
    QUIET: (logging.ERROR, logging.ERROR, logging.CRITICAL),
    NORMAL: (logging.INFO, logging.WARNING, logging.CRITICAL),
    VERBOSE: (logging.DEBUG, logging.INFO, logging.WARNING),
    DEBUG: (logging.DEBUG, logging.DEBUG, logging.INFO),
}


class _Stderr(logging.Handler):
    """Writes to whatever stderr is at the moment; a progress bar puts itself in its place."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record on a line, its trace below it."""
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        try:
            sys.stderr.write(f"{level}{safe(record.getMessage())}\n")
            if record.exc_info:
                trace = logging.Formatter().formatException(record.exc_info)
                sys.stderr.writelines(f"{safe(line)}\n" for line in trace.splitlines())
            sys.stderr.flush()
        except OSError:
            pass  # stderr is closed: nobody listens
        except Exception:
            self.handleError(record)


def configure(verbosity: int) -> None:
    """Send log records to stderr, as many as `verbosity` (from QUIET to DEBUG) asks for."""
    ours, library, others = _LEVELS[max(QUIET, min(DEBUG, verbosity))]
    logging.captureWarnings(True)
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Stderr)]:
        root.removeHandler(handler)
    root.addHandler(_Stderr())
    root.setLevel(others)
    logging.getLogger("bot").setLevel(ours)
    logging.getLogger("index").setLevel(library)
