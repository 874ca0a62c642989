"""Written answers over the fake Discord, by a server of language models that does what a test orders."""

import itertools
import re
import threading
from collections.abc import Iterator

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.questions.written_answers import EDIT_INTERVAL, MOST_WRITING
from bot.discord.replies.without_embed import MISSING_PERMISSION
from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import Interaction
from tests.fake_discord.messages import Message
from tests.fake_language_models import Ending, FakeLanguageModels, Reply
from tests.fake_language_models.replies import say
from tests.support.bots import Bots
from tests.support.button_presses import CONTEXT, RAQQA, press, seen
from tests.support.discord_questions import NOWHERE, ask, mentioning, starts

pytestmark = pytest.mark.slow  # each test starts a bot

TRUE = "Steve Townsend predicts the fight for Raqqa will be long and hard. [1]"
ALSO_TRUE = "The offensive would deliver a decisive blow to the idea of IS as a physical caliphate. [1]"
FALSE = "Steve Townsend predicts that it will take 14 years. [1]"
BEGUN = "Townsend also predicts that the"
SHOWN = "predicts the fight for Raqqa will be long and hard. \\[1\\]"
WRITING = "llama3.2 is writing …"


@pytest.fixture
def writing_bots(bots: Bots, language_models: FakeLanguageModels) -> Bots:
    """Return what starts bots whose language model is that of the fake server."""
    bots.writer = {"llm": "ollama/llama3.2", "base_url": language_models.ollama, "timeout": 600}
    bots.rewrite_within = 25.0  # no test is about this, on any machine
    return bots


async def finished(discord: FakeDiscord, client: FootnoteClient) -> None:
    """Wait until nothing is in flight."""
    await discord.until(lambda: not client.services.question_handler.in_flight, what="an idle bot")


def times_of_edits(discord: FakeDiscord) -> list[float]:
    """Return when the message of an answer, the only one, was changed."""
    return [one.at for one in discord.requests if one.method == "PATCH"]


def writing_threads() -> list[threading.Thread]:
    """Return the threads that write an answer, or read what a language model writes."""
    return [one for one in threading.enumerate() if one.name in ("write an answer", "language model")]


def message_of(asked: Interaction) -> Message:
    assert asked.message is not None
    return asked.message


async def test_the_answer_is_shown_at_once_and_each_sentence_once_it_is_checked(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(say(f"{TRUE} {FALSE} {ALSO_TRUE} {BEGUN}", Ending.HELD))
    asked = await (await ask(discord, written=True)).done()
    message = message_of(asked)
    assert "Townsend**" in message.text
    assert WRITING in message.text
    assert SHOWN not in message.text
    await discord.until(lambda: SHOWN in message.text)
    await discord.until(lambda: "decisive blow to the idea" in starts(message).split("\u200b")[0])
    assert starts(message).split("\u200b")[0].rstrip().endswith("…")
    language_models.stop()
    await finished(discord, client)
    above, *below = starts(message).split("\n\u200b\n")
    lines = above.splitlines()
    assert lines[0] == "**Steve Townsend**"
    assert lines[1] == "-# Written by llama3.2, each sentence checked against those below:"
    assert SHOWN in lines[2]
    assert "14" not in above
    assert lines[3:] == [
        "-# 1 sentence left out: its sources don't say so.",
        "-# llama3.2 stopped in the middle.",
    ]
    assert "\n-# 1 · " in below[0]
    times = times_of_edits(discord)
    assert len(times) >= 3
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) >= EDIT_INTERVAL


async def test_many_quick_sentences_are_few_edits(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start(private=True)
    language_models.order(say(f"{TRUE} {FALSE} {ALSO_TRUE}"))
    asked = await (await ask(discord, written=True)).done()
    await finished(discord, client)
    assert asked.private
    assert SHOWN in message_of(asked).text
    times = times_of_edits(discord)
    assert len(times) <= 3
    assert all(later - earlier >= EDIT_INTERVAL for earlier, later in itertools.pairwise(times))


async def test_what_is_not_asked_for_is_not_written(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    for answer in (
        message_of(await (await ask(discord)).done()),
        message_of(await (await ask(discord, written=False)).done()),
        message_of(await (await ask(discord, NOWHERE, written=True)).done()),
        await mentioning(discord, RAQQA),
    ):
        await finished(discord, client)
        assert "llama3.2" not in answer.text
        assert answer.edits == 0
    assert language_models.requests == []


async def test_by_default_mentions_are_written_about_too_and_commands_unless_declined(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    language_models.reply = TRUE
    answer = await mentioning(discord, RAQQA)
    await finished(discord, client)
    assert SHOWN in answer.text
    declined = message_of(await (await ask(discord, written=False)).done())
    await finished(discord, client)
    assert "llama3.2" not in declined.text
    assert SHOWN.partition(".")[0] in seen(await press(discord, answer, CONTEXT)).replace("*", "")
    assert len(language_models.requests) == 1


async def test_where_embeds_are_not_shown_it_is_written_into_the_text(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    discord.world.channel.deny("embed_links")
    await discord.until(
        lambda: (
            not client.get_channel(discord.world.channel.id).permissions_for(client.guilds[0].me).embed_links
        )  # type: ignore[union-attr]
    )
    language_models.reply = TRUE
    answer = await mentioning(discord, RAQQA)
    await finished(discord, client)
    assert not answer.embeds
    assert SHOWN in answer.content
    assert answer.content.endswith(MISSING_PERMISSION)
    assert "sentence 4 of 16" in answer.content


@pytest.mark.parametrize(
    ("reply", "line"),
    [
        (Reply(status=500), "-# llama3.2 could not write about this."),
        (Reply(status=429), "-# llama3.2 has too much to write right now."),
        (say(""), "-# llama3.2 wrote nothing."),
        (say(FALSE), "-# What llama3.2 wrote is left out: the sentences that it names don't say so."),
        (say("The sentences do not say."), "-# llama3.2 finds that these sentences don't answer it."),
        (
            say("@everyone [click](https://evil.example) <@1> [1]"),
            "-# What llama3.2 wrote is left out: the sentences that it names don't say so.",
        ),
    ],
    ids=["error", "busy", "empty", "false", "declined", "hostile"],
)
async def test_a_failure_is_one_line_and_the_answer_stands(
    discord: FakeDiscord,
    writing_bots: Bots,
    language_models: FakeLanguageModels,
    reply: Reply,
    line: str,
) -> None:
    client = await writing_bots.start()
    language_models.order(reply)
    asked = await (await ask(discord, written=True)).done()
    await finished(discord, client)
    assert starts(message_of(asked)).splitlines()[:2] == ["**Steve Townsend**", line]
    assert "127.0.0.1" not in message_of(asked).text


async def test_without_a_server_the_answer_stands(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.stop()
    asked = await (await ask(discord, written=True)).done()
    await finished(discord, client)
    assert "-# llama3.2 could not write about this." in starts(message_of(asked)).splitlines()


async def test_a_deleted_message_ends_the_writing(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    language_models.order(say("", Ending.HELD))
    answer = await mentioning(discord, RAQQA)
    await discord.until(lambda: language_models.requests)
    answer.delete()
    await finished(discord, client)  # although the model never says anything
    await discord.until(lambda: not writing_threads(), what="no thread that writes or reads")
    assert times_of_edits(discord) == []
    assert len(discord.world.channel.messages) == 1  # the question: nothing else was said


@pytest.mark.parametrize("history", [True, False], ids=["a reply", "no reply"])
async def test_a_deleted_question_ends_the_writing_and_says_so(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels, history: bool
) -> None:
    if not history:
        discord.world.channel.deny("read_message_history")
        discord.expect(160002)
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    language_models.order(say(f"{TRUE} {ALSO_TRUE} {BEGUN}", Ending.HELD))
    answer = await mentioning(discord, RAQQA)
    await discord.until(lambda: "decisive blow to the idea" in starts(answer).split("\u200b")[0])
    question = next(each for each in discord.world.channel.messages.values() if each is not answer)
    question.delete()
    await finished(discord, client)
    await discord.until(lambda: not writing_threads(), what="no thread that writes or reads")
    above = starts(answer).split("\n\u200b\n")[0]
    assert SHOWN in above
    assert above.endswith("-# The question was deleted, so llama3.2 stopped writing.")


async def test_a_deleted_response_to_a_command_ends_the_writing(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(say("", Ending.HELD))
    asked = await (await ask(discord, written=True)).done()
    await discord.until(lambda: language_models.requests)
    message_of(asked).delete()
    await finished(discord, client)
    await discord.until(lambda: not writing_threads(), what="no thread that writes or reads")


async def test_an_expired_token_ends_the_writing(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(say(f"{TRUE} {ALSO_TRUE} ", Ending.HELD))
    asked = await (await ask(discord, written=True)).done()
    discord.expect(50027)
    discord.clock.advance(15 * 60 + 1)
    await finished(discord, client)
    assert WRITING in message_of(asked).text
    assert asked.followups == []


async def test_an_edit_that_discord_loses_is_made_up_by_the_next(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(say(f"{TRUE} {ALSO_TRUE}"))
    asked = await (await ask(discord, written=True)).done()
    discord.cut("PATCH", "@original", times=1)
    await finished(discord, client)
    assert SHOWN in message_of(asked).text


async def test_a_stop_ends_the_writing_and_says_so(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(say(f"{TRUE} {ALSO_TRUE} {BEGUN}", Ending.HELD))
    asked = await (await ask(discord, written=True)).done()
    message = message_of(asked)
    await discord.until(lambda: "decisive blow to the idea" in starts(message).split("\u200b")[0])
    assert await client.finish(60) == 0
    above = starts(message).split("\n\u200b\n")[0]
    assert SHOWN in above
    assert above.endswith("-# I'm restarting, so llama3.2 stopped writing.")


async def test_who_asks_while_too_much_is_written_reads_so(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    client = await writing_bots.start()
    language_models.order(*[say("", Ending.HELD)] * MOST_WRITING)
    first = [message_of(await (await ask(discord, written=True)).done()) for _ in range(MOST_WRITING)]
    await discord.until(lambda: len(language_models.requests) == MOST_WRITING)
    last = message_of(await (await ask(discord, written=True)).done())
    await discord.until(lambda: "-# llama3.2 has too much to write right now." in last.text)
    assert all(WRITING in message.text for message in first)
    language_models.stop()
    await finished(discord, client)


async def test_follow_ups_are_written_out_by_the_model_and_shown_so(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    full = "How long does Steve Townsend predict the fight for Raqqa will be?"
    language_models.reply = lambda instructions, content: full if "new_question" in content else TRUE
    first = await mentioning(discord, RAQQA)
    await finished(discord, client)
    second = await mentioning(discord, "and how long?")
    await finished(discord, client)
    assert first.content == f"> {RAQQA}"
    assert second.content == f"> {full}"
    assert "-# A language model wrote your question out in full." in starts(second)
    assert SHOWN in second.text
    shown = next(
        request["messages"][1]["content"]
        for request in language_models.requests
        if "new_question" in request["messages"][1]["content"]
    )
    assert RAQQA in shown
    assert "Townsend" in shown


async def test_where_the_model_cannot_write_a_follow_up_out_the_rule_does(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    language_models.reply = lambda instructions, content: "" if "new_question" in content else TRUE
    await mentioning(discord, "How long is the red bridge?")
    await finished(discord, client)
    second = await mentioning(discord, "and the green one?")
    await finished(discord, client)
    assert second.content == "> and the green one (red bridge)?"
    assert "in full" not in second.text


async def test_only_the_last_three_turns_are_shown_to_the_model(
    discord: FakeDiscord, writing_bots: Bots, language_models: FakeLanguageModels
) -> None:
    writing_bots.writer = {**writing_bots.writer, "default": True}
    client = await writing_bots.start()
    language_models.reply = lambda instructions, content: "" if "new_question" in content else TRUE
    for question in ("How long is the red bridge?", "and the green one?", "when was it opened?", "why?"):
        await mentioning(discord, question)
        await finished(discord, client)
    await mentioning(discord, "and how old is it?")
    await finished(discord, client)
    shown = [
        request["messages"][1]["content"]
        for request in language_models.requests
        if "new_question" in request["messages"][1]["content"]
    ][-1]
    assert len(re.findall('"question":', shown)) == 3
    assert "How long is the red bridge?" not in shown


def options(discord: FakeDiscord) -> Iterator[str]:
    """Yield the options of `/ask`, as Discord knows it."""
    for command in discord.commands[None]:
        if command["name"] == "ask":
            yield from (option["name"] for option in command["options"])


async def test_the_option_is_there_if_a_model_is_configured(
    discord: FakeDiscord, bots: Bots, language_models: FakeLanguageModels
) -> None:
    await bots.stop(await bots.start())
    assert list(options(discord)) == ["question", "article", "private"]
    bots.writer = {"llm": "ollama/llama3.2", "base_url": language_models.ollama}
    await bots.start()
    assert list(options(discord)) == ["question", "article", "private", "written"]
