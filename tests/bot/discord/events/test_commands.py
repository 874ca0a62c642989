"""The commands as people use them, over the fake Discord."""

import asyncio
import json
from dataclasses import replace
from datetime import date
from functools import partial

import discord as discord_py
import pytest

from bot.discord.delivery.repeat_guards import RecentIds
from bot.discord.events.client import FootnoteClient
from bot.discord.events.commands import NOTHING_TO_LOOK_UP, definitions
from bot.discord.replies.answer_reply import (
    DECLINED,
    LOOKED_EVERYWHERE,
    NEAR_STATEMENT,
    RIGHT_LABEL,
    WRONG_LABEL,
)
from bot.discord.replies.reply import small_talk_reply
from bot.live.question_queue import DeadlineError, QueueFullError
from bot.small_talk import SmallTalk
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.button_presses import BrokenQueue

RAQQA = "Who predicts the fight for Raqqa will be long and hard?"
BEES = "How warm is the centre of the cluster kept?"
COALITION = "coalition-strikes-near-al-tanf"
DEFERRED = 5
PRIVATE = 1 << 6


async def ask(
    discord: FakeDiscord, question: str = RAQQA, *, by: User | None = None, **options: object
) -> Interaction:
    """Use /ask, and wait for what comes of it."""
    world = discord.world
    asked = await discord.slash(by or world.user, world.channel, "ask", question=question, **options)
    return await asked.done()


def alone(interaction: Interaction) -> str:
    """Return what the asker alone was shown; nobody else may have been left with anything."""
    shown = [
        message
        for message in (interaction.message, *interaction.followups)
        if message and not message.deleted
    ]
    assert len(shown) == 1, shown
    assert shown[0].ephemeral
    return shown[0].text


def test_commands_are_what_is_promised() -> None:
    commands = {command["name"]: command for command in definitions()}
    assert commands.keys() == {
        *("ask", "articles", "article", "about", "library"),
        *("Find sources", "Add to library"),
    }
    commands.pop("library")  # for some people only
    options = {option["name"]: option for option in commands["ask"]["options"]}
    assert (options["question"]["min_length"], options["question"]["max_length"]) == (1, 500)
    assert [name for name, option in options.items() if option["required"]] == ["question"]
    assert options["article"]["autocomplete"]
    assert commands["article"]["options"][0]["autocomplete"]
    add = commands.pop("Add to library")
    assert (add["contexts"], add["integration_types"]) == ([0], [0])
    assert add["default_member_permissions"] == discord_py.Permissions(manage_guild=True).value
    for command in commands.values():
        assert command["contexts"] == [0, 1, 2]
        assert command["integration_types"] == [0, 1]
        assert command["default_member_permissions"] is None


def test_definitions_can_be_compared() -> None:
    assert json.dumps(definitions()) == json.dumps(definitions())


@pytest.mark.slow
async def test_an_answer_is_shown_to_everyone_after_a_promise(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    asked = await ask(discord)
    assert asked.message is not None
    assert not asked.private
    assert asked.message.content == f"> {RAQQA}"
    assert asked.message.embed["description"].startswith("**Steve Townsend**")
    assert asked.callback is not None
    assert asked.callback["type"] == DEFERRED
    assert asked.changes == 1
    assert not asked.followups


@pytest.mark.slow
async def test_an_answer_is_private_if_the_asker_wants_it(discord: FakeDiscord, bot: FootnoteClient) -> None:
    asked = await ask(discord, private=True)
    assert "Townsend" in alone(asked)
    assert asked.callback is not None
    assert asked.callback["data"]["flags"] == PRIVATE


@pytest.mark.slow
async def test_the_server_decides_what_is_private_unless_the_asker_does(
    discord: FakeDiscord, bots: Bots
) -> None:
    await bots.start(private=True)
    assert (await ask(discord)).private
    assert not (await ask(discord, private=False)).private


@pytest.mark.slow
async def test_what_the_articles_do_not_say(discord: FakeDiscord, bot: FootnoteClient) -> None:
    asked = await ask(discord, "What is the capital of Peru?")
    assert asked.message is not None
    assert asked.message.embed["description"] == DECLINED  # no sentence is worth showing
    assert [button["label"] for button in asked.message.buttons] == [RIGHT_LABEL, WRONG_LABEL]


@pytest.mark.slow
async def test_whom_to_ask_is_shown_and_mentions_nobody(discord: FakeDiscord, bots: Bots) -> None:
    world = discord.world
    contact = f"Ask in <#{world.channel.id}>, @everyone or {world.user.mention}"
    client = await bots.start(contact=contact)
    asked = await ask(discord, "What is the capital of Peru?")
    assert asked.message is not None
    assert asked.message.embed["description"] == f"{DECLINED}\n{contact}"
    world.channel.deny("embed_links")
    await discord.until(
        lambda: not client.get_channel(world.channel.id).permissions_for(client.guilds[0].me).embed_links  # type: ignore[union-attr]
    )
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} What is the capital of Peru?")
    answer = await discord.answer(said)  # refused by the fake Discord if it may mention anybody
    assert f"\n{DECLINED}\n{contact}\n" in answer.content


@pytest.mark.parametrize(
    "given", ["notes/bees", "HOW BEES KEEP WARM", article_key("notes/bees")], ids=["id", "title", "key"]
)
async def test_a_question_keeps_to_the_article_that_is_given(
    discord: FakeDiscord, bot: FootnoteClient, given: str
) -> None:
    asked = await ask(discord, RAQQA, article=given)
    assert asked.message is not None
    assert "**How bees keep warm** doesn't say. I looked only there." in asked.message.text
    assert "Coalition" not in asked.message.text


async def test_an_unknown_article_is_told_to_the_asker_alone(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    asked = await discord.slash(
        discord.world.user, discord.world.channel, "ask", question=RAQQA, article="bee keeping"
    )
    await discord.until(lambda: asked.followups)
    text = alone(asked)
    assert "bee keeping" in text
    assert "How bees keep warm" in text
    assert asked.message is not None
    assert asked.message.deleted


async def test_articles_are_offered_while_somebody_types(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    for command in ("ask", "article"):
        offered = await discord.autocomplete(world.user, world.channel, command, "article", "warm be")
        assert offered[0] == {"name": "How bees keep warm", "value": article_key("notes/bees")}
    assert len(await discord.autocomplete(world.user, world.channel, "ask", "article", "")) == 4
    assert await discord.autocomplete(world.user, world.channel, "ask", "article", "zzzzzz") == []


@pytest.mark.slow
async def test_typing_does_not_push_out_the_ids_of_questions(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot, "services", replace(bot.services, handled=RecentIds(limit=1)))
    asked = await ask(discord)
    await discord.autocomplete(discord.world.user, discord.world.channel, "ask", "article", "warm be")
    assert not bot.services.handled.add_if_new(asked.id)


async def test_no_articles_are_offered_if_the_queue_fails(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot, "services", replace(bot.services, question_queue=BrokenQueue()))
    world = discord.world
    assert await discord.autocomplete(world.user, world.channel, "ask", "article", "bees") == []


class LateQueue:
    """Stands for a question queue that has no time for other work, or not in time."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error

    async def run(self, *_: object) -> None:
        if self.error is None:
            await asyncio.Event().wait()
        else:
            raise self.error


@pytest.mark.parametrize("error", [None, QueueFullError(5), DeadlineError(5)])
@pytest.mark.parametrize("command", ["ask", "library remove"])
async def test_no_articles_are_offered_too_late(
    command: str,
    error: Exception | None,
    discord: FakeDiscord,
    bot: FootnoteClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Discord would refuse them, and discord.py log that with the id of who typed; it is no error, either."""
    late = replace(bot.services, question_queue=LateQueue(error), suggest_within=0.01)
    monkeypatch.setattr(bot, "services", late)
    world = discord.world
    world.guild.grant(world.user, "manage_guild")
    assert await discord.autocomplete(world.user, world.channel, command, "article", "bees") == []
    for kind in ("busy", "late"):
        assert not bot.meter.registry.get_sample_value("footnote_errors_total", {"kind": kind})


async def test_an_empty_question_is_told_to_the_asker_alone(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    asked = await ask(discord, "\u200b \u2060")
    assert "Ask me something" in alone(asked)


@pytest.mark.slow
async def test_people_who_ask_too_much_are_told_alone(discord: FakeDiscord, bots: Bots) -> None:
    bots.clock = lambda: 1000.0
    client = await bots.start(questions_per_minute=1)
    await ask(discord)
    refused = await ask(discord)
    assert "60 s" in alone(refused)
    assert refused.changes == 1
    other = discord.world.add_user("grace")
    assert not (await ask(discord, by=other)).private
    for outcome, count in (("answered", 2), ("cooldown", 1)):
        labels = {"source": "slash", "outcome": outcome}
        counted = partial(client.meter.registry.get_sample_value, "footnote_questions_total", labels)
        await discord.until(lambda counted=counted, count=count: counted() == count)


@pytest.mark.slow
async def test_a_command_delivered_twice_is_answered_once(discord: FakeDiscord, bot: FootnoteClient) -> None:
    discord.deliver_twice()
    asked = await ask(discord)
    await ask(discord)  # what came twice is through by now
    assert asked.changes == 1
    assert sum(f"/{asked.token}/" in request.path for request in discord.requests) == 2


async def test_a_stopping_bot_says_so(discord: FakeDiscord, bot: FootnoteClient) -> None:
    bot.services.question_handler.stop()
    assert "restarting" in alone(await ask(discord))


async def test_the_articles_are_listed_and_searched(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    listed = await (await discord.slash(world.user, world.channel, "articles")).done()
    text = alone(listed)
    assert "4 articles · page 1 of 1" in text
    assert text.index("Coalition") < text.index("[How bees keep warm](<https://example.org/bees>)")
    found = alone(await (await discord.slash(world.user, world.channel, "articles", search="bees")).done())
    assert "How bees keep warm" in found
    assert "Coalition" not in found
    none = alone(await (await discord.slash(world.user, world.channel, "articles", search="zzzz")).done())
    assert "zzzz" in none


async def test_an_article_is_shown(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    shown = await discord.slash(world.user, world.channel, "article", article=article_key("notes/bees"))
    text = alone(await shown.done())
    assert "How bees keep warm" in text
    assert "Honey bees stay in the hive" in text
    assert str(date(2021, 12, 1)) in text
    missed = await discord.slash(world.user, world.channel, "article", article="bees keep")
    assert "No article is called “bees keep”" in alone(await missed.done())


async def test_about(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    text = alone(await (await discord.slash(world.user, world.channel, "about")).done())
    assert "4 articles" in text
    assert bot.services.libraries.common.library.fingerprint not in text
    assert "footnote-bot" in text


@pytest.mark.slow
async def test_sources_are_found_for_anybodys_message(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    said = await discord.say(world.add_user("grace"), world.channel, f"{RAQQA}\n{'Nobody knows. ' * 60}")
    found = await (await discord.menu(world.user, said, "Find sources")).done()
    assert found.message is not None
    assert "Townsend" in found.message.text
    assert found.message.content.startswith(f"> {RAQQA} Nobody knows")
    assert found.message.content.endswith("…")
    assert len(found.message.content) <= len("> ") + 500


@pytest.mark.slow
async def test_a_statement_gets_the_sentences_nearest_to_it(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    said = await discord.say(world.add_user("grace"), world.channel, "The red bridge is 900 metres long.")
    found = (await (await discord.menu(world.user, said, "Find sources")).done()).message
    assert found is not None
    assert found.embed["description"].startswith(f"{NEAR_STATEMENT}\n")
    assert "900 metres" in found.embed["description"]
    assert "Was this right? Yes" not in [button["label"] for button in found.buttons]


@pytest.mark.slow
async def test_sources_of_an_answer_are_those_of_its_question(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    answer = (await ask(discord, BEES)).message
    assert answer is not None
    found = await (await discord.menu(discord.world.user, answer, "Find sources")).done()
    assert found.message is not None
    assert found.message.content == f"> {BEES}"
    assert found.message.embed["description"] == answer.embed["description"]


@pytest.mark.parametrize("text", ["\u200b\u2060\u200b", "Thanks a lot!"])
async def test_a_message_that_says_nothing_has_no_sources(
    discord: FakeDiscord, bot: FootnoteClient, text: str
) -> None:
    world = discord.world
    said = await discord.say(world.user, world.channel, text)
    assert alone(await (await discord.menu(world.user, said, "Find sources")).done()) == NOTHING_TO_LOOK_UP


async def test_small_talk_gets_a_private_line(discord: FakeDiscord, bot: FootnoteClient) -> None:
    for text, talk in (("hello", SmallTalk.GREETING), ("What can you do?", SmallTalk.HELP)):
        assert alone(await (await ask(discord, text)).done()) == small_talk_reply(talk).content


@pytest.mark.slow
@pytest.mark.parametrize("command", ["articles", "about", "article", "ask"])
async def test_every_command_counts(discord: FakeDiscord, bots: Bots, command: str) -> None:
    await bots.start(questions_per_minute=1)
    world = discord.world
    options = {"article": {"article": "bees"}, "ask": {"question": BEES}}.get(command, {})
    await (await discord.slash(world.user, world.channel, "articles")).done()
    for _ in range(3):
        refused = alone(await (await discord.slash(world.user, world.channel, command, **options)).done())
        assert refused.startswith("That's a lot")
    other = await (await discord.slash(world.add_user("eve"), world.channel, command, **options)).done()
    assert other.message is not None
    assert "That's a lot" not in other.message.text


@pytest.mark.slow
async def test_a_question_in_the_thread_of_an_answer_keeps_its_article(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    answer = (await ask(discord, BEES)).message
    thread = world.channel.add_thread("bees", answer)
    asked = await (await discord.slash(world.user, thread, "ask", question=RAQQA)).done()
    assert asked.message is not None
    assert "**How bees keep warm**" + LOOKED_EVERYWHERE in asked.message.text
    elsewhere = await (
        await discord.slash(world.user, thread, "ask", question=RAQQA, article=COALITION)
    ).done()
    assert elsewhere.message is not None
    assert "Townsend" in elsewhere.message.embed["description"]
    assert LOOKED_EVERYWHERE not in elsewhere.message.text
