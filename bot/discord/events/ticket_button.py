"""What the buttons of a reply have in common, whatever they do, and the forms that some of them open."""

import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Self

import discord
from typing_extensions import override

from bot.discord.delivery.sending import send_privately
from bot.discord.events.services import Interaction, is_too_fast
from bot.discord.replies.answer_reply import SentAnswer, read_back
from bot.discord.replies.reply import unknown_button_reply
from bot.discord.replies.tickets import Ticket, parse_ticket
from bot.live.cooldowns import ActionCooldowns, Cooldowns


class TicketButton(discord.ui.DynamicItem[discord.ui.Item[Any]], template="(?!)"):
    """Base of the buttons below the bot's messages; discord.py makes one from the clicked one at each click.

    A subclass says what a click on a button with a ticket of its `ticket_type` does.
    """

    ticket_type: ClassVar[type[Ticket]]

    @classmethod
    @override
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /
    ) -> Self:
        return cls(item)

    @override
    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        await handle_once(interaction, self._answer)

    @classmethod
    async def _answer(cls, interaction: Interaction) -> None:
        ticket = parse_ticket(interaction.custom_id or "")
        cooldowns = cls.cooldowns(interaction.client.services.cooldowns)
        if cooldowns is not None and await is_too_fast(interaction, cooldowns):
            return
        if ticket is None:  # it matches the template, but is none that the bot would write
            await send_privately(interaction, unknown_button_reply())
        else:
            await cls.answer(interaction, ticket)

    @staticmethod
    def cooldowns(cooldowns: ActionCooldowns) -> Cooldowns | None:
        """Return what counts the clicks on the button; None if they are counted elsewhere."""
        return cooldowns.clicks

    @staticmethod
    async def answer(interaction: Interaction, ticket: Any) -> None:
        """Do what the button is for."""
        raise NotImplementedError


async def handle_once(interaction: Interaction, handler: Callable[[Interaction], Awaitable[None]]) -> None:
    """Handle an interaction unless Discord delivered it before, and report what goes wrong."""
    services = interaction.client.services
    if not services.handled.add_if_new(interaction.id):
        return
    with services.question_handler.in_flight.track():
        try:
            await handler(interaction)
        except Exception as error:  # discord.py would only log it
            await services.error_reports.interaction_failed(interaction, error)


def answer_clicked_on(interaction: Interaction) -> SentAnswer | None:
    """Read back the answer that a button was clicked on; None if it is none."""
    return read_back(interaction.message) if interaction.message else None


def make_form(
    title: str, custom_id: str, *fields: "discord.ui.Label[discord.ui.LayoutView]"
) -> discord.ui.Modal:
    """Return a form to write into; what is sent comes back with `custom_id`, after a restart, too."""
    form = discord.ui.Modal(title=title, custom_id=custom_id)
    for field in fields:
        form.add_item(field)
    form.stop()  # else discord.py would keep it: what is sent comes to `handle_undispatched`
    return form


def field_text(data: Any, name: str) -> str:
    """Return the text of a form's field, however deep in the form that is; "" if there is none."""
    if data.get("custom_id") == name:
        return str(data.get("value") or "")
    inner = [*data.get("components", ()), *filter(None, [data.get("component")])]
    return "".join(field_text(part, name) for part in inner)


def is_private(interaction: Interaction) -> bool:
    """Return whether only the person sees the message that was clicked."""
    return interaction.message is not None and interaction.message.flags.ephemeral
