"""What the buttons of a reply do, and the form that one of them opens.

A click is answered from its ticket and from the message that it was made on, so it does not matter which
process sent that message, or when. What others see is changed by no click but one on a list's pages.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Self

import discord

from bot.discord.delivery.sending import acknowledge, fulfil, tell
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import SentAnswer, read_back
from bot.discord.replies.article_pages import context_reply
from bot.discord.replies.library_pages import articles_page
from bot.discord.replies.reply import Reply, article_gone_reply, notice, unknown_button_reply, verdict_reply
from bot.discord.replies.tickets import (
    PREFIX,
    ArticlesTicket,
    ContextTicket,
    MoreTicket,
    NoteTicket,
    PageTicket,
    VerdictTicket,
    parse,
    sentence_digest,
)
from bot.feedback.store import NOTE_LIMIT, Judgement
from index.library import Library

if TYPE_CHECKING:
    from bot.discord.events.client import FootnoteClient

    Interaction = discord.Interaction[FootnoteClient]

NOTE_KEPT = notice("Thanks, your note is kept with it.")
NO_NOTE = notice("There was nothing in that note, so I kept none.")
NOT_YOURS = notice("That verdict is not yours, or no longer kept. Please judge the answer again.")

_OURS = re.compile(rf"{re.escape(PREFIX)}.*", re.DOTALL)  # whether it is a ticket, `parse` decides
_TEXT = "note"  # the custom_id of the form's field


class TicketButton(discord.ui.DynamicItem[discord.ui.Item[Any]], template=_OURS):
    """A button below one of the bot's messages, made anew of what Discord says of it at every click."""

    @classmethod
    async def from_custom_id(
        cls, _: discord.Interaction[Any], item: discord.ui.Item[Any], __: re.Match[str], /
    ) -> Self:
        """Take up a button that was clicked."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what the button is for."""
        await _answered_once(interaction, _click)


ITEMS = (TicketButton,)
"""What the client has to know of to hear of clicks."""


async def unknown_component(interaction: "Interaction") -> None:
    """Answer a form that was sent, and a click that `ITEMS` do not hear of; do nothing for all else."""
    if interaction.type is discord.InteractionType.modal_submit:
        await _answered_once(interaction, _form)
    elif interaction.type is discord.InteractionType.component and not _heard(interaction):
        await _answered_once(interaction, _click)


def _heard(interaction: "Interaction") -> bool:
    """Return whether discord.py hands a click to an item: it finds the clicked one on the message."""
    return _OURS.fullmatch(interaction.custom_id or "") is not None and _on_message(interaction)


def _on_message(interaction: "Interaction") -> bool:
    """Return whether the button that was clicked stands on the message that it was clicked on."""
    if interaction.message is None:
        return False
    rows = [row for row in interaction.message.components if isinstance(row, discord.ActionRow)]
    return any(item.custom_id == interaction.custom_id for row in rows for item in row.children)


async def _answered_once(
    interaction: "Interaction", answer: Callable[["Interaction"], Awaitable[None]]
) -> None:
    client = interaction.client
    if not client.seen.first(interaction.id):
        return
    with client.answering.under_way():
        try:
            await answer(interaction)
        except Exception as error:  # discord.py would only log it
            await client.error_reports.interaction(interaction, error)


async def _click(interaction: "Interaction") -> None:
    message = interaction.message
    match parse(interaction.custom_id or ""):
        case ContextTicket() as ticket:
            await _show_page(interaction, ticket)
        case PageTicket() as ticket:
            await _show_page(interaction, ticket)
        case ArticlesTicket() as ticket if _on_message(interaction):  # else it could be put over an answer
            await _turn_list(interaction, ticket)
        case NoteTicket() as ticket:
            await interaction.response.send_modal(_note_form(ticket))
        case MoreTicket() as ticket if message and (shown := read_back(message)):
            await _show_more(interaction, ticket, shown)
        case VerdictTicket() as ticket if message and (shown := read_back(message)):
            await _judge(interaction, ticket, shown, message.id)
        case _:
            await tell(interaction, unknown_button_reply())


async def _form(interaction: "Interaction") -> None:
    ticket = parse(interaction.custom_id or "")
    if isinstance(ticket, NoteTicket):
        await _keep_note(interaction, ticket)
    else:
        await tell(interaction, unknown_button_reply())


