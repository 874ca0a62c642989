"""What several commands share: their options, and how a result is printed."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.terminal.command_group import GlobalOptions

if TYPE_CHECKING:
    from bot.terminal.blocks import Block

EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option(
    "--json", "as_objects", is_flag=True, help="Print JSON, and nothing else, on stdout."
)
article_option = click.option(
    "--article", metavar="ID", help="Ask one article only: its id, file, title or a beginning."
)
top_k_option = click.option(
    "--top-k", type=click.IntRange(1, 50), metavar="N", help="Number of citations; 3 unless configured."
)


def options_of(context: click.Context) -> GlobalOptions:
    """Return the global options of the run."""
    return context.ensure_object(GlobalOptions)


def put(as_objects: bool, value: Any, blocks: "Iterable[Block]") -> None:
    """Print a result: as JSON, or as a person reads it."""
    if as_objects:
        from bot.json_output import dump_for_stdout

        click.echo(dump_for_stdout(value))
    else:
        from bot.terminal.blocks import show

        show(blocks)
