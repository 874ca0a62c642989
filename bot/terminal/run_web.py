"""`footnote serve`: sets up log and token, then serves the reading room."""

import logging
import os

from bot.remedies import remedy_for
from bot.telemetry import log_format as logs
from bot.telemetry.log_format import fields
from bot.terminal.command_group import FAILED, GlobalOptions, complain, exit_code
from bot.verbosity import DEBUG
from bot.web.token import take_web_token
from bot.wording import error_message
from index.errors import FootnoteError

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
    except FootnoteError as error:
        if options.verbosity >= DEBUG:
            log.debug("ended", exc_info=error)
        remedy = remedy_for(error)
        if log_format == logs.TEXT:
            complain(error.message, remedy)
        else:
            log.error("%s", error.message, extra=fields(remedy=remedy) if remedy else None)
        return exit_code(error)
    except Exception as error:  # only to the log, which hides the token if a message holds it
        log.exception("%s", error_message(error))
        return FAILED
    return 0
