"""Handlers find what they work with in the services of their client, so a test can give them others."""

from contextlib import nullcontext
from unittest.mock import AsyncMock, MagicMock

import discord

from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.events.buttons import handle_undispatched
from bot.discord.events.services import Services
from bot.discord.replies.reply import unknown_button_reply


async def test_a_handler_works_with_the_services_of_its_client() -> None:
    services = MagicMock(spec=Services, handled=RecentIds(), error_reports=AsyncMock())
    services.question_handler.in_flight.track = nullcontext
    services.cooldowns.clicks.count.return_value = None
    interaction = MagicMock(spec=discord.Interaction, extras={}, custom_id="not ours", id=1)
    interaction.client.services = services
    interaction.type = discord.InteractionType.modal_submit
    interaction.response.is_done.return_value = False
    interaction.response.send_message = AsyncMock()
    for _ in range(2):  # as if Discord delivered it twice
        await handle_undispatched(interaction)
    interaction.response.send_message.assert_awaited_once_with(
        content=unknown_button_reply().content, ephemeral=True
    )
    services.error_reports.interaction_failed.assert_not_awaited()
