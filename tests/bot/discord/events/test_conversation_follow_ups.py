"""Questions that go on from an earlier one, over the fake Discord: with its subject, and nothing stored."""

from dataclasses import replace

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.events.conversation import follow_up
from bot.discord.questions.question import DiscordQuestion
from bot.discord.replies.answer_reply import SentAnswer
from bot.discord.replies.tickets import ContextTicket, VerdictTicket, parse_ticket
from tests.fake_discord import FakeDiscord
from tests.fake_discord.messages import Message
from tests.support.discord_questions import BEES, NOWHERE, mentioning, starts

CITED = ContextTicket("kAntsyJ4LhQf", 0, 9, "ET4w3rZY")


@pytest.mark.parametrize(("asker", "author"), [(1, None), (2, 0)])
def test_a_follow_up_without_a_subject_gets_that_of_the_question_before(
    asker: int, author: int | None
) -> None:
    verdict = VerdictTicket(True, "0" * 16, None, asker)
    sent = SentAnswer("When is the weir open in summer?", "from 9:00", None, (CITED, verdict))
    exchanged = follow_up(DiscordQuestion("and in winter?", 1, None, "message"), sent)
    assert isinstance(exchanged, DiscordQuestion)
    assert (exchanged.text, exchanged.alone) == ("When is the weir open in winter?", None)
    assert (exchanged.article, exchanged.is_follow_up, exchanged.author) == (CITED.key, True, author)
    completed = follow_up(DiscordQuestion("Who built it?", 1, None, "message"), sent)
    assert isinstance(completed, DiscordQuestion)
    assert (completed.text, completed.alone) == ("Who built it (weir open summer)?", None)
    captain = follow_up(DiscordQuestion("And who pays the captain?", 1, None, "message"), sent)
    assert isinstance(captain, DiscordQuestion)
    assert captain.text == "And who pays the captain (weir open summer)?"
    assert captain.alone == "And who pays the captain?"
    whole = DiscordQuestion("Who is the mayor of Orsvik?", 1, None, "message")
    assert follow_up(whole, sent) == replace(whole, article=CITED.key, is_follow_up=True)


def test_a_follow_up_that_would_be_too_long_stays_as_it_is() -> None:
    sent = SentAnswer(" ".join(f"word{n}" for n in range(90)), None, None, (CITED,))
    asked = DiscordQuestion("and why?", 1, None, "message")
    assert follow_up(asked, sent) == asked


def verdict_of(answer: Message) -> VerdictTicket:
    tickets = [parse_ticket(button["custom_id"]) for button in answer.buttons]
    return next(ticket for ticket in tickets if isinstance(ticket, VerdictTicket))


@pytest.mark.slow
async def test_a_question_goes_on_from_the_last_one_of_the_same_person(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    grace = world.add_user("grace")
    for channel in (world.channel, world.dm(world.user)):
        await mentioning(discord, "How long is the red bridge?", channel)
        if channel.guild:
            other = await discord.say(grace, channel, f"{world.bot.mention} {BEES}")
            await discord.answer(other)
        follow_up = await mentioning(discord, "and the green one?", channel)
        assert follow_up.content == "> and the green one (red bridge)?"
        assert verdict_of(follow_up).asker == world.user.id
    said = await discord.say(grace, world.channel, f"{world.bot.mention} and in winter?")
    assert (await discord.answer(said)).content == "> and in winter (warm centre cluster kept)?"


@pytest.mark.slow
async def test_nobody_goes_on_from_the_question_of_another_but_by_a_reply(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    red = await mentioning(discord, "How long is the red bridge?")
    grace = world.add_user("grace")
    said = await discord.say(grace, world.channel, f"{world.bot.mention} When was it opened?")
    alone = await discord.answer(said)
    assert (alone.content, verdict_of(alone).asker) == ("> When was it opened?", grace.id)
    reply = await discord.answer(
        await discord.say(grace, world.channel, "And when was it opened?", reply_to=red)
    )
    assert reply.content == "> And when was it opened (red bridge)?"
    assert "1931" in starts(reply)
    assert verdict_of(reply).asker == 0  # what it asks is not hers alone: no verdict stores it


@pytest.mark.slow
async def test_a_question_that_may_stand_alone_is_asked_so_if_it_has_no_answer_otherwise(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, NOWHERE)
    question = "And who predicts that the fight will be long and hard?"
    reply = await discord.answer(await discord.say(world.user, world.channel, question, reply_to=bees))
    assert "Townsend" in starts(reply)
    assert verdict_of(reply).asker == world.user.id
