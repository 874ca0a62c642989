"""`footnote bot`: sets up log and token, then runs the bot or registers its commands."""

import asyncio
import logging
import os
from typing import TYPE_CHECKING

from bot.discord.account.token import read_token, remove_token
from bot.telemetry import log_format as logs
from bot.terminal.command_group import GlobalOptions
from bot.terminal.ending import report_end
from bot.web.api_token import take_web_token
from index.errors import FootnoteError

if TYPE_CHECKING:
    from bot.config import BotConfig

log = logging.getLogger(__name__)


def start(options: GlobalOptions, place: str | None, log_format: str) -> int:
    """Run the bot, or register its commands at `place`; say what went wrong and return the exit code."""
    logs.configure_logging(options.verbosity, log_format)
    try:
        config = options.config()
        token = read_token(os.environ)
        remove_token(os.environ)
        web_token = take_web_token(os.environ)
        os.environ["PYTHONSAFEPATH"] = "1"  # child processes import nothing from the current folder
        logs.configure_logging(options.verbosity, log_format, (token, web_token))
        # Imported here, so that what its packages log is in the log's format.
        from bot.discord.running import run_bot

        if place is None:
            run_bot(config, token, web_token)
        else:
            asyncio.run(_register(config, token, place))
    except Exception as error:
        return report_end(error, options.verbosity, log_format)
    return 0


async def _register(config: "BotConfig", token: str, place: str) -> None:
    from bot.discord.account.command_sync import register_commands
    from bot.discord.account.login import is_temporary, logged_in_client, unreachable_message
    from bot.discord.events.commands import definitions

    try:
        async with logged_in_client(token, config.discord.api_base) as client:
            commands = definitions(written=bool(config.writer.llm))
            await register_commands(client, commands, config.bot_directory, place)
    except Exception as error:
        if not is_temporary(error):
            raise
        raise FootnoteError(unreachable_message(error)) from error
