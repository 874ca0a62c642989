"""The slash commands, and the entry in the menu of a message."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import discord
from discord import app_commands
from typing_extensions import override

from bot.discord.delivery.sending import defer_response, edit_response, send_privately
from bot.discord.events.conversation import author_of, in_thread, text_of
from bot.discord.events.library_changes import may_be_taught
from bot.discord.events.library_commands import library as library_commands
from bot.discord.events.message_articles import add_to_library
from bot.discord.events.services import (
    Interaction,
    is_too_fast,
    library_of,
    server_of,
)
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies import library_pages
from bot.discord.replies.answer_reply import QUESTION_LIMIT
from bot.discord.replies.markdown import cut
from bot.discord.replies.reply import Reply, notice
from bot.discord.replies.tickets import QUERY_LIMIT
from bot.live.question_queue import RetryLaterError
from bot.small_talk import recognise
from index.errors import EmptyQuestionError
from index.records import clean_question
from index.retrieval.question_forms import is_question

NOTHING_TO_LOOK_UP = "There is nothing in that message that I could look up."

# In servers, in direct messages with the bot and, for people who added it to their account, everywhere.
_CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


_ASK = "Ask the articles, and get the answer with the sentences it stands in."
_ASK_OPTIONS = {
    "question": "What you want to know",
    "article": "Look in this article only",
    "private": "Show the answer to you alone",
}


@app_commands.command(description=_ASK)
@app_commands.describe(**_ASK_OPTIONS)
async def ask(
    interaction: Interaction,
    question: app_commands.Range[str, 1, QUESTION_LIMIT],
    article: str | None = None,
    private: bool | None = None,
) -> None:
    """Answer a question."""
    await _answer(interaction, question, article, private)


@app_commands.command(name="ask", description=_ASK)
@app_commands.describe(
    **_ASK_OPTIONS, written="Have a language model write an answer from the sentences, too"
)
async def ask_written(
    interaction: Interaction,
    question: app_commands.Range[str, 1, QUESTION_LIMIT],
    article: str | None = None,
    private: bool | None = None,
    written: bool | None = None,
) -> None:
    """Answer a question, and have a language model write about it."""
    await _answer(interaction, question, article, private, written=written)


async def _answer(
    interaction: Interaction,
    question: str,
    article: str | None,
    private: bool | None,
    *,
    written: bool | None = None,
) -> None:
    client = interaction.client
    if private is None:
        private = client.services.config.discord.private
    request = DiscordQuestion(
        question,
        interaction.user.id,
        interaction.guild_id,
        "slash",
        article or None,
        library=server_of(interaction),
        may_be_taught=may_be_taught(interaction, private=private),
        written=client.services.config.writer.default if written is None else written,
    )
    follow = (
        None
        if request.article
        else partial(in_thread, interaction.channel, client.user, client.services.rewriter)
    )
    await client.services.question_handler.answer_interaction(interaction, request, follow, private=private)


@app_commands.command(name="articles", description="List the articles that I answer from.")
@app_commands.describe(search="Words of the title")
async def list_articles(
    interaction: Interaction, search: app_commands.Range[str, 0, QUERY_LIMIT] = ""
) -> None:
    """List the articles."""
    await _look_up(interaction, library_pages.articles_page, search, 0)


@app_commands.command(
    name="article", description="Show an article: its title, link, date, size and how it begins."
)
@app_commands.describe(article="The article's title")
async def show_article(interaction: Interaction, article: str) -> None:
    """Show an article."""
    await _look_up(interaction, library_pages.article_page, article)


@app_commands.command(description="Say what I am, what I answer from, and what I keep of your questions.")
async def about(interaction: Interaction) -> None:
    """Say what the bot is."""
    services, server = interaction.client.services, server_of(interaction)
    settings = services.config.discord
    days = settings.keep_days if settings.keep_unanswered else 0
    about = partial(
        library_pages.about_page,
        log_questions=settings.log_questions,
        keep_unanswered_days=days,
        name_authors=settings.name_authors,
    )
    if server is not None and services.config.has_server_libraries:
        common = len(services.libraries.common.library.titles)
        about = partial(about, common_articles=common, keep_left_days=settings.keep_days)
    await _look_up(interaction, about)


@ask.autocomplete("article")
@ask_written.autocomplete("article")
@show_article.autocomplete("article")
async def _titles(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the articles whose titles are most similar to what is typed."""
    services = interaction.client.services
    try:
        async with asyncio.timeout(services.suggest_within):
            library = await library_of(interaction)
            choices = await services.question_queue.run(library_pages.choices, library, typed)
    except (TimeoutError, RetryLaterError):  # the next letter may come at a better time
        return []
    except Exception as error:  # discord.py would log it with a traceback at each letter that is typed
        await services.error_reports.interaction_failed(interaction, error)
        return []
    return [app_commands.Choice(name=name, value=key) for name, key in choices]


