"""What several commands share: their options, and how a result is printed."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from typing_extensions import override

from bot.terminal.command_group import GlobalOptions

if TYPE_CHECKING:
    from bot.config import BotConfig
    from bot.terminal.blocks import TextBlock, TextTable
    from bot.writer import Writer


class WholeNumber(click.ParamType):  # type: ignore[type-arg,unused-ignore] # generic from click 8.5 on
    """A whole number within bounds; click's own type shows and refuses it in a mathematician's notation."""

    name = "number"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least, self.most = least, most

    @override
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that was typed."""
        bounds = f"of {self.least} or more" if self.most is None else f"from {self.least} to {self.most}"
        try:
            number = int(value)
        except ValueError:
            number = None
        if number is None or number < self.least or (self.most is not None and number > self.most):
            self.fail(f"expected a whole number {bounds} (found {value!r:.40})", param, ctx)
        return number


EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
json_option = click.option(
    "--json", "as_objects", is_flag=True, help="Print JSON, and nothing else, on stdout."
)
article_option = click.option(
    "--article", metavar="ID", help="Ask one article only: its id, file, title or a beginning."
)
top_k_option = click.option(
    "--top-k", type=WholeNumber(1, 50), metavar="N", help="Number of citations, 1 to 50; 3 unless configured."
)

write_option = click.option(
    "--write/--no-write",
    "writes",
    default=None,
    help="Have the language model of [writer] join the cited sentences; each of its own is checked.",
)


def writer_of(config: "BotConfig", writes: bool | None) -> "Writer | None":
    """Return what writes answers, if that is asked for, or configured and not declined.

    Raises ConfigurationError if no language model is named.
    """
    if not (config.writer.default if writes is None else writes):
        return None
    from bot.writer import Writer

    return Writer(config)


def _set_server(context: click.Context, _: click.Parameter, value: int | None) -> None:
    if value is not None:
        options_of(context).server = value


server_option = click.option(
    "--server",
    type=WholeNumber(1, (1 << 63) - 1),
    metavar="ID",
    expose_value=False,
    callback=_set_server,
    help="The library of the Discord server with this id, where servers have their own.",
)


def options_of(context: click.Context) -> GlobalOptions:
    """Return the global options of the run."""
    return context.ensure_object(GlobalOptions)


def put(as_objects: bool, value: Any, blocks: "Iterable[TextBlock | TextTable]") -> None:
    """Print a result: as JSON, or as a person reads it."""
    if as_objects:
        from bot.json_output import dump_for_stdout

        click.echo(dump_for_stdout(value))
    else:
        from bot.terminal.blocks import show

        show(blocks)
