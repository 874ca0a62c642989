"""The `footnote` command line: all commands, in the order in which a person needs them."""

import click

from bot.terminal.command_group import Group, global_options
from bot.terminal.commands.articles import articles, index, show
from bot.terminal.commands.asking import ask, chat
from bot.terminal.commands.ingestion import add, library, refresh, remove
from bot.terminal.commands.operation import discord_bot, doctor, serve
from bot.terminal.commands.quality import evaluate, feedback, gaps
from bot.terminal.commands.store import store


@click.group(
    cls=Group,
    examples=(
        "footnote ask 'Who predicts the fight for Raqqa will be long and hard?'",
        "footnote ask --json 'How many leaflets were dropped?'",
        "footnote chat",
    ),
)
@click.version_option(package_name="footnote-bot", message="footnote %(version)s")
@global_options
def main() -> None:
    """Ask a library of articles, and get answers with their source sentences.

    The index of the articles is built at the first question and follows the articles from then on.
    Nothing leaves this machine, but for what you ask for: `add` with a web address, `refresh`, the bot,
    and a database or a language model that you name in the configuration.
    """


for command in (
    ask,
    chat,
    articles,
    show,
    add,
    refresh,
    remove,
    index,
    evaluate,
    serve,
    discord_bot,
    doctor,
    feedback,
    gaps,
    library,
    store,
):
    main.add_command(command)
