"""What people get who press a button below one of the bot's messages, over the loopback Discord."""

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest
from bots import Bots
from loopback import Interaction, LoopbackDiscord, Message
from loopback.world import User

from bot.discord.buttons import NO_NOTE, NOT_YOURS, NOTE_KEPT
from bot.discord.client import FootnoteClient
from bot.discord.replies import forged_reply, gone_reply, noted_reply
from bot.discord.tickets import (
    ArticlesTicket,
    ContextTicket,
    Mark,
    MoreTicket,
    NoteTicket,
    PageTicket,
    Ticket,
    VerdictTicket,
    parse,
    sentence_digest,
)
from bot.feedback import FILE
from bot.feedback_export import export
from index.titles import article_key

RAQQA = "Who predicts the fight for Raqqa will be long and hard?"
ANSWER = "US Lieutenant General Steve Townsend"
COALITION = "coalition-strikes-near-al-tanf"
NOWHERE = "What is the price of bitcoin in Tuvalu?"
FORGED, GONE, THANKS = forged_reply().content, gone_reply().content, str(noted_reply(1).content)
PRIVATE = 1 << 6
CONTEXT, MORE, RIGHT, WRONG, NOTE = "context", "more", "right", "wrong", "note"
PURPOSES: dict[str, Callable[[Ticket | None], bool]] = {
    CONTEXT: lambda ticket: isinstance(ticket, ContextTicket),
    MORE: lambda ticket: isinstance(ticket, MoreTicket),
    RIGHT: lambda ticket: isinstance(ticket, VerdictTicket) and ticket.right,
    WRONG: lambda ticket: isinstance(ticket, VerdictTicket) and not ticket.right,
    NOTE: lambda ticket: isinstance(ticket, NoteTicket),
}


async def ask(discord: LoopbackDiscord, question: str = RAQQA, **options: object) -> Message:
    """Ask, and return the reply."""
    world = discord.world
    asked = await discord.slash(world.user, world.channel, "ask", question=question, **options)
    await asked.done()
    assert asked.message is not None
    return asked.message


def button(message: Message | None, what: str) -> str:
    """Return the custom_id of a message's first button for something, or of that of a label."""
    assert message is not None
    for found in message.buttons:
        if PURPOSES.get(what, lambda _: False)(parse(found["custom_id"])) or found["label"] == what:
            return str(found["custom_id"])
    raise AssertionError(f"no button {what!r} in {message!r}")


async def press(
    discord: LoopbackDiscord, message: Message | None, what: str, by: User | None = None
) -> Interaction:
    """Press a button, and wait for what comes of it."""
    assert message is not None
    clicked = await discord.click(by or discord.world.user, message, button(message, what))
    return await clicked.done()


async def forge(
    discord: LoopbackDiscord, message: Message | None, custom_id: str, by: User | None = None
) -> Interaction:
    """Press a button that is not there, and wait for what comes of it."""
    assert message is not None
    return await (await discord.click(by or discord.world.user, message, custom_id, forged=True)).done()


def seen(clicked: Interaction) -> str:
    """Return what the person alone was shown, the message that was pressed on aside; it has to be one."""
    shown = [message for message in (clicked.message, *clicked.followups) if message and not message.deleted]
    shown = [message for message in shown if message is not clicked.source]
    assert len(shown) == 1, shown
    assert shown[0].ephemeral
    return shown[0].text


def labels(message: Message | None) -> list[str]:
    assert message is not None
    return [button["label"] for button in message.buttons]


