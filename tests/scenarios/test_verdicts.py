"""Verdicts and notes, from the button to the database, over the fake Discord."""

import asyncio
import gc
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import discord as discord_py
import pytest

from bot.discord.events.buttons import NO_NOTE, NOT_YOURS, NOTE_KEPT
from bot.discord.events.client import FootnoteClient
from bot.discord.replies.reply import verdict_reply
from bot.discord.replies.tickets import MoreTicket, NoteTicket, VerdictTicket
from bot.feedback.export import export
from bot.feedback.store import FEEDBACK_FILE, Judgement
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import (
    ANSWER,
    COALITION,
    CONTEXT,
    FORGED,
    NOTE,
    NOWHERE,
    RAQQA,
    RIGHT,
    THANKS,
    WRONG,
    ask,
    button,
    forge,
    press,
    seen,
)

pytestmark = pytest.mark.slow


@pytest.fixture
def storing(bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event that is set once the bot begins to store a verdict."""
    begun = threading.Event()
    add = bot.services.libraries.feedback.add

    def announce(*args: Any, **options: Any) -> Any:
        begun.set()
        return add(*args, **options)

    monkeypatch.setattr(bot.services.libraries.feedback, "add", announce)
    return begun


@contextmanager
def being_written(bot: FootnoteClient) -> Iterator[None]:
    """Hold the feedback as another process does that writes to it."""
    with closing(sqlite3.connect(bot.services.libraries.feedback.path, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        yield
        database.execute("ROLLBACK")


async def test_a_verdict_is_kept_with_what_it_is_about(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    clicked = await press(discord, message, RIGHT)
    assert clicked.message is not None
    assert clicked.message.content == verdict_reply(1).content
    (entry,) = bot.services.libraries.feedback.list()
    judged = entry.judgement
    assert (judged.right, judged.question, judged.answer) == (True, RAQQA, ANSWER)
    assert (judged.article, judged.asked_in, judged.index) == (
        COALITION,
        COALITION,
        bot.services.libraries.common.library.fingerprint,
    )
    assert judged.sentence is not None
    assert judged.sentence in bot.services.libraries.common.library.article(COALITION).text
    (gold,) = export([entry]).questions
    assert (gold.gold_sentences, gold.gold_answer) == ((judged.sentence,), ANSWER)


async def test_a_later_verdict_takes_the_place_of_the_earlier_one(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    said = [
        (await press(discord, message, what)).message.content  # type: ignore[union-attr]
        for what in (RIGHT, RIGHT, WRONG, WRONG, RIGHT, WRONG)
    ]
    to_right, to_wrong = "Thanks, changed to right.", "Thanks, changed to wrong."
    assert said == [THANKS, THANKS, to_wrong, THANKS, to_right, to_wrong]
    assert seen(await press(discord, message, WRONG, discord.world.add_user("eve"))).startswith(THANKS)
    assert [entry.judgement.right for entry in bot.services.libraries.feedback.list()] == [False, False]


async def test_a_note_does_not_stay_below_the_opposite_verdict(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    thanks = (await press(discord, message, RIGHT)).message
    opened = await press(discord, thanks, NOTE)
    await (await discord.submit(discord.world.user, opened, note="Just so.")).done()
    assert bot.services.libraries.feedback.list()[0].note == "Just so."
    changed = (await press(discord, message, WRONG)).message
    assert bot.services.libraries.feedback.list()[0].note is None
    opened = await press(discord, changed, NOTE)  # another can be added
    await (await discord.submit(discord.world.user, opened, note="Not so.")).done()
    assert [(entry.judgement.right, entry.note) for entry in bot.services.libraries.feedback.list()] == [
        (False, "Not so.")
    ]


async def test_verdicts_on_two_answers_are_two(discord: FakeDiscord, bot: FootnoteClient) -> None:
    for what in (RIGHT, WRONG):
        await press(discord, await ask(discord), what)
    assert [entry.judgement.right for entry in bot.services.libraries.feedback.list()] == [True, False]


async def test_a_verdict_that_waits_keeps_nobody_waiting(
    discord: FakeDiscord, bot: FootnoteClient, storing: threading.Event
) -> None:
    message = await ask(discord)
    with being_written(bot):
        judged = await discord.click(discord.world.user, message, button(message, RIGHT))
        await judged.acknowledged()
        await discord.until(storing.is_set)
        other = await press(discord, message, CONTEXT)
        assert not judged.is_done
        assert (other.acknowledged_after or 0) < 1
    assert seen(await judged.done()).startswith(THANKS)


async def test_a_stop_waits_for_a_verdict(
    discord: FakeDiscord, bot: FootnoteClient, storing: threading.Event
) -> None:
    message = await ask(discord)
    with being_written(bot):
        judged = await discord.click(discord.world.user, message, button(message, RIGHT))
        await discord.until(storing.is_set)
        finishing = asyncio.create_task(bot.finish(4))
        assert "restarting" in (await ask(discord)).text
        assert not finishing.done()
    assert await finishing == 0
    assert seen(judged).startswith(THANKS)


async def test_that_the_articles_do_not_say_can_be_right(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, NOWHERE)
    assert "The articles don't say." in message.text
    await press(discord, message, RIGHT)
    (entry,) = bot.services.libraries.feedback.list()
    assert (entry.judgement.answer, entry.judgement.sentence) == (None, None)
    (gold,) = export([entry]).questions
    assert not gold.answerable


async def test_a_verdict_on_a_message_that_is_no_answer_is_not_kept(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    page = (await press(discord, await ask(discord), CONTEXT)).message
    assert page is not None
    for ticket in (VerdictTicket(True, "abc"), MoreTicket(None, 3)):
        page.buttons[0]["custom_id"] = ticket.custom_id
        assert seen(await press(discord, page, page.buttons[0]["label"])) == FORGED
    assert bot.services.libraries.feedback.list() == []


async def test_verdicts_and_pages_have_limits_of_their_own(discord: FakeDiscord, bots: Bots) -> None:
    bot = await bots.start(questions_per_minute=1)
    message = await ask(discord)
    assert seen(await press(discord, message, RIGHT)).startswith(THANKS)
    for _ in range(3):
        assert seen(await press(discord, message, WRONG)).startswith("That's a lot at once.")
    assert [entry.judgement.right for entry in bot.services.libraries.feedback.list()] == [True]
    pages = [seen(await press(discord, message, CONTEXT)) for _ in range(20)]
    assert all(ANSWER in page for page in pages[:6])
    assert any(page.startswith("That's a lot at once.") for page in pages)
    forged = [seen(await forge(discord, message, "fn1:nonsense")) for _ in range(10)]
    assert any(line.startswith("That's a lot at once.") for line in forged)
    assert seen(await press(discord, message, RIGHT, discord.world.add_user("eve"))).startswith(THANKS)


async def test_a_note_is_added_by_the_person_who_judged(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    thanks = (await press(discord, message, WRONG)).message
    assert thanks is not None
    opened = await press(discord, thanks, NOTE)
    assert opened.modal is not None
    assert opened.modal["custom_id"] == NoteTicket(1).custom_id
    note = "It is **not** @everyone's view.\nSecond line."
    sent = await discord.submit(discord.world.user, opened, note=note)
    await sent.done()
    assert thanks.text == NOTE_KEPT.content  # the private line itself
    assert thanks.buttons == []
    assert sent.followups == []
    assert bot.services.libraries.feedback.list()[0].note == note


async def test_nobody_else_can_add_a_note(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    await press(discord, message, WRONG)
    eve = discord.world.add_user("eve")
    thanks = (await press(discord, message, WRONG, eve)).message
    assert thanks is not None
    for row in (1, 3, 999_999_999):
        thanks.buttons[0]["custom_id"] = NoteTicket(row).custom_id
        opened = await press(discord, thanks, NOTE, eve)
        sent = await (await discord.submit(eve, opened, note="Mine!")).done()
        assert seen(sent) == NOT_YOURS.content
    assert [entry.note for entry in bot.services.libraries.feedback.list()] == [None, None]


async def test_a_verdict_on_another_person_s_question_counts_and_stores_no_question(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world, eve = discord.world, discord.world.add_user("eve")
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {RAQQA}")
    for message in (await ask(discord), await discord.answer(said)):
        await press(discord, message, WRONG, eve)
        (other,) = bot.services.libraries.feedback.list()[-1:]
        fingerprint = bot.services.libraries.common.library.fingerprint
        assert other.judgement == Judgement(False, None, None, fingerprint)
        await press(discord, message, RIGHT)
        assert export(bot.services.libraries.feedback.list()[-2:]).disputed == 1
        assert bot.services.libraries.feedback.list()[-1].judgement.question == RAQQA
    stored = bot.services.libraries.feedback.path.read_bytes()
    assert b"Raqqa" in stored
    with closing(sqlite3.connect(bot.services.libraries.feedback.path)) as database:
        rows = database.execute("SELECT * FROM feedback WHERE question = ''").fetchall()
    assert len(rows) == 2
    assert not any("Raqqa" in str(value) or ANSWER in str(value) for row in rows for value in row)


async def test_sources_of_what_somebody_else_wrote_store_none_of_it(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    said = await discord.say(world.add_user("eve"), world.channel, RAQQA)
    own = await discord.say(world.user, world.channel, RAQQA)
    for message, question in ((said, None), (await ask(discord), RAQQA), (own, RAQQA)):
        found = await (await discord.menu(world.user, message, "Find sources")).done()
        await press(discord, found.message, RIGHT)
        assert bot.services.libraries.feedback.list()[-1].judgement.question == question


async def test_a_note_of_blanks_is_none(discord: FakeDiscord, bot: FootnoteClient) -> None:
    thanks = (await press(discord, await ask(discord), WRONG)).message
    opened = await press(discord, thanks, NOTE)
    sent = await (await discord.submit(discord.world.user, opened, note=" \n ")).done()
    assert seen(sent) == NO_NOTE.content
    assert bot.services.libraries.feedback.list()[0].note is None


async def test_opened_forms_are_not_kept(discord: FakeDiscord, bot: FootnoteClient) -> None:
    thanks = (await press(discord, await ask(discord), WRONG)).message
    for _ in range(5):
        await press(discord, thanks, NOTE)
    assert list(bot.persistent_views) == []
    gc.collect()
    forms = [thing for thing in gc.get_objects() if type(thing) is discord_py.ui.Modal]
    assert len(forms) <= 1  # discord.py holds the last one until the next event


async def test_a_full_disk_is_said(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await ask(discord)
    connect = sqlite3.connect

    def connect_without_room(*arguments: object, **options: object) -> sqlite3.Connection:
        database: sqlite3.Connection = connect(*arguments, **options)  # type: ignore[call-overload]
        database.execute("PRAGMA max_page_count = 1")
        return database

    with monkeypatch.context() as patch:
        patch.setattr(sqlite3, "connect", connect_without_room)
        for _ in range(40):  # until the last page that is there already is full
            clicked = await press(discord, message, RIGHT, discord.world.add_user("eve"))
            if not seen(clicked).startswith(THANKS):
                break
    assert seen(clicked).startswith("Thanks, but I have no room left to keep that. (Reference: `")


async def test_damaged_feedback_is_said_and_left_alone(
    discord: FakeDiscord, bot: FootnoteClient, caplog: pytest.LogCaptureFixture
) -> None:
    message = await ask(discord)
    bot.services.libraries.feedback.path.write_bytes(b"nonsense" * 100)
    assert seen(await press(discord, message, RIGHT)).startswith("Thanks, but I can't keep that")
    (event,) = [record for record in caplog.records if record.getMessage() == "feedback not kept"]
    assert event.fields["reason"] == f"{bot.services.libraries.feedback.path} is damaged"  # type: ignore[attr-defined]
    assert (bot.services.config.bot_directory / FEEDBACK_FILE).read_bytes() == b"nonsense" * 100
    assert ANSWER in seen(await press(discord, message, CONTEXT))  # all else goes on
