"""The `/library` commands: articles added, removed, refreshed, listed and exported by those who may."""

import asyncio
import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypedDict

import discord
from discord import app_commands
from yarl import URL

from bot.discord.account.permissions import is_member
from bot.discord.delivery.sending import REQUEST_TIMEOUT, defer_response, edit_response, send_privately
from bot.discord.events.library_changes import (
    BeingChangedError,
    changing,
    may_change,
    record,
    why_not_stored,
)
from bot.discord.events.message_articles import fetch_message
from bot.discord.events.services import Interaction, is_too_fast, server_of
from bot.discord.library import corpus_work
from bot.discord.library.message_refresh import refresh_messages
from bot.discord.library.page_refresh import refresh_pages
from bot.discord.library.quotas import check_additions
from bot.discord.library.several_servers import alone_since
from bot.discord.replies import library_changes as replies
from bot.discord.replies import library_pages
from bot.discord.replies.reply import Reply, notice
from bot.discord.replies.tickets import QUERY_LIMIT
from bot.live.question_queue import RetryLaterError
from index.articles.file_formats import has_known_format
from index.errors import (
    FootnoteError,
    IndexBusyError,
    IngestionError,
    UnknownArticleError,
    UnreadableFileError,
)
from index.ingestion.corpus_changes import Outcome, find_file, remove_articles
from index.ingestion.fetching import MOST_BYTES

GAPS_SHOWN = 10
NOT_ALLOWED = "Only those who manage this server, or have the role for it, can change the library."
NOT_MEMBER = "I am no member of this server, only my commands are here: it has no library to change."

_ADDRESS, _TITLE = 500, 200  # code points of an address, and of a title

