"""The buttons of a reply, a class for each kind, and the forms that some of them open.

A click is answered from its ticket and from the message that it was made on, so it does not matter which
process sent that message, or when. What others see changes only by a click that turns the pages of a list.
"""

from functools import partial

import discord
from typing_extensions import override

from bot.discord.delivery.sending import defer_response, edit_response, send_privately
from bot.discord.events.learned_answers import AnswerButton, store_answer
from bot.discord.events.services import Interaction, is_too_fast, library_of, server_of
from bot.discord.events.ticket_button import (
    TicketButton,
    answer_clicked_on,
    field_text,
    handle_once,
    is_private,
    make_form,
)
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import SentAnswer
from bot.discord.replies.article_pages import context_reply
from bot.discord.replies.library_changes import NO_OWN_ARTICLES
from bot.discord.replies.library_pages import articles_page
from bot.discord.replies.reply import Reply, article_gone_reply, notice, unknown_button_reply, verdict_reply
from bot.discord.replies.tickets import (
    AnswerTicket,
    ArticlesTicket,
    ContextTicket,
    MoreTicket,
    NoteTicket,
    PageTicket,
    VerdictTicket,
    parse_ticket,
    sentence_digest,
)
from bot.feedback.store import NOTE_LIMIT, Judgement
from bot.live.cooldowns import ActionCooldowns, Cooldowns
from index.library import Library

NOTE_KEPT = notice("Thanks, your note is kept with it.")
NO_NOTE = notice("There was nothing in that note, so I kept none.")
NOT_YOURS = notice("That verdict is not yours, or no longer kept. Please judge the answer again.")

_NOTE_FIELD = "note"  # the custom_id of the form's field


class ContextButton(TicketButton, template=ContextTicket.TEMPLATE):
    """Shows a cited sentence in its context, privately."""

    ticket_type = ContextTicket

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: ContextTicket) -> None:
        await _show_page(interaction, ticket, in_place=False)


class PageButton(TicketButton, template=PageTicket.TEMPLATE):
    """Turns a private page of an article, or opens one from a message that others see."""

    ticket_type = PageTicket

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: PageTicket) -> None:
        await _show_page(interaction, ticket, in_place=is_private(interaction))


class ArticlesButton(TicketButton, template=ArticlesTicket.TEMPLATE):
    """Turns a list of articles to another page, for everybody who sees it.

    That of `/library list` goes on through what the server can change.
    """

    ticket_type = ArticlesTicket

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: ArticlesTicket) -> None:
        services = interaction.client.services
        await defer_response(interaction, private=False, in_place=True)
        library: Library | None
        if ticket.changeable:
            library = await services.libraries.changeable_library_of(server_of(interaction))
        else:
            library = await library_of(interaction)
        if library is None:  # the last of its own articles was removed meanwhile
            await send_privately(interaction, notice(NO_OWN_ARTICLES))
            return
        look = partial(articles_page, changeable=ticket.changeable)
        reply = await services.question_queue.run(look, library, ticket.query, ticket.page)
        await edit_response(interaction, reply)


class MoreButton(TicketButton, template=MoreTicket.TEMPLATE):
    """Shows further citations of an answer, privately."""

    ticket_type = MoreTicket

    @staticmethod
    @override
    def cooldowns(cooldowns: ActionCooldowns) -> Cooldowns | None:
        return None  # the question is counted when it is asked again

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: MoreTicket) -> None:
        sent = answer_clicked_on(interaction)
        if sent is None:
            await send_privately(interaction, unknown_button_reply())
            return
        question = DiscordQuestion(
            sent.question,
            interaction.user.id,
            interaction.guild_id,
            "button",
            article=ticket.asked_in,
            offset=ticket.offset,
            library=server_of(interaction),
            is_statement=sent.statement,
        )
        await interaction.client.services.question_handler.answer_interaction(
            interaction, question, private=True
        )


class VerdictButton(TicketButton, template=VerdictTicket.TEMPLATE):
    """Stores whether an answer was right; with the question and the answer only if its asker says so."""

    ticket_type = VerdictTicket

    @staticmethod
    @override
    def cooldowns(cooldowns: ActionCooldowns) -> Cooldowns | None:
        return cooldowns.verdicts

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: VerdictTicket) -> None:
        message, sent = interaction.message, answer_clicked_on(interaction)
        if message is None or sent is None:
            await send_privately(interaction, unknown_button_reply())
            return
        services = interaction.client.services
        await defer_response(interaction, private=True)
        judgement: Judgement | None = Judgement(ticket.right, None, None, ticket.fingerprint)
        if interaction.user.id == ticket.asker:
            library = await library_of(interaction)
            judgement = await services.question_queue.run(_judgement, library, ticket, sent)
        if judgement is None:
            await send_privately(interaction, article_gone_reply())
            return
        feedback = await services.libraries.feedback_of(server_of(interaction))
        # Not on one of the event loop's own threads, which look up addresses, too: these stay free for that
        # if the database is away, and how many verdicts wait for it is limited.
        stored = await services.question_queue.run(
            feedback.add, judgement, user=interaction.user.id, message=message.id
        )
        changed_to = judgement.right if stored.changed else None
        await edit_response(interaction, verdict_reply(stored.row, changed_to=changed_to))


