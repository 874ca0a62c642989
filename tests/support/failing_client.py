"""A small client whose command and messages fail, to see what `ErrorReports` makes of it."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable

import discord as discord_py
from discord import app_commands

from bot.discord.delivery.error_reports import ErrorReports
from bot.telemetry.meter import Meter
from tests.fake_discord import FakeDiscord, Interaction, Message
from tests.support.small_client import SmallClient, running

INNARDS = "/srv/bees/config.toml line 7"
HANDLERS = ("discord.py: on_", "CommandTree-invoker")  # how discord.py names its tasks
REFERENCE = re.compile(r"\(Reference: `([0-9a-f]{8})`\)")


class Failing(SmallClient):
    """A client whose one command defers as it is told, then does something, and fails."""

    def __init__(self, server: FakeDiscord, error_reports: ErrorReports) -> None:
        super().__init__(server)
        self.error_reports = error_reports
        self.does: Callable[[discord_py.Interaction], object] = lambda _: None
        self.says: Callable[[discord_py.Message], object] = lambda _: None
        self.tree.on_error = error_reports.interaction_failed  # type: ignore[method-assign,assignment]

        @self.tree.command(description="Fail")
        async def fail(interaction: discord_py.Interaction, how: str = "") -> None:
            if how:
                await interaction.response.defer(ephemeral=how == "private")
            await self.does(interaction)  # type: ignore[misc]

        @fail.autocomplete("how")
        async def offer(interaction: discord_py.Interaction, _: str) -> list[app_commands.Choice[str]]:
            await error_reports.interaction_failed(interaction, RuntimeError(INNARDS))
            return []

    async def on_message(self, message: discord_py.Message) -> None:
        if message.author.bot:
            return
        try:
            await self.says(message)  # type: ignore[misc]
        except Exception as error:
            await self.error_reports.message_failed(message, error)


@contextlib.asynccontextmanager
async def failing(
    discord: FakeDiscord, meter: Meter, error_reports: ErrorReports | None = None
) -> AsyncIterator[Failing]:
    client = Failing(discord, error_reports or ErrorReports(meter))
    async with running(client, discord):
        yield client
        handlers = [task for task in asyncio.all_tasks() if task.get_name().startswith(HANDLERS)]
        await asyncio.gather(*handlers)  # what they still send belongs to the test


def errors(meter: Meter, kind: str) -> float:
    """Return how many errors of a kind were counted."""
    return meter.registry.get_sample_value("footnote_errors_total", {"kind": kind}) or 0.0


def raising(error: Exception) -> Callable[..., object]:
    async def fail(_: object) -> None:
        raise error

    return fail


def shown(used: Interaction) -> list[Message]:
    """Return what a person sees of what an interaction brought."""
    return [message for message in (used.message, *used.followups) if message and not message.deleted]


def sent(discord: FakeDiscord) -> str:
    """Return all that the bot ever sent."""
    return " ".join(str(request.body) for request in discord.requests)
