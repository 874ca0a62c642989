"""Commands on where the library is kept: `store copy`."""

import logging

import click

from bot.terminal.command_group import Command, CommandWithExamples, global_options
from bot.terminal.commands.options import json_option, options_of, put

log = logging.getLogger(__name__)


class _Group(CommandWithExamples, click.Group):
    """A group of commands whose help ends with examples."""


@click.group(
    cls=_Group, examples=("footnote store copy .footnote postgresql://footnote@db.example.org/library",)
)
def store() -> None:
    """Copy the library between a folder and a database."""


@store.command(
    cls=Command,
    examples=(
        "footnote store copy .footnote postgresql://footnote@db.example.org/library",
        "footnote store copy postgresql:///library?service=footnote /srv/footnote/index",
    ),
)
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@json_option
@global_options
@click.pass_context
def copy(context: click.Context, source: str, target: str, as_objects: bool) -> None:
    """Copy a whole library FROM a folder or a database TO an empty one, and compare both.

    Each is the folder of an index, or the address of a PostgreSQL database without its password. Articles
    are not read again, and nothing is embedded.
    """
    from bot.terminal.copying import copy_store

    facts, blocks = copy_store(options_of(context).config(), source, target)
    put(as_objects, facts, blocks)
