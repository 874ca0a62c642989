"""Messages beside the data: log records on stderr, as many as `-v` and `-q` ask for."""

import logging
import sys

from typing_extensions import override

from bot.verbosity import set_levels
from bot.wording import safe


class _Stderr(logging.Handler):
    """Writes to the current stderr: a progress bar replaces it while it runs."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        level = "" if record.levelno <= logging.INFO else f"{record.levelname.lower()}: "
        try:
            sys.stderr.write(f"{level}{safe(record.getMessage())}\n")
            if record.exc_info:
                trace = logging.Formatter().formatException(record.exc_info)
                sys.stderr.writelines(f"{safe(line)}\n" for line in trace.splitlines())
            sys.stderr.flush()
        except OSError:
            pass  # stderr is closed
        except Exception:
            self.handleError(record)


def configure_messages(verbosity: int) -> None:
    """Send log records to stderr, as many as `verbosity` (from QUIET to DEBUG) asks for."""
    logging.captureWarnings(True)
    root = logging.getLogger()
    for handler in [handler for handler in root.handlers if isinstance(handler, _Stderr)]:
        root.removeHandler(handler)
    root.addHandler(_Stderr())
    set_levels(verbosity)