async def test_a_sentence_is_shown_in_its_passage(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    before = message.text
    eve = discord.world.add_user("eve")  # anyone may press
    clicked = await press(discord, message, CONTEXT, eve)
    text = bot.shelf.library.article(COALITION).text
    assert clicked.private
    assert clicked.message is not None
    embed = clicked.message.embed
    assert embed["title"].startswith("Coalition Strikes Pro-Assad Shiite Militias Again")
    bold = embed["description"].split("**")[1]
    assert ANSWER in bold
    assert bold in text
    assert (message.text, message.edits) == (before, 0)
    assert clicked.callback == {"type": 5, "data": {"flags": PRIVATE}}  # acknowledged before anything else


async def test_a_page_turns_in_place_to_the_ends_of_the_article_and_back(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    page = (await press(discord, await ask(discord), CONTEXT)).message
    assert page is not None
    footers = [page.embed["footer"]["text"]]
    while "Later" in labels(page):
        turned = await press(discord, page, "Later")
        assert turned.message is page  # the private message itself, and no further one
        assert turned.followups == []
        footers.append(page.embed["footer"]["text"])
    assert footers[-1].endswith("16 of 16")
    while "Earlier" in labels(page):
        await press(discord, page, "Earlier")
        footers.append(page.embed["footer"]["text"])
    assert footers[-1].startswith("Sentences 1–")
    assert labels(page) == ["Later"]
    assert page.edits == len(footers) - 1 >= 2


async def test_more_sources_are_shown_to_who_asks_for_them(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    clicked = await press(discord, message, MORE, discord.world.add_user("eve"))
    assert clicked.private
    more = seen(clicked)
    assert "-# 4 ·" in more
    assert "-# 3 ·" not in more
    assert not any(PURPOSES[RIGHT](parse(b["custom_id"])) for b in clicked.message.buttons)
    again = await press(discord, clicked.message, MORE)
    assert "-# 7 ·" in seen(again)
    count = bot.meter.questions.labels("button", "answered")
    await discord.until(lambda: count._value.get() == 2)


async def test_more_sources_stay_in_the_article(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    clicked = await press(discord, message, MORE)
    assert clicked.message is not None
    assert clicked.message.embed["description"].count("-# ") == 3
    assert clicked.message.embed["description"].count("· [How bees keep warm]") == 0


async def test_buttons_of_a_private_answer_work(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, private=True)
    assert message.ephemeral
    assert ANSWER in seen(await press(discord, message, CONTEXT))
    assert THANKS in seen(await press(discord, message, RIGHT))
    assert "-# 4 ·" in seen(await press(discord, message, MORE))


async def test_buttons_work_in_direct_messages(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    message = await discord.answer(await discord.say(world.user, world.dm(world.user), RAQQA))
    assert ANSWER in seen(await press(discord, message, CONTEXT))
    assert THANKS in seen(await press(discord, message, WRONG))
    assert bot.feedback.list()[0].judgement.question == RAQQA


async def test_buttons_work_after_a_restart(discord: LoopbackDiscord, bots: Bots) -> None:
    first = await bots.start()
    message = await ask(discord)
    page = (await press(discord, message, CONTEXT)).message
    thanks = (await press(discord, message, RIGHT)).message
    opened = await press(discord, thanks, NOTE)
    await bots.stop(first)
    second = await bots.start()
    await press(discord, page, "Later")
    assert ANSWER in seen(await press(discord, message, CONTEXT))
    assert "-# 4 ·" in seen(await press(discord, message, MORE))
    sent = await discord.submit(discord.world.user, opened, note="As I said.")
    await sent.done()
    assert [entry.note for entry in second.feedback.list()] == ["As I said."]


async def test_two_people_press_at_once_and_each_twice(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    eve = discord.world.add_user("eve")
    people = [discord.world.user, eve] * 2
    for what in (CONTEXT, MORE, RIGHT, WRONG):
        pressed = button(message, what)
        clicks = [await discord.click(person, message, pressed) for person in people]
        await asyncio.gather(*(clicked.done() for clicked in clicks))
        assert len({seen(clicked).replace("feedback", "") for clicked in clicks}) == 1
    assert [entry.judgement.right for entry in bot.feedback.list()] == [False, False]


async def test_a_click_that_is_delivered_twice_is_answered_once(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    discord.deliver_twice()
    await press(discord, message, RIGHT)
    discord.deliver_twice()
    await forge(discord, message, "fn1:nonsense")
    opened = await press(discord, (await press(discord, message, RIGHT)).message, NOTE)
    discord.deliver_twice()
    await (await discord.submit(discord.world.user, opened, note="Once.")).done()
    await asyncio.sleep(0.1)
    assert not [request for request in discord.requests if request.status >= 400]


# A verdict


async def test_a_verdict_is_kept_with_what_it_is_about(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    clicked = await press(discord, message, RIGHT)
    assert clicked.message is not None
    assert clicked.message.content == noted_reply(1).content
    (entry,) = bot.feedback.list()
    judged = entry.judgement
    assert (judged.right, judged.question, judged.answer) == (True, RAQQA, ANSWER)
    assert (judged.article, judged.asked_in, judged.index) == (
        COALITION,
        COALITION,
        bot.shelf.library.fingerprint,
    )
    assert judged.sentence is not None
    assert judged.sentence in bot.shelf.library.article(COALITION).text
    (gold,) = export([entry]).questions
    assert (gold.gold_sentences, gold.gold_answer) == ((judged.sentence,), ANSWER)


async def test_a_later_verdict_takes_the_place_of_the_earlier_one(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    await press(discord, message, RIGHT)
    await press(discord, message, WRONG)
    await press(discord, message, WRONG, discord.world.add_user("eve"))
    assert [entry.judgement.right for entry in bot.feedback.list()] == [False, False]


async def test_that_the_articles_do_not_say_can_be_right(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord, NOWHERE)
    assert "The articles don't say." in message.text
    await press(discord, message, RIGHT)
    (entry,) = bot.feedback.list()
    assert (entry.judgement.answer, entry.judgement.sentence) == (None, None)
    (gold,) = export([entry]).questions
    assert not gold.answerable


async def test_a_note_is_added_by_who_judged(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
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
    assert bot.feedback.list()[0].note == note


async def test_nobody_else_can_add_a_note(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    await press(discord, message, WRONG)
    eve = discord.world.add_user("eve")
    for row in (1, 2, 999_999_999):
        opened = await forge(discord, message, NoteTicket(row).custom_id, eve)
        sent = await (await discord.submit(eve, opened, note="Mine!")).done()
        assert seen(sent) == NOT_YOURS.content
    assert bot.feedback.list()[0].note is None


async def test_a_note_of_blanks_is_none(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    thanks = (await press(discord, await ask(discord), WRONG)).message
    opened = await press(discord, thanks, NOTE)
    sent = await (await discord.submit(discord.world.user, opened, note=" \n ")).done()
    assert seen(sent) == NO_NOTE.content
    assert bot.feedback.list()[0].note is None


async def test_opened_forms_are_not_kept(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    thanks = (await press(discord, await ask(discord), WRONG)).message
    for _ in range(3):
        await press(discord, thanks, NOTE)
    store = bot._connection._view_store
    assert (store._modals, store._views, store._synced_message_views) == ({}, {}, {})


async def test_a_full_disk_is_said(
    discord: LoopbackDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
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


async def test_damaged_feedback_is_said_and_left_alone(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    bot.feedback.path.write_bytes(b"nonsense" * 100)
    assert seen(await press(discord, message, RIGHT)).startswith("Thanks, but I can't keep that")
    assert (bot.config.bot_directory / FILE).read_bytes() == b"nonsense" * 100
    assert ANSWER in seen(await press(discord, message, CONTEXT))  # all else goes on


# Articles


async def test_a_list_of_articles_is_paged(
    discord: LoopbackDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.discord.listing.PAGE_ROWS", 2)
    world = discord.world
    listed = await (await discord.slash(world.user, world.channel, "articles")).done()
    message = listed.message
    assert message is not None
    first = message.embed["description"]
    turned = await press(discord, message, "Next")
    assert turned.message is message
    assert message.embed["description"] != first
    assert "Previous" in labels(message)
    await press(discord, message, "Previous")
    assert message.embed["description"] == first
    far = await forge(discord, message, ArticlesTicket(999_999_999, "").custom_id)
    assert far.message is message
    assert labels(message) == ["Previous"]


async def test_reading_on_from_a_public_article_opens_a_private_page(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    before = message.text
    clicked = await forge(discord, message, PageTicket(article_key(COALITION), 3).custom_id)
    assert "Sentences 4–" in seen(clicked)
    assert message.text == before


# What is gone, changed or forged


async def test_an_article_that_is_gone_is_said(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    page = (await press(discord, message, CONTEXT)).message
    assert page is not None
    for button in (*message.buttons, *page.buttons):  # the key of an article that the library does not have
        button["custom_id"] = button["custom_id"].replace(article_key(COALITION), article_key("gone"))
    for what in (CONTEXT, RIGHT):
        assert seen(await press(discord, message, what)) == GONE
    assert seen(await press(discord, message, MORE))
    shown = page.text
    assert seen(await press(discord, page, "Later")) == GONE
    assert page.text == shown
    assert bot.feedback.list() == []


async def test_a_sentence_that_changed_is_said(discord: LoopbackDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    button = message.buttons[0]
    cited = parse(button["custom_id"])
    assert isinstance(cited, ContextTicket)
    button["custom_id"] = replace(cited, digest=DIGEST).custom_id
    assert seen(await press(discord, message, CONTEXT)) == GONE
    await press(discord, message, RIGHT)  # the verdict is kept, but proves nothing
    (entry,) = bot.feedback.list()
    assert (entry.judgement.sentence, entry.judgement.article) == (None, COALITION)
    assert export([entry]).changed == 1


KEY, DIGEST = article_key(COALITION), sentence_digest("Elsewhere.")


@pytest.mark.parametrize(
    "custom_id",
    [
        "fn1:",
        "fn1:x",
        "fn1:c:" + KEY,
        f"fn1:c:{KEY}:0:99999999999999999999:{DIGEST}",
        f"fn1:c:{KEY}:-1:5:{DIGEST}",
        f"fn1:c:{KEY[:-1]}:0:5:{DIGEST}",
        f"fn1:c:{KEY}:00:5:{DIGEST}",
        f"fn1:p:{KEY}:+{'9' * 50}",
        "fn1:m::" + "9" * 80,
        "fn1:v:maybe:abc",
        "fn1:v:yes:" + "a" * 80,
        "fn1:v:yes:../../etc/passwd",
        "fn1:n:-1",
        "fn1:l:1:\u202etxt",
        "fn1:\n\0",
        "fn2:m::3",
        "confirm_purchase",
        "🦆" * 25,
        "a" * 100,
    ],
)
async def test_a_forged_button_gets_a_private_line(
    discord: LoopbackDiscord, bot: FootnoteClient, custom_id: str
) -> None:
    message = await ask(discord)
    clicked = await forge(discord, message, custom_id)
    assert seen(clicked) == FORGED
    assert custom_id not in str([request.body for request in discord.requests[-1:]])


@pytest.mark.parametrize(
    "ticket",
    [
        ContextTicket(KEY, 0, 5, DIGEST),
        ContextTicket(KEY, 999_999_998, 999_999_999, DIGEST),
        ContextTicket("A" * 12, 0, 5, DIGEST),
        PageTicket(KEY, 999_999_999),
        PageTicket(KEY, 0, True),
        PageTicket(KEY, 3, False, Mark(999_999_999, DIGEST)),
        PageTicket(KEY, 3, False, Mark(2, DIGEST)),
        PageTicket("A" * 12, 0),
    ],
)
async def test_a_button_to_what_never_was_gets_a_private_line(
    discord: LoopbackDiscord, bot: FootnoteClient, ticket: ContextTicket | PageTicket
) -> None:
    clicked = await forge(discord, await ask(discord), ticket.custom_id)
    assert seen(clicked) == GONE


async def test_a_far_page_of_sources_gets_a_private_line(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    assert seen(await forge(discord, message, MoreTicket(None, 999_999_999).custom_id))
    assert seen(await forge(discord, message, MoreTicket("A" * 12, 3).custom_id))


async def test_a_verdict_on_a_message_that_is_no_answer_is_not_kept(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    world = discord.world
    about = await (await discord.slash(world.user, world.channel, "about")).done()
    for ticket in (VerdictTicket(True, "abc"), MoreTicket(None, 3)):
        clicked = await forge(discord, about.message, ticket.custom_id)
        assert seen(clicked) == FORGED
    assert bot.feedback.list() == []


async def test_a_form_that_is_none_of_ours_gets_a_private_line(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    opened = await forge(discord, await ask(discord), NoteTicket(1).custom_id)
    assert opened.modal is not None
    for custom_id in ("fn1:v:yes:abc", "other", "fn1:n:" + "9" * 60):
        opened.modal["custom_id"] = custom_id
        sent = await (await discord.submit(discord.world.user, opened, note="Hm.")).done()
        assert seen(sent) == FORGED


async def test_a_click_that_fails_is_told_under_a_number(
    discord: LoopbackDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await ask(discord)

    def fail(*_: object) -> None:
        raise RuntimeError("/home/ann/config.toml")

    monkeypatch.setattr("bot.discord.buttons.context_reply", fail)
    assert seen(await press(discord, message, CONTEXT)).startswith("Something went wrong on my side. (Ref")
    monkeypatch.setattr("bot.discord.buttons.noted_reply", fail)
    assert seen(await press(discord, message, RIGHT)).startswith("Something went wrong on my side. (Ref")
    assert "/home/ann" not in str([request.body for request in discord.requests])


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("what", [CONTEXT, MORE, RIGHT])
@pytest.mark.parametrize(("method", "path"), [("POST", "/callback"), ("PATCH", "@original")])
async def test_a_click_whose_connection_is_lost_is_answered_once(
    discord: LoopbackDiscord, bot: FootnoteClient, what: str, method: str, path: str, done: bool
) -> None:
    message = await ask(discord)
    if done and method == "POST":
        discord.expect(40060)  # it is sent once more, and was there already
    discord.cut(method, path, done=done)
    shown = seen(await press(discord, message, what))
    assert "trouble" not in shown
    assert "Reference" not in shown


async def test_a_page_whose_connection_is_lost_turns_all_the_same(
    discord: LoopbackDiscord, bot: FootnoteClient
) -> None:
    page = (await press(discord, await ask(discord), CONTEXT)).message
    assert page is not None
    before = page.text
    discord.expect(40060)
    discord.cut("POST", "/callback", done=True)
    discord.cut("PATCH", "@original", done=True)
    turned = await press(discord, page, "Later")
    await discord.until(lambda: page.edits == 2)
    assert page.text != before
    assert turned.followups == []
