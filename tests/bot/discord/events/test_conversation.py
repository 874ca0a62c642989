"""Questions in messages, over the fake Discord."""

from dataclasses import replace

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.events.conversation import MORE_OF_WHAT, asks_for_more, follow_up
from bot.discord.questions.question import DiscordQuestion
from bot.discord.questions.question_handler import EMPTY_QUESTION_TEXT, UNSEEN
from bot.discord.replies.answer_reply import (
    ARTICLE_GONE,
    DECLINED,
    LOOKED_EVERYWHERE,
    NEAREST_HEADING,
    NO_MORE,
    SentAnswer,
)
from bot.discord.replies.reply import notice, small_talk_reply
from bot.discord.replies.tickets import ContextTicket, MoreTicket
from bot.small_talk import SmallTalk
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.fake_discord.messages import Message
from tests.support.bots import Bots
from tests.support.discord_questions import BEES, NOWHERE, mentioning, starts

RAQQA = "Who predicts the fight for Raqqa will be long and hard?"
CITED = ContextTicket("kAntsyJ4LhQf", 0, 9, "ET4w3rZY")


async def settled(discord: FakeDiscord) -> None:
    """Wait until all that was said before is heard: a question asked now is answered."""
    await mentioning(discord, BEES, discord.world.guild.add_channel("last"))


@pytest.mark.parametrize(
    "text",
    [
        "more",
        "More!",
        "more sources",
        "more sources please",
        "show me more",
        "give me some more sources",
        "MORE…",
        "more?",
    ],
)
def test_more_is_understood(text: str) -> None:
    assert asks_for_more(text)


@pytest.mark.parametrize("text", ["", "more or less", "who wants more?", "moree", "no more"])
def test_more_is_not_read_into_questions(text: str) -> None:
    assert not asks_for_more(text)


def test_a_follow_up_keeps_the_article_of_the_answer() -> None:
    asked = DiscordQuestion("Who lost the final?", 1, None, "message")
    assert follow_up(asked, None) == asked
    answered = SentAnswer("Who won?", "Ada", None, (CITED, MoreTicket(None, 3)))
    assert follow_up(asked, answered) == replace(asked, article=CITED.key, is_follow_up=True)
    declined = SentAnswer("Who won?", None, None, (CITED, MoreTicket(None, 3)))
    assert follow_up(asked, declined) == asked
    near = SentAnswer("Ada won.", None, None, (CITED, MoreTicket(None, 3)), statement=True)
    more = follow_up(asked, near, more=True)
    assert isinstance(more, DiscordQuestion)
    assert (more.text, more.offset, more.is_statement) == ("Ada won.", 3, True)
    narrowed = SentAnswer("Who won?", None, "AAAAAAAAAAAA", (CITED, MoreTicket("AAAAAAAAAAAA", 3)))
    assert follow_up(asked, narrowed) == replace(asked, article="AAAAAAAAAAAA", is_follow_up=True)


def test_more_goes_on_where_the_answer_ended() -> None:
    shown = SentAnswer("Who won?", "Ada", "AAAAAAAAAAAA", (CITED, MoreTicket("AAAAAAAAAAAA", 3)))
    asked = follow_up(DiscordQuestion("more", 1, 2, "message"), shown, more=True)
    assert asked == DiscordQuestion("Who won?", 1, 2, "message", "AAAAAAAAAAAA", 3)
    last = SentAnswer("Who won?", None, None, (CITED,))
    assert follow_up(DiscordQuestion("more", 1, 2, "message"), last, more=True) == notice(NO_MORE)


