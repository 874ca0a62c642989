"""How the bot and the reading room say why they ended: to people, or as an event of the log."""

import logging

from bot.remedies import remedy_for
from bot.telemetry import log_format as logs
from bot.telemetry.log_format import fields
from bot.terminal.command_group import FAILED, complain, exit_code
from bot.verbosity import DEBUG
from bot.wording import error_message
from index.errors import FootnoteError

log = logging.getLogger(__name__)


def report_end(error: Exception, verbosity: int, log_format: str) -> int:
    """Say what ended a program that logs in `log_format`; return its exit code."""
    if not isinstance(error, FootnoteError):  # only to the log, which hides the token if a message holds it
        log.error("%s", error_message(error), exc_info=error)
        return FAILED
    if verbosity >= DEBUG:
        log.debug("ended", exc_info=error)
    remedy = remedy_for(error)
    if log_format == logs.TEXT:
        complain(error.message, remedy)
    else:
        log.error("%s", error.message, extra=fields(remedy=remedy) if remedy else None)
    return exit_code(error)
