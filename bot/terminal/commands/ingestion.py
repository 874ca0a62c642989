"""Commands that change the corpus: `add`, `refresh` and `remove`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal.command_group import FAILED, Command, global_options
from bot.terminal.commands.options import json_option, options_of, put

if TYPE_CHECKING:
    from index.ingestion.corpus_changes import Ingested


@click.command(
    cls=Command,
    examples=(
        "footnote add notes.md minutes.pdf",
        "footnote add https://example.org/manual/install.html",
        "footnote add --into club/2026 minutes.pdf",
        "footnote add --title 'Minutes of May' --url https://example.org/may may.pdf",
    ),
)
@click.argument("sources", metavar="FILE|URL...", nargs=-1, required=True)
@click.option(
    "--into", default="", metavar="FOLDER", help="Folder below the corpus that files are copied to."
)
@click.option("--title", metavar="TEXT", help="Title of the one FILE.")
@click.option("--url", metavar="URL", help="Address that is shown with the one FILE.")
@json_option
@global_options
@click.pass_context
def add(
    context: click.Context,
    sources: tuple[str, ...],
    into: str,
    title: str | None,
    url: str | None,
    as_objects: bool,
) -> None:
    """Add articles to the library: copies of files, and web pages.

    Says what was read of each. What cannot be read is named and not added, and the exit code is 1. The next
    question brings the index up to date.

    Of a page its main text is kept, as Markdown below the name of its host; PDF and text stay as they are. A
    page that is there already is brought up to date, unless you changed it.
    """
    pages = [source for source in sources if source.lower().startswith(("http://", "https://"))]
    if len(sources) > 1 and (title or url):
        raise click.UsageError("--title and --url go with one FILE.")
    if pages and (title or url or into):
        raise click.UsageError("--into, --title and --url go with FILE, not with URL.")
    from bot.terminal.ingestion import take_each, taken_blocks, taken_objects
    from index.ingestion.files import add_file

    config = options_of(context).config()
    corpus = config.corpus_directory

    def take(source: str) -> "Ingested":
        if source not in pages:
            return add_file(corpus, Path(source), into, title, url)
        from index.ingestion.pages import add_page  # with what the network needs

        return add_page(corpus, source, config.corpus.allow_hosts)

    done, failures = take_each(sources, take, "fetch" if pages else "copy files")
    put(
        as_objects,
        taken_objects(corpus, done, failures) if as_objects else [],
        [] if as_objects else taken_blocks(corpus, done),
    )
    if failures:
        context.exit(FAILED)


@click.command(
    cls=Command,
    examples=(
        "footnote refresh",
        "footnote refresh tidewatch.example/manual/install",
        "footnote refresh --prune --json | jq -r '.[].outcome'",
    ),
)
@click.argument("articles", metavar="[ID]...", nargs=-1)
@click.option(
    "--prune", is_flag=True, help="Remove articles whose pages are gone (404, 410), as `remove` does."
)
@json_option
@global_options
@click.pass_context
def refresh(context: click.Context, articles: tuple[str, ...], prune: bool, as_objects: bool) -> None:
    """Ask again for the articles that were fetched, and bring them up to date.

    Without an ID, for all of them. A page that is gone, wants a login or cannot be fetched now leaves its
    copy as it is; so does an article that you changed. The exit code is 1 if one could not be asked for.
    """
    from bot.terminal import ingestion

    config = options_of(context).config()
    objects, blocks, failed = ingestion.refresh(config, articles, prune=prune)
    put(as_objects, objects, blocks)
    if failed:
        context.exit(FAILED)


@click.command(
    cls=Command,
    examples=("footnote remove notes/bees", "footnote remove --json notes/bees | jq -r '.[].trash'"),
)
@click.argument("articles", metavar="ID...", nargs=-1, required=True)
@json_option
@global_options
@click.pass_context
def remove(context: click.Context, articles: tuple[str, ...], as_objects: bool) -> None:
    """Remove articles from the library; they can be brought back.

    Their files are moved to the folder .trash beside that of the corpus. ID is that of an article or its
    file, in full.
    """
    from bot.terminal import ingestion

    corpus = options_of(context).config().corpus_directory
    put(as_objects, *ingestion.remove(corpus, articles))
