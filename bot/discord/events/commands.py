"""The slash commands, and the entry in the menu of a message."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.discord.delivery.sending import acknowledge, fulfil, tell
from bot.discord.events.conversation import in_thread, said_in
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies import library_pages
from bot.discord.replies.answer_reply import QUESTION_LIMIT
from bot.discord.replies.markdown import cut
from bot.discord.replies.reply import Reply, notice
from bot.discord.replies.tickets import QUERY_LIMIT
from index.errors import EmptyQuestionError
from index.records import clean_question
from index.retrieval.question_forms import is_question

if TYPE_CHECKING:
    from bot.discord.events.client import FootnoteClient

    Interaction = discord.Interaction[FootnoteClient]

TEXTLESS = "That message has no text that I could look up."

# In servers, in direct messages with the bot, and, where somebody added it to their account, everywhere.
_CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)
_INSTALLS = app_commands.AppInstallationType(guild=True, user=True)


@app_commands.command(description="Ask the articles, and get the answer with the sentences it stands in.")
@app_commands.describe(
    question="What you want to know",
    article="Look in this article only",
    private="Show the answer to you alone",
)
async def ask(
    interaction: "Interaction",
    question: app_commands.Range[str, 1, QUESTION_LIMIT],
    article: str | None = None,
    private: bool | None = None,
) -> None:
    """Answer a question."""
    client = interaction.client
    shown_to_one = client.config.discord.private if private is None else private
    asked = DiscordQuestion(question, interaction.user.id, interaction.guild_id, "slash", article or None)
    follow = None if asked.article else partial(in_thread, interaction.channel, client.user)
    await client.answering.over_interaction(interaction, asked, follow, private=shown_to_one)


@app_commands.command(name="articles", description="List the articles that I answer from.")
@app_commands.describe(search="Words of the title")
async def list_articles(
    interaction: "Interaction", search: app_commands.Range[str, 0, QUERY_LIMIT] = ""
) -> None:
    """List the articles."""
    await _look_up(interaction, library_pages.articles_page, search, 0)


@app_commands.command(
    name="article", description="Show an article: its title, link, date, size and how it begins."
)
@app_commands.describe(article="The article's title")
async def show_article(interaction: "Interaction", article: str) -> None:
    """Show an article."""
    await _look_up(interaction, library_pages.article_page, article)


@app_commands.command(description="Say what I am, what I answer from, and what I keep of your questions.")
async def about(interaction: "Interaction") -> None:
    """Say what the bot is."""
    await _look_up(interaction, library_pages.about, interaction.client.config.discord.log_questions)


@ask.autocomplete("article")
@show_article.autocomplete("article")
async def _titles(interaction: "Interaction", typed: str) -> list[app_commands.Choice[str]]:
    """Offer the articles whose titles are likest to what is typed."""
    client = interaction.client
    try:
        found = await client.question_queue.run(library_pages.choices, client.live_library.library, typed)
    except Exception as error:  # which discord.py would log with a trace at each letter that is typed
        await client.error_reports.interaction(interaction, error)
        return []
    return [app_commands.Choice(name=name, value=key) for name, key in found]


@app_commands.context_menu(name="Find sources")
async def find_sources(interaction: "Interaction", message: discord.Message) -> None:
    """Ask what a message says."""
    client = interaction.client
    said = said_in(message, client.user)
    try:
        text = clean_question(cut(said, QUESTION_LIMIT))
    except EmptyQuestionError:
        await tell(interaction, notice(TEXTLESS))
        return
    asked = DiscordQuestion(
        text, interaction.user.id, interaction.guild_id, "menu", statement=not is_question(said)
    )
    await client.answering.over_interaction(interaction, asked, private=client.config.discord.private)


async def _look_up(interaction: "Interaction", look: Callable[..., Reply], *args: Any) -> None:
    """Show privately what the library holds."""
    client = interaction.client
    with client.answering.under_way():
        await acknowledge(interaction, private=True)
        await fulfil(interaction, await client.question_queue.run(look, client.live_library.library, *args))


class Tree(app_commands.CommandTree[Any]):
    """All commands of the bot, and what comes of an error in one of them."""

    def __init__(self, client: discord.Client) -> None:
        super().__init__(client, allowed_contexts=_CONTEXTS, allowed_installs=_INSTALLS)
        slash: tuple[app_commands.Command[Any, ..., Any], ...] = (ask, list_articles, show_article, about)
        for command in slash:
            self.add_command(command)
        self.add_command(find_sources)

    async def interaction_check(self, interaction: "Interaction", /) -> bool:
        """Take up an interaction once, however often Discord delivers it."""
        if interaction.type is discord.InteractionType.autocomplete:
            return True  # answered twice it does no harm, and one comes with every letter that is typed
        if not interaction.client.seen.first(interaction.id):
            return False
        interaction.client.answering.whole_task()  # with what is said where it fails
        return True

    async def on_error(self, interaction: "Interaction", error: app_commands.AppCommandError, /) -> None:
        """Say that a command failed, under a number."""
        await interaction.client.error_reports.interaction(interaction, error)


def definitions() -> list[dict[str, Any]]:
    """Return the commands as Discord is told of them; no index, token or event loop is needed."""
    tree = Tree(discord.Client(intents=discord.Intents(guilds=True)))  # without it discord.py warns
    return [command.to_dict(tree) for command in tree.get_commands()]