@pytest.mark.slow
async def test_a_mention_is_answered_by_a_reply_that_pings_nobody(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    said = await discord.say(world.user, world.channel, f"{world.bot.mention}, {RAQQA}")
    answer = await discord.answer(said)
    assert answer.content == f"> {RAQQA}"
    assert starts(answer).startswith("**Steve Townsend**")
    assert answer.reference is said
    (sent,) = [
        request
        for request in discord.requests
        if request.method == "POST" and request.path.endswith("/messages")
    ]
    assert sent.body["allowed_mentions"]["parse"] == []
    assert not sent.body["allowed_mentions"].get("replied_user")


@pytest.mark.slow
@pytest.mark.parametrize("place", ["before", "after", "nickname"])
async def test_a_mention_may_stand_anywhere(discord: FakeDiscord, bot: FootnoteClient, place: str) -> None:
    world = discord.world
    mention = f"<@!{world.bot.id}>" if place == "nickname" else world.bot.mention
    text = f"{RAQQA}, {mention}" if place == "after" else f"{mention}: {RAQQA}"
    answer = await discord.answer(await discord.say(world.user, world.channel, text))
    assert answer.content == f"> {RAQQA}"


async def test_people_who_mention_the_role_are_told_what_works(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    said = await discord.say(world.user, world.channel, f"<@&{world.guild.bot_role_id}> {RAQQA}")
    assert (await discord.answer(said)).content == UNSEEN


async def test_others_who_are_mentioned_are_called_by_name(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    grace = world.add_user("grace")
    text = f"has {grace.mention} been in <#{world.channel.id}>? <:bee:123>"
    answer = await mentioning(discord, text)
    assert "@Grace been in #general? :bee:" in answer.content.replace("\\", "")
    assert grace.mention not in answer.content


@pytest.mark.slow
async def test_direct_messages_need_no_mention(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    answer = await discord.answer(await discord.say(world.user, world.dm(world.user), RAQQA))
    assert "Townsend" in starts(answer)


async def test_messages_not_meant_for_the_bot_are_left_alone(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    robot = world.add_user("robot", bot=True)
    unmeant = [
        await discord.say(world.user, world.channel, RAQQA),
        await discord.say(robot, world.channel, f"{world.bot.mention} {RAQQA}"),
        await discord.say(robot, world.dm(world.user), RAQQA),
        await discord.say(world.user, world.channel, f"@everyone {RAQQA}"),
    ]
    hook = unmeant[1].event() | {"id": str(world.ids.next()), "webhook_id": str(world.ids.next())}
    hook["author"] = world.user.payload()  # a webhook has the name it likes
    world.announce("MESSAGE_CREATE", hook, world.guild, 1 << 9)
    strange = unmeant[0].payload() | {"id": str(world.ids.next()), "guild_id": str(world.ids.next_guild())}
    world.announce("MESSAGE_CREATE", strange, world.guild, 1 << 9)  # of a server that the bot was not told of
    await settled(discord)
    assert [discord.answers(message) for message in unmeant] == [[]] * len(unmeant)
    assert not [said for said in world.channel.messages.values() if said.author is world.bot]


@pytest.mark.slow
async def test_a_message_delivered_twice_is_answered_once(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    discord.deliver_twice()
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    await discord.answer(said)
    await settled(discord)
    assert len(discord.answers(said)) == 1


async def test_a_bare_mention_gets_a_kind_line(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    answer = await discord.answer(await discord.say(world.user, world.channel, world.bot.mention))
    assert answer.content == EMPTY_QUESTION_TEXT


async def test_a_direct_message_without_a_text_gets_a_kind_line(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    """It is a picture or a sticker; no mention hides anything there."""
    world = discord.world
    picture = Message(world, world.dm(world.user), world.user, {"content": ""})
    picture.announce("MESSAGE_CREATE")
    assert (await discord.answer(picture)).content == EMPTY_QUESTION_TEXT


@pytest.mark.slow
async def test_a_question_has_a_maximum_length(discord: FakeDiscord, bot: FootnoteClient) -> None:
    answer = await mentioning(discord, "why? " * 101)
    assert "500" in answer.content
    assert "504" in answer.content
    assert not answer.embeds
    assert "Townsend" in starts(await mentioning(discord, RAQQA + "!" * (500 - len(RAQQA))))


async def test_a_reply_keeps_the_article_of_the_answer(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    red = await mentioning(discord, "How long is the red bridge?")
    reply = await discord.answer(
        await discord.say(world.user, world.channel, "When was it opened?", reply_to=red)
    )
    assert starts(reply).startswith("**")
    assert "1931" in starts(reply)
    assert "green bridge" not in reply.text
    assert LOOKED_EVERYWHERE not in reply.text


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_if_the_article_of_the_answer_does_not_say_all_are_asked(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, BEES)
    reply = await discord.answer(await discord.say(world.user, world.channel, RAQQA, reply_to=bees))
    answer, line, *_ = starts(reply).split("\n")
    assert answer == "**Steve Townsend**"
    assert line == f"-# **How bees keep warm**{LOOKED_EVERYWHERE}"
    more = await discord.answer(await discord.say(world.user, world.channel, "more", reply_to=reply))
    assert "-# 4 · " in starts(more)
    nowhere = await discord.answer(await discord.say(world.user, world.channel, NOWHERE, reply_to=bees))
    assert starts(nowhere).startswith(f"{DECLINED}\n{NEAREST_HEADING}")


@pytest.mark.slow
async def test_if_the_article_of_the_answer_is_gone_all_are_asked(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, BEES)
    for row in bees.components:
        for button in row["components"]:
            button["custom_id"] = button["custom_id"].replace(article_key("notes/bees"), "A" * 12)
    reply = await discord.answer(await discord.say(world.user, world.channel, RAQQA, reply_to=bees))
    assert starts(reply).split("\n")[:2] == ["**Steve Townsend**", f"-# {ARTICLE_GONE}"]


@pytest.mark.parametrize(
    ("text", "talk"),
    [("Hello!", SmallTalk.GREETING), ("thank you :)", SmallTalk.THANKS), ("bye", SmallTalk.GOODBYE),
     ("what can you do?", SmallTalk.HELP), ("?", SmallTalk.HELP)],
)  # fmt: skip
async def test_small_talk_gets_a_friendly_line(
    discord: FakeDiscord, bot: FootnoteClient, text: str, talk: SmallTalk
) -> None:
    answer = await mentioning(discord, text)
    assert (answer.content, answer.embeds, answer.buttons) == (small_talk_reply(talk).content, [], [])
    said = await discord.say(discord.world.user, discord.world.dm(discord.world.user), text)
    assert (await discord.answer(said)).content == small_talk_reply(talk).content


@pytest.mark.slow
async def test_a_reply_to_the_answer_of_a_command_keeps_its_article(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    asked = await (await discord.slash(world.user, world.channel, "ask", question=BEES)).done()
    reply = await discord.answer(await discord.say(world.user, world.channel, RAQQA, reply_to=asked.message))
    assert "How bees keep warm**" + LOOKED_EVERYWHERE in starts(reply)


@pytest.mark.slow
async def test_an_answer_that_discord_does_not_send_along_is_fetched(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, BEES)
    said = Message(
        world, world.channel, world.user, {"content": RAQQA}, kind=19, reference=bees, reply_pings=True
    )
    whole = said.payload(whole=True)
    del whole["referenced_message"]
    world.announce("MESSAGE_CREATE", whole | {"guild_id": str(world.guild.id)}, world.guild, 1 << 9)
    reply = await discord.answer(said)
    assert LOOKED_EVERYWHERE in reply.text


@pytest.mark.slow
async def test_a_reply_to_a_deleted_answer_is_a_question_of_its_own(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, BEES)
    said = Message(
        world, world.channel, world.user, {"content": RAQQA}, kind=19, reference=bees, reply_pings=True
    )
    bees.delete()
    said.announce("MESSAGE_CREATE")
    assert "Townsend" in starts(await discord.answer(said))


@pytest.mark.slow
async def test_a_question_in_the_thread_of_an_answer_keeps_its_article(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    bees = await mentioning(discord, BEES)
    thread = world.channel.add_thread("about bees", bees)
    assert LOOKED_EVERYWHERE in (await mentioning(discord, RAQQA, thread)).text
    other = world.channel.add_thread("about anything")
    discord.expect(10008)  # it was started from no message
    assert "Townsend" in starts(await mentioning(discord, RAQQA, other))


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_more_in_reply_shows_further_sources_until_there_are_none(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    answer = await mentioning(discord, RAQQA)
    for first in (4, 7):
        answer = await discord.answer(await discord.say(world.user, world.channel, "more", reply_to=answer))
        assert answer.content == f"> {RAQQA}"
        assert f"-# {first} · " in starts(answer)
        assert f"-# {first - 1} · " not in starts(answer)
    channel = world.guild.add_channel("bees")
    asked = await discord.slash(world.user, channel, "ask", question=BEES, article="notes/bees")
    bees = (await asked.done()).message
    while bees is not None and NO_MORE not in bees.text:
        last = bees
        bees = await discord.answer(await discord.say(world.user, channel, "more", reply_to=bees))
    assert "More sources" not in [button["label"] for button in last.buttons]
    assert len(channel.messages) <= 6


@pytest.mark.slow
@pytest.mark.usefixtures("all_worth_showing")
async def test_more_needs_no_reply_in_direct_messages_and_threads(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    for channel in (world.dm(world.user), world.channel.add_thread("raqqa")):
        if channel.guild:
            discord.expect(10008)
        await mentioning(discord, RAQQA, channel)
        assert "-# 4 · " in starts(await mentioning(discord, "more", channel))
        assert "-# 7 · " in starts(await mentioning(discord, "more", channel))


async def test_more_of_nothing_gets_a_kind_line(discord: FakeDiscord, bot: FootnoteClient) -> None:
    assert (await mentioning(discord, "more")).content == MORE_OF_WHAT


@pytest.mark.slow
async def test_people_who_ask_too_much_in_a_channel_are_told_once(discord: FakeDiscord, bots: Bots) -> None:
    world = discord.world
    await bots.start(questions_per_minute=1)
    assert "Townsend" in starts(await mentioning(discord, RAQQA))
    assert "You can ask the next one in" in (await mentioning(discord, RAQQA)).content
    ignored = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    other = await discord.say(world.add_user("grace"), world.channel, f"{world.bot.mention} {BEES}")
    assert "35 degrees" in starts(await discord.answer(other))
    assert not discord.answers(ignored)


@pytest.mark.slow
async def test_without_read_message_history_the_answer_is_no_reply(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    world.channel.deny("read_message_history")
    discord.expect(160002)
    answer = await mentioning(discord, RAQQA)
    assert "Townsend" in starts(answer)
    assert answer.reference is None


@pytest.mark.slow
async def test_without_send_messages_the_bot_names_the_permission_once(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    world.channel.deny("send_messages")
    discord.expect(50013)
    await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    await discord.until(lambda: world.dm(world.user).messages)
    await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    await settled(discord)
    (told,) = world.dm(world.user).messages.values()
    assert "Send Messages" in told.content


async def test_an_error_is_said_with_a_number_and_nothing_else(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret of the bees")

    monkeypatch.setattr(bot.services.libraries.common.library, "ask_many", broken)
    answer = await mentioning(discord, RAQQA)
    assert "Reference" in answer.content
    assert "secret" not in answer.text
