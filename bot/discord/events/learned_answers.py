"""The button to answer what the articles do not say, and its form: the answer becomes an article.

Everybody sees the button where all see the reply; it is for those who may change the library.
"""

from functools import partial
from pathlib import Path

import discord
from typing_extensions import override

from bot.discord.delivery.sending import defer_response, edit_response, send_privately
from bot.discord.events.library_changes import (
    NOT_ALLOWED,
    StoreResult,
    author_name,
    may_change,
    store,
    why_not_stored,
)
from bot.discord.events.services import Interaction, server_of
from bot.discord.events.ticket_button import (
    TicketButton,
    answer_clicked_on,
    field_text,
    is_private,
    make_form,
)
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import DECLINED, QUESTION_LIMIT, SentAnswer
from bot.discord.replies.markdown import cut
from bot.discord.replies.reply import notice, unknown_button_reply
from bot.discord.replies.tickets import AnswerTicket
from bot.discord.replies.without_embed import without_embed
from bot.discord.replies.written_replies import not_stored_reply, stored_reply
from index.ingestion.corpus_changes import IngestionResult
from index.ingestion.messages import add_answer, has_words
from index.ingestion.remaining_quota import RemainingQuota

ANSWER_LIMIT = 2000
"""Characters of an answer."""

NO_ANSWER = "There is no answer in that, so I stored nothing."
NO_QUESTION = "Please say which question it answers. I stored nothing."
TOO_LONG = f"An answer can have {ANSWER_LIMIT:,} characters, a question {QUESTION_LIMIT}. I stored nothing."
NOT_FOUND_YET = "Asked as above, I don't find it, though: repeat words of the question in the answer."

_QUESTION_FIELD, _ANSWER_FIELD = "question", "answer"  # custom_ids of the form's fields


class AnswerButton(TicketButton, template=AnswerTicket.TEMPLATE):
    """Opens the form for an answer."""

    ticket_type = AnswerTicket

    @staticmethod
    @override
    async def answer(interaction: Interaction, ticket: AnswerTicket) -> None:
        sent = answer_clicked_on(interaction)
        if sent is None:
            await send_privately(interaction, unknown_button_reply())
        elif not may_change(interaction):
            await send_privately(interaction, notice(NOT_ALLOWED))
        else:
            await interaction.response.send_modal(_form(ticket, sent.question))


def _form(ticket: AnswerTicket, question: str) -> discord.ui.Modal:
    return make_form(
        "Answer it",
        ticket.custom_id,
        discord.ui.Label(
            text="Question",
            description="The article's heading, for everybody to read.",
            component=discord.ui.TextInput(
                custom_id=_QUESTION_FIELD, default=cut(question, QUESTION_LIMIT), max_length=QUESTION_LIMIT
            ),
        ),
        discord.ui.Label(
            text="Answer",
            description="Stored in the library. From now on, everybody is answered with its sentences.",
            component=discord.ui.TextInput(
                custom_id=_ANSWER_FIELD, style=discord.TextStyle.paragraph, max_length=ANSWER_LIMIT
            ),
        ),
    )


async def store_answer(interaction: Interaction) -> None:
    """Store what the form holds, and answer the question in the message below which it was opened."""
    sent = answer_clicked_on(interaction)
    question = field_text(interaction.data, _QUESTION_FIELD).strip()
    answer = field_text(interaction.data, _ANSWER_FIELD).strip()
    if sent is None:
        await send_privately(interaction, not_stored_reply(str(unknown_button_reply().content), answer))
    elif not may_change(interaction):
        await send_privately(interaction, not_stored_reply(NOT_ALLOWED, answer))
    elif problem := _problem(question, answer):
        await send_privately(interaction, not_stored_reply(problem, answer))
    else:
        try:
            await defer_response(interaction, private=True, in_place=True)
            stored = await store(interaction, partial(_add, interaction, question, answer))
        except Exception as error:  # whatever it is: nobody has to write it again
            reply = not_stored_reply(why_not_stored(interaction, error), answer)
            await send_privately(interaction, reply)
        else:
            await _answer_again(interaction, sent, stored)


def _problem(question: str, answer: str) -> str | None:
    if len(question) > QUESTION_LIMIT or len(answer) > ANSWER_LIMIT:
        return TOO_LONG
    if not has_words(question):
        return NO_QUESTION
    return None if has_words(answer) else NO_ANSWER


def _add(
    interaction: Interaction, question: str, answer: str, corpus: Path, *, quota: RemainingQuota | None
) -> IngestionResult:
    message = interaction.message
    return add_answer(
        corpus,
        question,
        answer,
        published=f"{interaction.created_at:%Y-%m-%d}",
        url="" if message is None or is_private(interaction) else message.jump_url,
        author=author_name(interaction, interaction.user),
        quota=quota,
    )


async def _answer_again(interaction: Interaction, sent: SentAnswer, stored: StoreResult) -> None:
    """Tell who answered it, and answer the question in place of the refusal."""
    if not stored.found:
        await send_privately(interaction, stored_reply(stored.ingested, found=False))
        return
    question = DiscordQuestion(
        sent.question, sent.asker, interaction.guild_id, "button", library=server_of(interaction)
    )
    reply = (await interaction.client.services.question_handler.respond(question)).reply
    is_answered = reply.embed is not None and not (reply.embed.description or "").startswith(DECLINED)
    note = "" if is_answered else NOT_FOUND_YET
    await send_privately(interaction, stored_reply(stored.ingested, found=True, note=note))
    if is_answered:
        has_embed = interaction.message is not None and bool(interaction.message.embeds)
        await edit_response(interaction, reply if has_embed else without_embed(reply, name_permission=False))
