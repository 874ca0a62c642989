"""What `footnote add`, `refresh` and `remove` do, one article after the other, and how they say so."""

import logging
import re
import shlex
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bot.config import BotConfig
from bot.library_log import TERMINAL, library_log_of
from bot.remedies import poor_text_remedy, remedy_for
from bot.terminal.blocks import StyledText, TextBlock
from bot.terminal.progress import progress
from bot.wording import count_with_noun, error_message, safe, safe_link
from index.articles.corpus import corpus_files
from index.errors import FootnoteError, IngestionError
from index.ingestion.corpus_changes import IngestionResult, Outcome, find_file, remove_articles
from index.segmentation.characters import escape_unseen

log = logging.getLogger(__name__)

Failures = list[dict[str, str]]


def take_each(
    config: BotConfig,
    sources: Iterable[str],
    take: Callable[[str], IngestionResult],
    stage: str,
    expected: Callable[[], int] | None = None,
) -> tuple[list[IngestionResult], Failures]:
    """Take one source after the other, with progress on stderr, and record what changed.

    One that fails is named and does not stop the others. `expected` returns how many there may be, for
    sources that are found on the way.
    """
    done: list[IngestionResult] = []
    failures: Failures = []
    library_log = library_log_of(config)
    if expected is None:
        sources = list(sources)
        expected = sources.__len__
    with progress() as report:
        for number, source in enumerate(sources):
            report(stage, number, expected())
            try:
                each = take(source)
            except (FootnoteError, OSError) as error:
                shown = _without_password(source)
                failures.append({"source": shown, "error": _reason(error).removeprefix(f"{source}: ")})
                log.warning("skipped %s: %s", escape_unseen(shown), failures[-1]["error"])
                continue
            done.append(each)
            if each.outcome in (Outcome.ADDED, Outcome.UPDATED):
                library_log.record(TERMINAL, each.outcome, each.file, each.url, server=config.server)
    return done, failures


def taken_objects(corpus: Path, done: Sequence[IngestionResult], failures: Failures) -> list[dict[str, Any]]:
    """Return the objects of what was taken, with the ids that the articles have, and of what was not."""
    ids = _ids(corpus) if done else {}
    return [{"id": ids.get(each.file), **asdict(each)} for each in done] + [dict(each) for each in failures]


def taken_blocks(corpus: Path, done: Sequence[IngestionResult]) -> list[TextBlock]:
    """Lay out what was taken: what became of it and its id, below it the title, the size and a warning."""
    ids = _ids(corpus) if done else {}
    blocks = []
    for each in done:
        name = escape_unseen(ids.get(each.file, each.file))
        blocks.append(TextBlock((StyledText(name, "answer"),), f"{each.outcome} "))
        title = StyledText(safe(each.title), "title", safe_link(each.url))
        size = f", {count_with_noun(each.sentences, 'sentence')}" if each.sentences is not None else ""
        blocks.append(TextBlock((title, StyledText(size, "aside")), "    "))
        if each.warning:
            text = f"poor text: {each.warning}. {poor_text_remedy(each.warning)}"
            blocks.append(TextBlock((StyledText(safe(text), "warn"),), "    "))
    return blocks


def add_site(
    config: BotConfig, address: str, options: Mapping[str, Any], *, dry_run: bool
) -> tuple[list[dict[str, Any]], list[TextBlock], bool]:
    """Add the pages of a site, or only list them; return what came of it. `options` are those of `Scope`."""
    from index.ingestion.addresses import web_address  # with what the network needs
    from index.ingestion.pages import make_page, store_page
    from index.ingestion.polite_fetching import PoliteFetcher
    from index.ingestion.sites import Scope, Site

    corpus = config.corpus_directory
    with _naming(address):
        start = web_address(address)
        site = Site(Scope(start, **options), PoliteFetcher(config.corpus.allow_hosts))

    def take(url: str) -> IngestionResult:
        if not dry_run:
            return store_page(corpus, url, make_page(site.fetch(web_address(url))))
        if site.follows_links:
            site.fetch(web_address(url))
        return IngestionResult(url, Outcome.UNCHANGED, "", "", url, None, "")

    done, failures = take_each(config, map(str, site.pages()), take, "fetch", lambda: site.expected)
    for url in site.skipped:
        log.info("not asked, as robots.txt says: %s", escape_unseen(url))
    if dry_run:
        listed = [{"url": each.url} for each in done]
        return (
            [*listed, *failures],
            [TextBlock((StyledText(safe(each.source)),)) for each in done],
            bool(failures),
        )
    return taken_objects(corpus, done, failures), taken_blocks(corpus, done), bool(failures)


def add_feed(
    config: BotConfig, address: str, limit: int
) -> tuple[list[dict[str, Any]], list[TextBlock], bool]:
    """Add the pages of the first `limit` entries of a feed; return what came of it."""
    from index.ingestion.addresses import web_address  # with what the network needs
    from index.ingestion.feeds import add_entry
    from index.ingestion.polite_fetching import PoliteFetcher
    from index.ingestion.xml_lists import XML_TYPES, feed_entries

    corpus = config.corpus_directory
    fetcher = PoliteFetcher(config.corpus.allow_hosts)
    with _naming(address):
        feed = fetcher.fetch(web_address(address), XML_TYPES)
        entries = {entry.address: entry for entry in feed_entries(feed.body)[:limit]}
        if not entries:
            raise IngestionError("is no feed, or has no entries")
    done, failures = take_each(
        config, entries, lambda address: add_entry(corpus, entries[address], fetcher, feed.url), "fetch"
    )
    return taken_objects(corpus, done, failures), taken_blocks(corpus, done), bool(failures)


def refresh(
    config: BotConfig, names: Iterable[str], *, prune: bool
) -> tuple[list[dict[str, Any]], list[TextBlock], bool]:
    """Ask again for the named articles, or all that were fetched; return what came of it."""
    from index.ingestion.polite_fetching import PoliteFetcher  # with what the network needs
    from index.ingestion.refreshing import fetched_files, refresh_article

    corpus = config.corpus_directory
    files = {file.id: file for file in (find_file(corpus, name) for name in names)}
    files = files or {file.id: file for file in fetched_files(corpus)}
    fetcher = PoliteFetcher(config.corpus.allow_hosts)
    done, failures = take_each(
        config, files, lambda id_: refresh_article(corpus, files[id_], fetcher), "fetch"
    )
    objects = taken_objects(corpus, done, failures)
    blocks = taken_blocks(corpus, [each for each in done if each.outcome is not Outcome.UNCHANGED])
    counts = Counter(each.outcome for each in done)
    summary = [
        f"{counts[outcome]} {outcome}" for outcome in (Outcome.UPDATED, Outcome.UNCHANGED, Outcome.GONE)
    ]
    blocks.append(TextBlock((StyledText(", ".join([*summary, f"{len(failures)} failed"])),)))
    if prune and (gone := [each.source for each in done if each.outcome is Outcome.GONE]):
        removed, removed_blocks = remove(config, gone)
        trash = {each["id"]: each["trash"] for each in removed}
        objects = [
            {**each, "trash": trash[each["id"]]} if each.get("id") in trash else each for each in objects
        ]
        blocks += removed_blocks
    return objects, blocks, bool(failures)


def remove(config: BotConfig, names: Iterable[str]) -> tuple[list[dict[str, Any]], list[TextBlock]]:
    """Remove articles; return their objects, and how to get them back. An unknown one leaves all in place."""
    corpus = config.corpus_directory
    files = list({file.id: file for file in (find_file(corpus, name) for name in names)}.values())
    trash = remove_articles(corpus, files)
    library_log = library_log_of(config)
    for file in files:
        library_log.record(TERMINAL, "removed", file.file, server=config.server)
    objects = [{"id": file.id, "file": file.file, "trash": str(trash / file.file)} for file in files]
    blocks = [TextBlock((StyledText(escape_unseen(file.id), "answer"),), "removed ") for file in files]
    command = shlex.join(["cp", "-R", f"{trash}/.", str(corpus)])
    return objects, [
        *blocks,
        TextBlock((StyledText(f"To get back what was removed: {safe(command)}", "aside"),)),
    ]


@contextmanager
def _naming(address: str) -> Iterator[None]:
    """Name the address in errors."""
    try:
        yield
    except IngestionError as error:
        shown = _without_password(address)
        raise IngestionError(f"{shown}: {error.message}", reason=error.reason) from error


def _without_password(address: str) -> str:
    """Return an address without what stands before an "@" in it: "https://me:secret@example.org/"."""
    return re.sub(r"(?<=://)[^/@\s]*@", "…@", address)


def _ids(corpus: Path) -> dict[str, str]:
    return {file.file: file.id for file in corpus_files(corpus)}


def _reason(error: FootnoteError | OSError) -> str:
    """Say in one line why a source is no article now."""
    if isinstance(error, OSError):
        return error_message(error)
    return f"{error.message.rstrip('.')}. {remedy_for(error)}".removesuffix(". ")
