"""What the handlers of Discord's events work with: one set of services for each client."""

from dataclasses import dataclass

import discord

from bot.config import BotConfig
from bot.discord.account.permissions import is_member
from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.delivery.sending import send_privately
from bot.discord.library.corpus_work import Hosts
from bot.discord.library.server_libraries import ServerLibraries
from bot.discord.questions.question_handler import QuestionHandler
from bot.discord.replies.reply import pause_reply
from bot.live.cooldowns import ActionCooldowns, Cooldowns
from bot.live.question_queue import QuestionQueue
from bot.rewriting import Rewriter
from index.library import Library

SUGGEST_WITHIN = 2.0
"""Seconds to find suggestions while somebody types; Discord waits three for them."""
CHANGE_WITHIN = 300.0
"""Seconds that a change of a library waits for others; Discord takes a reply for a quarter of an hour."""


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one bot.

    `handled` holds the ids of interactions and messages, because Discord may deliver one of them twice. What
    to suggest to somebody who types is looked up within `suggest_within` seconds, and a change of a library
    begins within `change_within` seconds or not at all. `rewriter` writes follow-ups out as complete
    questions, if a language model is configured.
    """

    config: BotConfig
    libraries: ServerLibraries
    question_queue: QuestionQueue
    question_handler: QuestionHandler
    cooldowns: ActionCooldowns
    error_reports: ErrorReports
    handled: RecentIds
    hosts: Hosts
    suggest_within: float = SUGGEST_WITHIN
    change_within: float = CHANGE_WITHIN
    rewriter: Rewriter | None = None


class ServicesClient(discord.AutoShardedClient):
    """A client whose handlers find what they work with in `interaction.client.services`."""

    services: Services


Interaction = discord.Interaction[ServicesClient]


def server_of(interaction: Interaction) -> int | None:
    """Return the server whose own articles a command or a click concerns.

    None in direct messages, and in servers that the bot is no member of.
    """
    return interaction.guild_id if is_member(interaction) else None


async def library_of(interaction: Interaction) -> Library:
    """Return the library that whoever uses a command or a button may see there."""
    return await interaction.client.services.libraries.library_of(server_of(interaction))


async def is_too_fast(interaction: Interaction, cooldowns: Cooldowns) -> bool:
    """Count a command or a click; if it is one too many, say so privately and return True."""
    wait = cooldowns.count(interaction.user.id, interaction.guild_id)
    if wait is not None:
        await send_privately(interaction, pause_reply(wait.seconds))
    return wait is not None
