"""Commands on the articles: `articles`, `show` and `index`."""

import click

from bot.terminal.command_group import FAILED, Command, global_options
from bot.terminal.commands.options import WholeNumber, json_option, options_of, put, server_option


@click.command(
    cls=Command,
    examples=(
        "footnote articles",
        "footnote articles --json | jq -r '.[].id'",
    ),
)
@server_option
@json_option
@global_options
@click.pass_context
def articles(context: click.Context, as_objects: bool) -> None:
    """List the articles."""
    from bot import json_output
    from bot.terminal import layouts, opening

    config = options_of(context).config()
    rows = opening.open_library(config, name_skipped=False).articles()
    put(as_objects, [json_output.info_object(row) for row in rows], layouts.list_blocks(rows))
    opening.warn_of_skipped_files(config)


@click.command(
    cls=Command,
    examples=(
        "footnote show coalition-strikes-near-al-tanf",
        "footnote show --json coalition-strikes-near-al-tanf | jq -r .text",
    ),
)
@click.argument("article", metavar="ID")
@click.option("--around", type=WholeNumber(1), metavar="N", help="Show only the sentences around number N.")
@server_option
@json_option
@global_options
@click.pass_context
def show(context: click.Context, article: str, around: int | None, as_objects: bool) -> None:
    """Show one article, its sentences numbered.

    With --around and --json, "sentences" holds only those shown, and "first" is the number of its first;
    "text" stays whole, as the sentences' places count in it.
    """
    from bot import json_output
    from bot.terminal import layouts
    from bot.terminal.opening import open_library

    library = open_library(options_of(context).config())
    text, sentences = library.article(article), library.sentences(article)
    shown = range(len(sentences)) if around is None else layouts.sentences_around(around, len(sentences))
    value = json_output.article_object(text, sentences[shown.start : shown.stop])
    if around is not None:
        value["first"] = shown.start + 1
    put(as_objects, value, layouts.article_blocks(text, sentences, shown))


@click.command(cls=Command, examples=("footnote index", "footnote index --rebuild"))
@click.option("--rebuild", is_flag=True, help="Read and embed everything again, whether it changed or not.")
@server_option
@json_option
@global_options
@click.pass_context
def index(context: click.Context, rebuild: bool, as_objects: bool) -> None:
    """Build the index, or bring it up to date with the articles.

    Only what changed is embedded again. Questions are answered meanwhile. A file that cannot be read is
    named and skipped, and the exit code is 1.
    """
    from bot import json_output
    from bot.terminal import opening
    from bot.terminal.blocks import StyledText, TextBlock

    config = options_of(context).config()
    report = opening.update_index(config, rebuild=rebuild)
    opening.warn_of_skipped(report.skipped)
    opening.warn_of_poor_texts(report.poor)
    opening.log_ignored_files(config)
    put(as_objects, json_output.report_object(report), [TextBlock((StyledText(report.summary),))])
    if report.skipped:
        context.exit(FAILED)