async def _show_page(interaction: "Interaction", ticket: ContextTicket | PageTicket) -> None:
    """Show a page of an article to the person alone, in place of the page that the click was made on."""
    on_page = isinstance(ticket, PageTicket) and _private(interaction)
    await acknowledge(interaction, private=True, in_place=on_page)
    reply = await interaction.client.question_queue.run(
        _page, interaction.client.live_library.library, ticket
    )
    if reply is None:
        await tell(interaction, article_gone_reply())
    else:
        await fulfil(interaction, reply)


def _page(library: Library, ticket: ContextTicket | PageTicket) -> Reply | None:
    row = library.titles.find(ticket.key)
    if row is None:
        return None
    return context_reply(library.article(row.id), library.sentences(row.id), ticket)


async def _turn_list(interaction: "Interaction", ticket: ArticlesTicket) -> None:
    """Turn a list of articles to another page, for everybody who sees it."""
    await acknowledge(interaction, private=False, in_place=True)
    reply = await interaction.client.question_queue.run(
        articles_page, interaction.client.live_library.library, ticket.query, ticket.page
    )
    await fulfil(interaction, reply)


async def _show_more(interaction: "Interaction", ticket: MoreTicket, shown: SentAnswer) -> None:
    asked = DiscordQuestion(
        shown.question,
        interaction.user.id,
        interaction.guild_id,
        "button",
        article=ticket.asked_in,
        first=ticket.offset,
        statement=shown.statement,
    )
    await interaction.client.answering.over_interaction(interaction, asked, private=True)


async def _judge(interaction: "Interaction", ticket: VerdictTicket, shown: SentAnswer, message: int) -> None:
    await acknowledge(interaction, private=True)
    client = interaction.client
    judgement = await client.question_queue.run(_judgement, client.live_library.library, ticket, shown)
    if judgement is None:
        await tell(interaction, article_gone_reply())
        return
    stored = await asyncio.to_thread(
        client.feedback.add, judgement, user=interaction.user.id, message=message
    )
    changed_to = judgement.right if stored.changed else None
    await fulfil(interaction, verdict_reply(stored.row, changed_to=changed_to))


def _judgement(library: Library, ticket: VerdictTicket, shown: SentAnswer) -> Judgement | None:
    """Gather what a verdict is about; None where the article that was asked is gone."""
    asked_in = library.titles.find(shown.asked_in) if shown.asked_in else None
    if shown.asked_in and asked_in is None:
        return None
    cited = next((ticket for ticket in shown.tickets if isinstance(ticket, ContextTicket)), None)
    article = library.titles.find(cited.key) if cited and shown.answer is not None else None
    sentence = None
    if cited and article:
        text = library.article(article.id).text[cited.start : cited.end]
        sentence = text if sentence_digest(text) == cited.digest else None
    return Judgement(
        right=ticket.right,
        question=shown.question,
        answer=shown.answer,
        index=ticket.fingerprint,
        asked_in=asked_in.id if asked_in else None,
        article=article.id if article else None,
        sentence=sentence,
    )


def _note_form(ticket: NoteTicket) -> discord.ui.Modal:
    form = discord.ui.Modal(title="Add a note", custom_id=ticket.custom_id)
    form.add_item(
        discord.ui.Label(
            text="What was right or wrong?",
            description="It is kept with the question, the answer and your verdict.",
            component=discord.ui.TextInput(
                custom_id=_TEXT, style=discord.TextStyle.paragraph, max_length=NOTE_LIMIT
            ),
        )
    )
    form.stop()  # discord.py need not wait for it: what is sent comes to `unknown_component`
    return form


async def _keep_note(interaction: "Interaction", ticket: NoteTicket) -> None:
    text = _written(interaction.data or {}).strip()
    if not text:
        await tell(interaction, NO_NOTE)
        return
    await acknowledge(interaction, private=True, in_place=_private(interaction))
    kept = await asyncio.to_thread(
        interaction.client.feedback.note, ticket.row, user=interaction.user.id, text=text
    )
    if kept:
        await fulfil(interaction, NOTE_KEPT)
    else:
        await tell(interaction, NOT_YOURS)


def _written(data: Any) -> str:
    """Return what stands in the form's field, however deep in the form that is."""
    if data.get("custom_id") == _TEXT:
        return str(data.get("value") or "")
    inner = [*data.get("components", ()), *filter(None, [data.get("component")])]
    return "".join(map(_written, inner))


def _private(interaction: "Interaction") -> bool:
    """Return whether the message that a click was made on is the person's alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral
