"""Replies in channels in which the bot may not embed links, over the fake Discord and for every length."""

from dataclasses import replace

import discord as discord_py
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.events.client import FootnoteClient
from bot.discord.replies import message_limits
from bot.discord.replies.answer_reply import LOOKED_EVERYWHERE
from bot.discord.replies.markdown import units
from bot.discord.replies.reply import Reply, notice
from bot.discord.replies.tickets import MoreTicket, parse_ticket
from bot.discord.replies.without_embed import MISSING_PERMISSION, without_embed
from tests.fake_discord import FakeDiscord
from tests.preview.golden import LONG, answered, cite, show
from tests.support.button_presses import ANSWER, MORE, RAQQA, RIGHT, THANKS, press, seen

BEES = "How warm is the centre of the cluster kept?"


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_an_answer_without_an_embed_says_all_and_names_the_permission_once(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    for channel in (world.channel, world.channel.add_thread("raqqa")):
        world.channel.deny("embed_links")
        await discord.until(
            lambda: not bot.get_channel(world.channel.id).permissions_for(bot.guilds[0].me).embed_links  # type: ignore[union-attr]
        )
        if channel.parent:
            discord.expect(10008)  # the thread was started from no message
        answers = []
        for _ in range(2):
            said = await discord.say(world.user, channel, f"{world.bot.mention} {RAQQA}")
            answers.append(await discord.answer(said))
        assert not any(answer.embeds for answer in answers)
        assert all("Steve Townsend**" in answer.content for answer in answers)
        assert all("sentence 4 of 16" in answer.content for answer in answers)
        assert [MISSING_PERMISSION in answer.content for answer in answers] == [True, False]
        assert len(answers[0].buttons) == 6
    shown = await discord.click(world.user, answers[0], answers[0].buttons[0]["custom_id"])
    assert "Townsend" in (await shown.done()).message.text  # type: ignore[union-attr]


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_an_answer_without_an_embed_can_be_followed_up_and_judged(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    world.channel.deny("embed_links")
    await discord.until(
        lambda: not bot.get_channel(world.channel.id).permissions_for(bot.guilds[0].me).embed_links  # type: ignore[union-attr]
    )
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    answer = await discord.answer(said)
    for first in (4, 7):  # of an answer, and of further sources
        further = await discord.say(world.user, world.channel, "more", reply_to=answer)
        answer = await discord.answer(further)
        assert answer.content.startswith(f"> {RAQQA}\n")
        assert f"-# {first} · " in answer.content
    (first_answer,) = discord.answers(said)[:1]
    assert "4 · " in seen(await press(discord, first_answer, MORE))
    assert THANKS in seen(await press(discord, first_answer, RIGHT))
    (entry,) = bot.services.libraries.feedback.list()
    assert (entry.judgement.question, entry.judgement.answer) == (RAQQA, ANSWER)
    on = await discord.answer(await discord.say(world.user, world.channel, BEES, reply_to=first_answer))
    assert "35 degrees" in on.content
    assert LOOKED_EVERYWHERE in on.content  # it asked in the article of the answer first


@pytest.mark.slow
@given(st.integers(0, 4096), st.booleans())
def test_an_answer_without_an_embed_fits_a_message(length: int, name_permission: bool) -> None:
    embed = discord_py.Embed(description="\U0001f41d" * (length // 2)).set_footer(
        text="Confident (97%) · 0.04 s"
    )
    plain = without_embed(Reply("> Who?", embed), name_permission=name_permission)
    assert plain.content is not None
    assert units(plain.content) <= message_limits.CONTENT
    assert plain.embed is None
    assert plain.content.endswith(MISSING_PERMISSION) == name_permission


def test_a_line_stays_as_it_is() -> None:
    line = notice("I'm busy.")
    assert without_embed(line, name_permission=True) is line


def test_citations_that_do_not_fit_are_left_for_more_sources() -> None:
    cited = [cite(LONG, at, "", 0.9, nth=at + 1) for at in range(5)]
    plain = without_embed(show(answered("Why?", cited[0].sentence, *cited)), name_permission=True)
    assert plain.content is not None
    tickets = [parse_ticket(button.custom_id) for button in plain.buttons]
    (more,) = (ticket for ticket in tickets if isinstance(ticket, MoreTicket))
    assert 0 < more.offset < 5
    assert f"-# {more.offset} · " in plain.content
    assert f"-# {more.offset + 1} · " not in plain.content
    assert plain.content.endswith(
        f"sentence {more.offset} of 50\n-# Very confident (90%) · 0.04 s\n{MISSING_PERMISSION}"
    )


@pytest.mark.parametrize("question", ["Why is it so? " * 36, "*" * 500, "\U0001f41d" * 250])
@pytest.mark.parametrize("words", ["long winded " * 90, "*" * 1000])
@pytest.mark.parametrize("whole", [False, True])
def test_the_first_citation_stands_however_long_question_and_answer_are(
    question: str, words: str, whole: bool
) -> None:
    cited = [cite(LONG, at, "", 0.9, nth=at + 1) for at in range(3)]
    cited[0] = replace(cited[0], sentence=words, article=replace(cited[0].article, title="T" * 300))
    said = words if whole else words[:-1]
    plain = without_embed(show(answered(question, said, *cited)), name_permission=True)
    assert plain.content is not None
    assert units(plain.content) <= message_limits.CONTENT
    lines = plain.content.split("\n")
    assert lines[0].startswith("> ")
    assert lines[1].startswith("**")
    assert lines[1].endswith("…**")
    assert any(line.startswith("-# 1 · ") and line.endswith(" of 50") for line in lines)
    assert plain.content.endswith(MISSING_PERMISSION)
    tickets = [parse_ticket(button.custom_id) for button in plain.buttons]
    assert [ticket.offset for ticket in tickets if isinstance(ticket, MoreTicket)] == [1]


def test_a_question_that_fits_beside_the_first_citation_is_not_shortened() -> None:
    question = "Why is it so? " * 20
    plain = without_embed(show(answered(question, "*" * 1000, cite(LONG, 0, "", 0.9))), name_permission=True)
    assert (plain.content or "").startswith(f"> {question.strip()}\n**")
