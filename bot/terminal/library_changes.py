"""Changes of the library, laid out for a terminal."""

from collections.abc import Sequence

from bot.library_log import SCHEDULE, TERMINAL, LibraryChange
from bot.terminal.blocks import StyledText, TextBlock
from bot.wording import safe, safe_link


def change_blocks(changes: Sequence[LibraryChange], place: str) -> list[TextBlock]:
    """Lay out changes, a line for each; `place` is where they are kept, named if there are none."""
    if not changes:
        return [TextBlock((StyledText(f"no changes yet in {safe(place)}"),))]
    return [
        TextBlock(
            (
                StyledText(f"{safe(change.action)} "),
                StyledText(safe(change.file), "answer", safe_link(change.url)),
                StyledText(f" ({_who(change)})", "aside"),
            ),
            f"{safe(change.time)}  ",
        )
        for change in changes
    ]


def _who(change: LibraryChange) -> str:
    if change.who in (TERMINAL, SCHEDULE):
        return safe(change.who if change.server is None else f"{change.who}, server {change.server}")
    return safe(f"user {change.who}, server {change.server}")
