"""The way from a question to its reply, where something is slow, too much, lost or in trouble."""

import asyncio
import logging
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import cast

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.questions import question_handler
from bot.discord.questions.question import DiscordQuestion
from bot.discord.questions.question_handler import MOST_CITATIONS
from bot.discord.replies.answer_reply import MORE_LABEL, NO_MORE
from bot.discord.replies.reply import article_gone_reply
from bot.discord.replies.tickets import VerdictTicket, parse_ticket
from index.errors import IndexDamagedError, UnknownArticleError
from index.library import Library
from tests.fake_discord import FakeDiscord
from tests.fake_discord.interactions import Interaction
from tests.support.bots import Bots
from tests.support.discord_questions import RAQQA, ask, mention, text

pytestmark = pytest.mark.slow  # each test starts a bot

BUSY = re.compile(r"I'm busy.* try again in \d+ s\.")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, library: Library) -> Iterator[threading.Event]:
    """Hold all answers back until the event is set."""
    release = threading.Event()
    ask_many = library.ask_many

    def slowly(*args: object) -> object:
        release.wait(60)
        return ask_many(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(library, "ask_many", slowly)
    yield release
    release.set()


async def test_a_question_is_acknowledged_before_anything_is_computed(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    asked = await (await ask(discord)).acknowledged()
    assert not asked.is_done
    held.set()
    assert "Townsend" in text(await asked.done())


async def test_who_finds_the_queue_full_is_told_when_to_come_back(
    discord: FakeDiscord, bots: Bots, held: threading.Event
) -> None:
    await bots.start(queue=1, batch=1)
    computed = await (await ask(discord)).acknowledged()
    waiting = await (await ask(discord)).acknowledged()
    assert BUSY.fullmatch(text(await (await ask(discord)).done()))
    said = await mention(discord)
    assert BUSY.fullmatch((await discord.answer(said)).content)
    held.set()
    assert "Townsend" in text(await computed.done())
    assert "Townsend" in text(await waiting.done())


async def test_who_waits_past_the_deadline_is_told_when_to_come_back(
    discord: FakeDiscord, bots: Bots, held: threading.Event
) -> None:
    client = await bots.start(deadline=1)
    asked = await (await ask(discord)).done()
    assert "took too long" in text(asked)
    labels = {"source": "slash", "outcome": "late"}
    await discord.until(
        lambda: client.meter.registry.get_sample_value("footnote_questions_total", labels) == 1
    )


async def test_typing_is_shown_only_where_it_takes_a_while(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    bot.services.question_handler.typing_delay = 0.0
    said = await mention(discord)
    await discord.until(lambda: discord.typing == [discord.world.channel])
    held.set()
    await discord.answer(said)
    bot.services.question_handler.typing_delay = 600.0
    await discord.answer(await mention(discord))
    assert discord.typing == [discord.world.channel]


async def test_an_answer_needs_none_of_the_event_loop_s_own_threads(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    """All of them may be waiting for the disk or a database. Without a site there are no links to make."""
    ended = ThreadPoolExecutor(1)
    ended.shutdown()
    asyncio.get_running_loop().set_default_executor(ended)
    assert "Townsend" in text(await (await ask(discord)).done())
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))


async def test_an_answer_does_not_wait_for_typing_to_be_shown(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    bot.services.question_handler.typing_delay = 0.0
    stuck = discord.fail("POST", "/typing$", times=None)  # discord.py tries for 25 s
    said = await mention(discord)
    await discord.until(lambda: stuck.happened)
    held.set()
    assert "Townsend" in (await discord.answer(said, timeout=20)).text


async def test_a_stop_waits_until_what_is_in_flight_is_sent(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    asked = await (await ask(discord)).acknowledged()
    finishing = asyncio.create_task(bot.finish(60))
    await asyncio.sleep(0)
    late = await (await ask(discord)).done()
    assert late.private
    assert "restarting" in text(late)
    assert not finishing.done()
    discord.slow("PATCH", "@original", 0.3)
    held.set()
    assert await finishing == 0
    assert "Townsend" in text(asked)


async def test_a_stop_tells_those_whom_it_gives_up(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    asked = await (await ask(discord)).acknowledged()
    alone = await (await ask(discord, private=True)).acknowledged()
    said = await mention(discord)
    await discord.until(lambda: len(bot.services.question_handler.in_flight) == 3)
    assert await bot.finish(4.0) == 3
    assert "restarting" in asked.followups[0].text
    assert asked.followups[0].ephemeral
    assert "restarting" in text(alone)
    assert "restarting" in discord.answers(said)[0].content


async def test_a_stop_waits_for_nobody_longer_than_it_says(discord: FakeDiscord, bot: FootnoteClient) -> None:
    sending = discord.hold("PATCH", "@original")
    await ask(discord)
    await discord.until(lambda: sending.happened)
    assert await bot.finish(0.2) == 1
    await bot.close()
    sending.release()


@pytest.mark.parametrize("done", [False, True], ids=["request lost", "answer lost"])
@pytest.mark.parametrize("lost", [("POST", "/callback"), ("PATCH", "@original")], ids=["promise", "answer"])
async def test_a_lost_connection_costs_no_answer(
    discord: FakeDiscord, bot: FootnoteClient, lost: tuple[str, str], done: bool
) -> None:
    if done and lost[0] == "POST":
        discord.expect(40060)
    fault = discord.cut(*lost, done=done)
    asked = await (await ask(discord)).done()
    await bot.finish(60)
    assert fault.happened == 1
    assert "Townsend" in text(asked)
    assert not asked.followups


@pytest.mark.parametrize("done", [False, True], ids=["request lost", "answer lost"])
async def test_a_lost_connection_doubles_no_reply(
    discord: FakeDiscord, bot: FootnoteClient, done: bool
) -> None:
    fault = discord.cut("POST", "/messages$", done=done)
    said = await mention(discord)
    await discord.answer(said)
    await bot.finish(60)
    assert fault.happened == 1
    assert ["Townsend" in answer.text for answer in discord.answers(said)] == [True]


async def test_a_private_line_survives_a_lost_acknowledgement(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    discord.expect(40060)
    discord.cut("POST", "/callback", done=True)
    asked = await ask(discord, article="nothing of ours")
    await discord.until(lambda: asked.followups)
    assert asked.followups[0].ephemeral
    assert "No article is called" in asked.followups[0].text


async def test_more_of_an_article_that_is_gone_is_said_in_other_words(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    said = await bot.services.question_handler.respond(
        DiscordQuestion(RAQQA, 1, None, "button", "A" * 12, offset=3)
    )
    assert said.reply == article_gone_reply()

    async def kept(asked: DiscordQuestion) -> DiscordQuestion:
        return replace(asked, article="A" * 12)

    said = await bot.services.question_handler.respond(DiscordQuestion(RAQQA, 1, None, "slash"), kept)
    assert said.reply == article_gone_reply()


async def test_trouble_of_the_library_is_said_alone_and_counted(
    discord: FakeDiscord, bot: FootnoteClient, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(*_: object) -> None:
        raise IndexDamagedError("/secret/path is damaged")

    monkeypatch.setattr(library, "ask_many", damaged)
    asked = await ask(discord)
    await discord.until(lambda: asked.followups)
    assert asked.followups[0].ephemeral
    assert "secret" not in asked.followups[0].text
    labels = {"source": "slash", "outcome": "failed"}
    assert bot.meter.registry.get_sample_value("footnote_questions_total", labels) == 1


async def test_further_sources_end_somewhere(discord: FakeDiscord, bot: FootnoteClient) -> None:
    last = await bot.services.question_handler.respond(
        DiscordQuestion(RAQQA, 1, None, "button", offset=MOST_CITATIONS - 1)
    )
    assert last.reply.rest is None or last.reply.rest.offset <= MOST_CITATIONS
    assert MORE_LABEL not in [button.label for button in last.reply.buttons]
    said = await bot.services.question_handler.respond(
        DiscordQuestion(RAQQA, 1, None, "button", offset=MOST_CITATIONS)
    )
    assert said.private
    assert said.reply.embed is not None
    assert said.reply.embed.description == NO_MORE


@pytest.mark.parametrize("log_questions", [False, True])
async def test_questions_are_logged_only_where_that_is_configured(
    discord: FakeDiscord, bots: Bots, caplog: pytest.LogCaptureFixture, log_questions: bool
) -> None:
    client = await bots.start(log_questions=log_questions)
    with caplog.at_level(logging.INFO, "bot"):
        await (await ask(discord)).done()
        await client.finish(60)
    (event,) = [record for record in caplog.records if record.getMessage() == "question answered"]
    told = event.fields  # type: ignore[attr-defined]
    assert told["source"] == "slash"
    assert told["seconds"] > 0
    assert told.get("question") == (RAQQA if log_questions else None)
    assert any("Raqqa" in str(vars(record)) for record in caplog.records) == log_questions


async def test_every_stage_is_measured(discord: FakeDiscord, bot: FootnoteClient) -> None:
    await (await ask(discord)).done()
    await bot.finish(60)
    for stage in ("acknowledge", "wait", "compute", "send", "total"):
        count = partial(bot.meter.registry.get_sample_value, "footnote_stage_seconds_count", {"stage": stage})
        await discord.until(lambda count=count: count() == 1)  # a batch ends after its answers


class Another:
    """Stands for the library that comes next: all is as before but what tells it from the one before."""

    fingerprint = "another"

    def __init__(self, library: Library) -> None:
        self._library = library

    def sentences(self, _: str) -> list[object]:
        raise UnknownArticleError("gone")

    def __getattr__(self, name: str) -> object:
        return getattr(self._library, name)


async def test_an_answer_is_shown_with_the_library_that_gave_it(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    before = bot.services.libraries.common.library
    asked = await (await ask(discord)).acknowledged()
    computing = partial(bot.meter.registry.get_sample_value, "footnote_batch_questions_count")
    await discord.until(lambda: computing() == 1)
    bot.services.libraries.common.exchange(cast(Library, Another(before)))
    held.set()
    assert "sentence 4 of 16" in text(await asked.done())
    assert asked.message is not None
    tickets = [parse_ticket(button["custom_id"]) for button in asked.message.buttons]
    (right, wrong) = (ticket for ticket in tickets if isinstance(ticket, VerdictTicket))
    assert {right.fingerprint, wrong.fingerprint} == {before.fingerprint}


async def test_one_deadline_covers_everything_that_is_done_for_an_answer(
    discord: FakeDiscord, bots: Bots, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fetches the conversation for 0.6 s and looks the article up for 0.6 s, which is too much in all."""

    def look_up_slowly(*_: object) -> str:
        time.sleep(0.6)
        return "notes/bees"

    async def complete_slowly(question: DiscordQuestion) -> DiscordQuestion:
        await asyncio.sleep(0.6)
        return replace(question, article="notes/bees")

    async def never_complete(question: DiscordQuestion) -> DiscordQuestion:
        await asyncio.sleep(600)
        return question

    client = await bots.start(deadline=1)
    monkeypatch.setattr(question_handler, "article_id", look_up_slowly)
    for complete in (complete_slowly, never_complete):
        response = await client.services.question_handler.respond(
            DiscordQuestion(RAQQA, 1, None, "slash"), complete
        )
        assert response.outcome == "late"


@pytest.mark.parametrize("by_command", [True, False])
async def test_a_stop_waits_until_a_failure_is_said(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch, by_command: bool
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(bot.services.libraries.common.library, "ask_many", broken)
    sending = discord.hold("*", "@original$" if by_command else "/messages$")
    asked = await (ask if by_command else mention)(discord)
    await discord.until(lambda: sending.happened)
    finishing = asyncio.create_task(bot.finish(60))
    await asyncio.sleep(0)
    assert not finishing.done()
    sending.release()
    assert await finishing == 0
    said = asked.followups[0] if isinstance(asked, Interaction) else discord.answers(asked)[0]
    assert "Reference" in said.content


async def test_a_long_wait_that_discord_asks_for_is_not_waited_for(
    discord: FakeDiscord, bot: FootnoteClient, caplog: pytest.LogCaptureFixture
) -> None:
    slowed = discord.fail("POST", "/messages$", 429, retry_after=3600.0, times=None)
    await mention(discord)
    await discord.until(lambda: slowed.happened)
    labels = {"source": "message", "outcome": "failed"}
    await discord.until(lambda: bot.meter.registry.get_sample_value("footnote_questions_total", labels) == 1)
    assert await bot.finish(60) == 0
    assert "slowed down" in caplog.messages


async def test_a_server_that_asks_too_much_is_told_to_wait(discord: FakeDiscord, bots: Bots) -> None:
    world = discord.world
    await bots.start(server_questions_per_minute=1)
    assert "Townsend" in text(await (await ask(discord)).done())
    grace = world.add_user("grace")
    again = await (await discord.slash(grace, world.channel, "ask", question=RAQQA)).done()
    assert again.private
    assert re.search(r"server .* \d+ s", text(again))
    said = await mention(discord)
    assert re.search(r"server .* \d+ s", (await discord.answer(said)).content)
    elsewhere = await discord.slash(grace, world.dm(grace), "ask", question=RAQQA)
    assert "Townsend" in text(await elsewhere.done())


async def test_a_lost_gateway_costs_no_answer_that_is_on_its_way(
    discord: FakeDiscord, bot: FootnoteClient, held: threading.Event
) -> None:
    asked, said = await (await ask(discord)).acknowledged(), await mention(discord)
    await discord.until(lambda: len(bot.services.question_handler.in_flight) == 2)
    count = partial(bot.meter.registry.get_sample_value, "footnote_shards", {"state": "disconnected"})
    discord.drop()
    await discord.until(lambda: count() == 1)
    await discord.until(lambda: count() == 0)
    held.set()
    assert "Townsend" in text(await asked.done())
    assert "Townsend" in (await discord.answer(said)).text
    await discord.answer(await mention(discord))  # what was to come again has come by now
    await bot.finish(60)
    assert asked.changes == 1
    assert not asked.followups
    assert len([answer for answer in discord.answers(said) if answer.reference is said]) == 1