class NoteButton(TicketButton, template=NoteTicket.TEMPLATE):
    """Opens the form for a note on a verdict."""

    ticket_type = NoteTicket

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: NoteTicket) -> None:
        await interaction.response.send_modal(_note_form(ticket))


BUTTONS: tuple[type[TicketButton], ...] = (
    ContextButton,
    PageButton,
    ArticlesButton,
    MoreButton,
    VerdictButton,
    NoteButton,
    AnswerButton,
)


async def handle_undispatched(interaction: Interaction) -> None:
    """Answer what discord.py dispatches to no button: forms, and clicks on forged or foreign buttons."""
    if interaction.type is discord.InteractionType.modal_submit:
        await handle_once(interaction, _answer_form)
    elif interaction.type is discord.InteractionType.component and not _is_dispatched(interaction):
        await handle_once(interaction, _refuse_undispatched_click)


def _is_dispatched(interaction: Interaction) -> bool:
    """Return whether discord.py dispatches a click: it finds the clicked button on the message."""
    custom_id = interaction.custom_id or ""
    has_class = any(button.ticket_type.TEMPLATE.fullmatch(custom_id) for button in BUTTONS)
    return has_class and _is_on_message(interaction)


def _is_on_message(interaction: Interaction) -> bool:
    """Return whether the clicked button is on the message that the click names."""
    if interaction.message is None:
        return False
    rows = [row for row in interaction.message.components if isinstance(row, discord.ActionRow)]
    return any(item.custom_id == interaction.custom_id for row in rows for item in row.children)


async def _refuse_undispatched_click(interaction: Interaction) -> None:
    """Refuse a button that is not the bot's, or not on the message: its custom_id was made up elsewhere."""
    if not await is_too_fast(interaction, interaction.client.services.cooldowns.clicks):
        await send_privately(interaction, unknown_button_reply())


async def _answer_form(interaction: Interaction) -> None:
    ticket = parse_ticket(interaction.custom_id or "")
    if isinstance(ticket, AnswerTicket):  # opening the form was counted
        await store_answer(interaction)
        return
    if await is_too_fast(interaction, interaction.client.services.cooldowns.clicks):
        return
    if isinstance(ticket, NoteTicket):
        await _store_note(interaction, ticket)
    else:
        await send_privately(interaction, unknown_button_reply())


async def _show_page(interaction: Interaction, ticket: ContextTicket | PageTicket, *, in_place: bool) -> None:
    """Show a page of an article privately; with `in_place`, in place of the clicked page."""
    services = interaction.client.services
    await defer_response(interaction, private=True, in_place=in_place)
    reply = await services.question_queue.run(_page, await library_of(interaction), ticket)
    if reply is None:
        await send_privately(interaction, article_gone_reply())
    else:
        await edit_response(interaction, reply)


def _page(library: Library, ticket: ContextTicket | PageTicket) -> Reply | None:
    row = library.titles.find(ticket.key)
    if row is None:
        return None
    return context_reply(library.article(row.id), library.sentences(row.id), ticket)


def _judgement(library: Library, ticket: VerdictTicket, sent: SentAnswer) -> Judgement | None:
    """Gather what a verdict is about; None if the article that was asked is no longer in the library."""
    asked_in = library.titles.find(sent.asked_in) if sent.asked_in else None
    if sent.asked_in and asked_in is None:
        return None
    cited = next((ticket for ticket in sent.tickets if isinstance(ticket, ContextTicket)), None)
    article = library.titles.find(cited.key) if cited and sent.answer is not None else None
    sentence = None
    if cited and article:
        text = library.article(article.id).text[cited.start : cited.end]
        sentence = text if sentence_digest(text) == cited.digest else None
    return Judgement(
        right=ticket.right,
        question=sent.question,
        answer=sent.answer,
        index=ticket.fingerprint,
        asked_in=asked_in.id if asked_in else None,
        article=article.id if article else None,
        sentence=sentence,
    )


def _note_form(ticket: NoteTicket) -> discord.ui.Modal:
    note: discord.ui.Label[discord.ui.LayoutView] = discord.ui.Label(
        text="What was right or wrong?",
        description="It is kept with your verdict.",
        component=discord.ui.TextInput(
            custom_id=_NOTE_FIELD, style=discord.TextStyle.paragraph, max_length=NOTE_LIMIT
        ),
    )
    return make_form("Add a note", ticket.custom_id, note)


async def _store_note(interaction: Interaction, ticket: NoteTicket) -> None:
    text = field_text(interaction.data, _NOTE_FIELD).strip()
    if not text:
        await send_privately(interaction, NO_NOTE)
        return
    await defer_response(interaction, private=True, in_place=is_private(interaction))
    services = interaction.client.services
    feedback = await services.libraries.feedback_of(server_of(interaction))
    stored = await services.question_queue.run(feedback.note, ticket.row, user=interaction.user.id, text=text)
    if stored:
        await edit_response(interaction, NOTE_KEPT)
    else:
        await send_privately(interaction, NOT_YOURS)