library = app_commands.Group(
    name="library",
    description="Change the library that I answer from.",
    default_permissions=discord.Permissions(manage_guild=True),
    guild_only=True,
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


class _By(TypedDict):
    """Who refreshes articles, and whether those whose source is gone are removed."""

    who: str
    server: int | None
    prune: bool


@library.command(description="Add a file or a web page to the library.")
@app_commands.describe(
    file="A document: text, Markdown, HTML, PDF, Word …",
    url="The address of a web page",
    title="What the article is called, if not as it says itself",
)
async def add(
    interaction: Interaction,
    file: discord.Attachment | None = None,
    url: app_commands.Range[str, 1, _ADDRESS] | None = None,
    title: app_commands.Range[str, 1, _TITLE] = "",
) -> None:
    """Add a file or a page."""
    if not await _begin(interaction):
        return
    if (file is None) == (url is None):
        await edit_response(interaction, notice(replies.ONE_SOURCE))
    elif file is not None:
        await _add_file(interaction, file, title.strip())
    else:
        hosts = interaction.client.services.hosts
        work = partial(corpus_work.add_web_page, address=url or "", title=title.strip(), hosts=hosts)
        await _add(interaction, work)


async def _add_file(interaction: Interaction, file: discord.Attachment, title: str) -> None:
    """Add an attached file after looking at what Discord says of it."""
    hosts = interaction.client.services.hosts
    if file.size > MOST_BYTES:
        await edit_response(interaction, replies.too_large_reply(MOST_BYTES))
    elif not has_known_format(Path(file.filename)):
        await edit_response(interaction, replies.unknown_type_reply(file.filename))
    elif URL(file.url).host not in hosts.attachments:
        await edit_response(interaction, replies.failed_reply("Not added", "is not on Discord's servers"))
    else:
        work = partial(
            corpus_work.add_attachment,
            address=file.url,
            name=file.filename,
            title=title,
            hosts=hosts,
        )
        await _add(interaction, work)


async def _add(interaction: Interaction, work: Callable[..., Any]) -> None:
    libraries, server = interaction.client.services.libraries, server_of(interaction)
    corpus = libraries.config_of(server).corpus_directory
    try:
        async with changing(interaction):
            await libraries.prepare_change(server)
            await asyncio.to_thread(check_additions, libraries.config_of(server))
            added = await libraries.work_on(server, work, "adding an article")
            if added.outcome is not Outcome.UNCHANGED:
                await record(interaction, added.outcome, added.file, added.url)
        found = added.outcome is Outcome.UNCHANGED or await libraries.refresh(server)
        reply = replies.added_reply(added, found=found)
    except (IngestionError, UnreadableFileError) as error:
        reply = replies.failed_reply("Not added", _without_folder(error, corpus))
    except (BeingChangedError, OSError) as error:
        reply = notice(why_not_stored(interaction, error))
    await edit_response(interaction, reply)


@library.command(description="Remove an article from the library.")
@app_commands.describe(article="The article's title")
async def remove(interaction: Interaction, article: str) -> None:
    """Remove an article."""
    if not await _begin(interaction):
        return
    services, server = interaction.client.services, server_of(interaction)
    libraries, run = services.libraries, services.question_queue.run
    corpus = libraries.config_of(server).corpus_directory
    try:
        if (changeable := await libraries.changeable_library_of(server)) is None:
            raise UnknownArticleError(article)
        row = await run(changeable.article, await run(library_pages.article_id, changeable, article))
        async with changing(interaction):
            found_file = await asyncio.to_thread(find_file, corpus, row.file)
            await asyncio.to_thread(remove_articles, corpus, [found_file])
            await record(interaction, "removed", row.file, row.url)
        found = await libraries.refresh(server)
        reply = replies.removed_reply(row.title, found=found)
    except UnknownArticleError:
        reply = await _unknown_article(interaction, article)
    except (BeingChangedError, OSError) as error:
        reply = notice(why_not_stored(interaction, error))
    await edit_response(interaction, reply)


@library.command(description="Ask for web pages and messages again, and take over what changed.")
@app_commands.describe(
    article="The article's title; without it, all that came from a page or a message",
    prune="Take out articles whose page or message is gone",
)
async def refresh(interaction: Interaction, article: str | None = None, prune: bool = False) -> None:
    """Refresh one article, or all that came from a page or a message."""
    if not await _begin(interaction):
        return
    services, server = interaction.client.services, server_of(interaction)
    libraries = services.libraries
    corpus = libraries.config_of(server).corpus_directory
    only: str | None = None
    try:
        changeable = await libraries.changeable_library_of(server)
        if changeable is None:
            await edit_response(interaction, notice(replies.NOTHING_FETCHED))
            return
        if article:
            only = await services.question_queue.run(library_pages.article_id, changeable, article)
        by: _By = {"who": str(interaction.user.id), "server": interaction.guild_id, "prune": prune}
        async with changing(interaction):
            fetch = partial(fetch_message, interaction.client)
            done = await refresh_messages(libraries.config_of(server), fetch, only=only, **by)
            if only is None or done.is_empty:
                work = partial(refresh_pages, only=only, **by)
                done += await libraries.work_on(server, work, "refreshing the fetched pages")
        found = await libraries.refresh(server)
        failures = {name: reason.replace(f"{corpus}/", "") for name, reason in done.failures.items()}
        reply = replies.refreshed_reply(done.outcomes, failures, removed=done.removed, found=found)
    except UnknownArticleError:
        reply = await _unknown_article(interaction, article or "")
    except BeingChangedError as error:
        reply = notice(why_not_stored(interaction, error))
    await edit_response(interaction, reply)


@library.command(name="list", description="List the articles that these commands change.")
@app_commands.describe(search="Words of the title")
async def list_(interaction: Interaction, search: app_commands.Range[str, 0, QUERY_LIMIT] = "") -> None:
    """List the articles."""
    if await _begin(interaction):
        services = interaction.client.services
        changeable = await services.libraries.changeable_library_of(server_of(interaction))
        if changeable is None:
            reply = notice(replies.NO_OWN_ARTICLES)
        else:
            look = partial(library_pages.articles_page, changeable=True)
            reply = await services.question_queue.run(look, changeable, search, 0)
        await edit_response(interaction, reply)


@library.command(description="List the questions that I could not answer, similar ones together.")
async def gaps(interaction: Interaction) -> None:
    """List what could not be answered."""
    if not await _begin(interaction):
        return
    services, server = interaction.client.services, server_of(interaction)
    if not services.config.discord.keep_unanswered:
        reply = notice(replies.GAPS_OFF)
    elif (since := await _listed_since(interaction)) is None:
        reply = notice(replies.SEVERAL_SERVERS)
    else:
        work = partial(corpus_work.unanswered_groups, most=GAPS_SHOWN, since=since)
        found, total = await services.libraries.work_on(server, work, "grouping the unanswered questions")
        reply = replies.gaps_reply(found, total)
    await edit_response(interaction, reply)


async def _listed_since(interaction: Interaction) -> str | None:
    """Return the time after which all questions of a library were asked in one server, "" for all of them.

    None if others may be of another server.
    """
    client = interaction.client
    config = client.services.config
    if config.has_server_libraries:
        return ""
    if client.shard_ids is not None or len(client.guilds) > 1:
        return None
    return await asyncio.to_thread(alone_since, config)


@library.command(description="Get all articles as a zip file.")
async def export(interaction: Interaction) -> None:
    """Send the articles."""
    if not await _begin(interaction):
        return
    libraries, limit = interaction.client.services.libraries, interaction.filesize_limit
    work = partial(corpus_work.zip_articles, limit=limit)
    content = await libraries.work_on(server_of(interaction), work, "zipping the articles")
    if not content:
        too_large = content is None
        reply = replies.export_too_large(limit) if too_large else notice(replies.NO_OWN_ARTICLES)
        await edit_response(interaction, reply)
        return
    async with asyncio.timeout(2 * REQUEST_TIMEOUT):
        await interaction.edit_original_response(
            content="Here are the articles.", attachments=[discord.File(io.BytesIO(content), "library.zip")]
        )


@remove.autocomplete("article")
@refresh.autocomplete("article")
async def _titles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the articles whose titles are most similar to what is typed."""
    services = interaction.client.services
    if not may_change(interaction):
        return []
    try:
        async with asyncio.timeout(services.suggest_within):
            changeable = await services.libraries.changeable_library_of(server_of(interaction))
            if changeable is None:
                return []
            found = await services.question_queue.run(library_pages.choices, changeable, typed)
    except (TimeoutError, RetryLaterError, IndexBusyError):  # the next letter may come at a better time
        return []
    except Exception as error:  # discord.py would log it with a traceback at each letter that is typed
        await services.error_reports.interaction_failed(interaction, error)
        return []
    return [app_commands.Choice(name=name, value=key) for name, key in found]


async def _begin(interaction: Interaction) -> bool:
    """Promise a private response to those who may change the library, and return whether that is so."""
    if await is_too_fast(interaction, interaction.client.services.cooldowns.questions):
        return False
    if not may_change(interaction):  # Discord hides the commands, but a server can show them to others
        await send_privately(interaction, notice(NOT_ALLOWED if is_member(interaction) else NOT_MEMBER))
        return False
    await defer_response(interaction, private=True)
    return True


async def _unknown_article(interaction: Interaction, typed: str) -> Reply:
    """Say that no article that may be changed is called so."""
    services = interaction.client.services
    changeable = await services.libraries.changeable_library_of(server_of(interaction))
    if changeable is None:
        return library_pages.unknown_article_reply(typed, [])
    return await services.question_queue.run(library_pages.unknown_article, changeable, typed)


def _without_folder(error: FootnoteError, corpus: Path) -> str:
    """Return the message of an error without where the corpus lies on this machine."""
    return error.message.replace(f"{corpus}/", "")
