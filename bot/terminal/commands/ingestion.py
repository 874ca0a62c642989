"""Commands that change the corpus: `add`, `refresh` and `remove`; and `library log`, which lists changes."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal.command_group import FAILED, Command, Group, global_options
from bot.terminal.commands.options import WholeNumber, json_option, options_of, put, server_option

if TYPE_CHECKING:
    from index.ingestion.corpus_changes import IngestionResult

_LIMIT = 100
"""Pages of a site or a feed, unless another number is given."""
_DEPTH = 3


@click.command(
    cls=Command,
    examples=(
        "footnote add notes.md minutes.pdf",
        "footnote add https://example.org/manual/install.html",
        "footnote add --site --dry-run https://example.org/manual/",
        "footnote add --feed --limit 20 https://example.org/news.xml",
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
@click.option("--site", is_flag=True, help="Add the pages of the site below URL.")
@click.option("--feed", is_flag=True, help="Add the pages of the entries of the RSS or Atom feed at URL.")
@click.option(
    "--limit",
    type=WholeNumber(1, 10_000),
    metavar="N",
    help=f"With --site or --feed: pages at most; {_LIMIT} unless given.",
)
@click.option(
    "--depth",
    type=WholeNumber(0, 100),
    metavar="N",
    help=f"With --site: links from URL to a page, where there is no sitemap; {_DEPTH} unless given.",
)
@click.option(
    "--include", multiple=True, metavar="GLOB", help="With --site: only pages whose path or address fits."
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="With --site: no page whose path fits.")
@click.option("--dry-run", is_flag=True, help="With --site: only list the pages.")
@server_option
@json_option
@global_options
@click.pass_context
def add(
    context: click.Context,
    sources: tuple[str, ...],
    into: str,
    title: str | None,
    url: str | None,
    site: bool,
    feed: bool,
    limit: int | None,
    depth: int | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    dry_run: bool,
    as_objects: bool,
) -> None:
    """Add articles to the library: copies of files, and web pages.

    Says what was read of each. What cannot be read is named and not added, and the exit code is 1. The next
    question brings the index up to date.

    Of a page its main text is kept, as Markdown below the name of its host; PDF and text stay as they are. A
    page that is there already is brought up to date, unless you changed it.

    With --site, the pages are those in the sitemap, or else those that are linked to, below the folder of
    URL. What robots.txt forbids is not asked for; there is a second between two pages.
    """
    pages = [source for source in sources if source.lower().startswith(("http://", "https://"))]
    if len(sources) > 1 and (title or url):
        raise click.UsageError("--title and --url go with one FILE.")
    if (site or feed) and (site == feed or sources != tuple(pages) or len(pages) != 1):
        raise click.UsageError("--site and --feed go with one URL each.")
    if not site and (depth is not None or include or exclude or dry_run):
        raise click.UsageError("--depth, --include, --exclude and --dry-run go with --site.")
    if not (site or feed) and limit is not None:
        raise click.UsageError("--limit goes with --site or --feed.")
    if pages and (title or url or into):
        raise click.UsageError("--into, --title and --url go with FILE, not with URL.")
    from bot.terminal.ingestion import add_feed, add_site, take_each, taken_blocks, taken_objects
    from index.ingestion.files import add_file

    config = options_of(context).config(new_server=True)
    corpus = config.corpus_directory
    if site or feed:
        most = _LIMIT if limit is None else limit
        scope = {
            "limit": most,
            "depth": _DEPTH if depth is None else depth,
            "include": include,
            "exclude": exclude,
        }
        objects, blocks, failed = (
            add_site(config, sources[0], scope, dry_run=dry_run)
            if site
            else add_feed(config, sources[0], most)
        )
        put(as_objects, objects, blocks)
        context.exit(FAILED if failed else 0)

    def take(source: str) -> "IngestionResult":
        if source not in pages:
            return add_file(corpus, Path(source), into, title, url)
        return add_page(corpus, source, fetcher)

    if pages:
        from index.ingestion.pages import add_page  # with what the network needs
        from index.ingestion.polite_fetching import PoliteFetcher

        fetcher = PoliteFetcher(config.corpus.allow_hosts)
    done, failures = take_each(config, sources, take, "fetch" if pages else "copy files")
    put(as_objects, taken_objects(corpus, done, failures), taken_blocks(corpus, done))
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
@server_option
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
@server_option
@json_option
@global_options
@click.pass_context
def remove(context: click.Context, articles: tuple[str, ...], as_objects: bool) -> None:
    """Remove articles from the library; they can be brought back.

    Their files are moved to the folder .trash beside that of the corpus. ID is that of an article or its
    file, in full.
    """
    from bot.terminal import ingestion

    put(as_objects, *ingestion.remove(options_of(context).config(), articles))


@click.group(cls=Group, examples=("footnote library log",))
@global_options
def library() -> None:
    """Show who changed the library."""


@library.command(
    cls=Command,
    examples=(
        "footnote library log",
        "footnote library log --json | jq -r '.[] | select(.action == \"removed\") | .file'",
    ),
)
@server_option
@json_option
@global_options
@click.pass_context
def log(context: click.Context, as_objects: bool) -> None:
    """List the changes of the library, oldest first: when, what, and who.

    Who is a Discord user, by id, "terminal" for `add`, `refresh` and `remove`, or "schedule" for pages that
    the running bot refreshed. Files that you put into the corpus or take out yourself are not listed.
    """
    from dataclasses import asdict

    from bot.library_log import library_log_of
    from bot.terminal.library_changes import change_blocks

    config = options_of(context).config()
    log = library_log_of(config)
    changes = [each for each in log.list() if config.server is None or each.server == str(config.server)]
    put(as_objects, list(map(asdict, changes)), change_blocks(changes, log.place))