@app_commands.context_menu(name="Find sources")
async def find_sources(interaction: Interaction, message: discord.Message) -> None:
    """Look up what a message says."""
    services = interaction.client.services
    whole = text_of(message, interaction.client.user)
    try:
        text = clean_question(cut(whole, QUESTION_LIMIT))
    except EmptyQuestionError:
        text = ""
    if not text or recognise(text):
        if not await is_too_fast(interaction, services.cooldowns.questions):
            await send_privately(interaction, notice(NOTHING_TO_LOOK_UP))
        return
    private = services.config.discord.private
    question = DiscordQuestion(
        text,
        interaction.user.id,
        interaction.guild_id,
        "menu",
        library=server_of(interaction),
        is_statement=not is_question(whole),
        may_be_taught=may_be_taught(interaction, private=private),
        author=author_of(message, interaction.client.user),
    )
    await services.question_handler.answer_interaction(interaction, question, private=private)


async def _look_up(interaction: Interaction, look: Callable[..., Reply], *args: Any) -> None:
    """Show something of the library privately."""
    services = interaction.client.services
    with services.question_handler.in_flight.track():
        if await is_too_fast(interaction, services.cooldowns.questions):
            return
        await defer_response(interaction, private=True)
        reply = await services.question_queue.run(look, await library_of(interaction), *args)
        await edit_response(interaction, reply)


class BotCommandTree(app_commands.CommandTree[Any]):
    """All commands of the bot; reports the errors in them.

    `written`: a language model writes answers, so `/ask` has an option for that.
    """

    def __init__(self, client: discord.Client, *, written: bool) -> None:
        super().__init__(client, allowed_contexts=_CONTEXTS, allowed_installs=_INSTALLS)
        slash: tuple[app_commands.Command[Any, ..., Any], ...] = (list_articles, show_article, about)
        for command in (ask_written if written else ask, *slash):
            self.add_command(command)
        self.add_command(library_commands)
        self.add_command(find_sources)
        self.add_command(add_to_library)

    @override
    async def interaction_check(self, interaction: Interaction, /) -> bool:
        if interaction.type is discord.InteractionType.autocomplete:
            return True  # answering twice does no harm, and one comes with every letter that is typed
        if not interaction.client.services.handled.add_if_new(interaction.id):
            return False  # Discord delivered it twice
        in_flight = interaction.client.services.question_handler.in_flight
        in_flight.track_until_done()  # including the report if it fails
        return True

    @override
    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        await interaction.client.services.error_reports.interaction_failed(interaction, error)


def definitions(*, written: bool = False) -> list[dict[str, Any]]:
    """Return the commands as they are registered with Discord; needs no index, token or event loop.

    `written`: a language model writes answers.
    """
    client = discord.Client(intents=discord.Intents(guilds=True))  # without intents discord.py warns
    tree = BotCommandTree(client, written=written)
    return [command.to_dict(tree) for command in tree.get_commands()]
