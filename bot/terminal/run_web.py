"""`footnote serve`: sets up log and token, then serves the reading room."""

import logging
import os

from bot.telemetry import log_format as logs
from bot.terminal.command_group import GlobalOptions
from bot.terminal.ending import report_end
from bot.web.api_token import take_web_token

log = logging.getLogger(__name__)


def start(options: GlobalOptions, listen: str, log_format: str) -> int:
    """Serve the reading room at `listen`, "" for the configured address; return the exit code."""
    logs.configure_logging(options.verbosity, log_format)
    try:
        config = options.config()
        token = take_web_token(os.environ)
        os.environ["PYTHONSAFEPATH"] = "1"  # child processes import nothing from the current folder
        logs.configure_logging(options.verbosity, log_format, (token,))
        from bot.web.running import DEFAULT_LISTEN, run_reading_room

        key = "--listen" if listen else config.named("web.listen")
        run_reading_room(config, listen or config.web.listen or DEFAULT_LISTEN, key, token)
    except Exception as error:
        return report_end(error, options.verbosity, log_format)
    return 0
