"""What the handlers of Discord's events work with: one set of services for each client."""

from dataclasses import dataclass

import discord

from bot.config import Config
from bot.discord.delivery.error_reports import ErrorReports
from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.library.live_library import LiveLibrary
from bot.discord.library.question_queue import QuestionQueue
from bot.discord.questions.answering import Answering
from bot.feedback.store import Feedback


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one bot.

    `handled` holds the ids of interactions and messages, because Discord may deliver one of them twice.
    """

    config: Config
    live_library: LiveLibrary
    question_queue: QuestionQueue
    feedback: Feedback
    answering: Answering
    error_reports: ErrorReports
    handled: RecentIds


class ServicesClient(discord.AutoShardedClient):
    """A client whose handlers find what they work with in `interaction.client.services`."""

    services: Services


Interaction = discord.Interaction[ServicesClient]
