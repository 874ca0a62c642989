"""Changes of the library: recorded for the terminal's commands, and laid out."""

import logging
from collections.abc import Sequence
from pathlib import Path

from bot.config import BotConfig
from bot.library_log import SCHEDULE, TERMINAL, LibraryChange, LibraryLog
from bot.terminal.blocks import Block, Piece
from bot.wording import error_message, safe, safe_link

log = logging.getLogger(__name__)


def record(config: BotConfig, action: str, file: str, url: str | None) -> None:
    """Record a change that a command made; it is no failure of the command if that cannot be done."""
    try:
        LibraryLog(config.bot_directory).record(TERMINAL, action, file, url)
    except OSError as error:
        log.warning("the change is not in the log: %s", error_message(error))


def change_blocks(changes: Sequence[LibraryChange], path: Path) -> list[Block]:
    """Lay out changes, a line for each; `path` is their file, named if there are none."""
    if not changes:
        return [Block((Piece(f"no changes yet in {safe(str(path))}"),))]
    return [
        Block(
            (
                Piece(f"{safe(change.action)} "),
                Piece(safe(change.file), "answer", safe_link(change.url)),
                Piece(f" ({_who(change)})", "aside"),
            ),
            f"{safe(change.time)}  ",
        )
        for change in changes
    ]


def _who(change: LibraryChange) -> str:
    if change.who in (TERMINAL, SCHEDULE):
        return change.who
    return safe(f"user {change.who}, server {change.server}")
