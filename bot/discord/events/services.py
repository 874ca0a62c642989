"""What the handlers of Discord's events work with: one set of services for each client."""

import asyncio
from dataclasses import dataclass, field

import discord

from bot.config import BotConfig
from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.delivery.sending import send_privately
from bot.discord.questions.question_handler import QuestionHandler
from bot.discord.replies.reply import pause_reply
from bot.feedback.store import Feedback
from bot.live.cooldowns import ActionCooldowns, Cooldowns
from bot.live.live_library import LiveLibrary
from bot.live.question_queue import QuestionQueue


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one bot.

    `handled` holds the ids of interactions and messages, because Discord may deliver one of them twice.
    `library_lock` is held while somebody changes the library, so that it changes one thing after the other.
    """

    config: BotConfig
    live_library: LiveLibrary
    question_queue: QuestionQueue
    feedback: Feedback
    question_handler: QuestionHandler
    cooldowns: ActionCooldowns
    error_reports: ErrorReports
    handled: RecentIds
    library_lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class ServicesClient(discord.AutoShardedClient):
    """A client whose handlers find what they work with in `interaction.client.services`."""

    services: Services


Interaction = discord.Interaction[ServicesClient]


async def is_too_fast(interaction: Interaction, cooldowns: Cooldowns) -> bool:
    """Count a command or a click; if it is one too many, say so privately and return True."""
    wait = cooldowns.count(interaction.user.id, interaction.guild_id)
    if wait is not None:
        await send_privately(interaction, pause_reply(wait.seconds))
    return wait is not None
