"""Buttons below the bot's messages as people press them, over the fake Discord."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.discord.events.client import FootnoteClient
from bot.discord.replies.tickets import (
    ArticlesTicket,
    ContextTicket,
    MoreTicket,
    NoteTicket,
    PageTicket,
    SentenceMark,
    Ticket,
    VerdictTicket,
    parse_ticket,
    sentence_digest,
)
from bot.feedback.export import export
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import (
    ANSWER,
    COALITION,
    CONTEXT,
    FORGED,
    GONE,
    MORE,
    NOTE,
    PRIVATE,
    PURPOSES,
    RAQQA,
    RIGHT,
    THANKS,
    WRONG,
    BrokenQueue,
    ask,
    button,
    forge,
    labels,
    press,
    seen,
)
from tests.support.sixty_articles import sixty_articles

pytestmark = pytest.mark.slow


async def test_a_sentence_is_shown_in_its_passage(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    before = message.text
    eve = discord.world.add_user("eve")  # anyone may press
    clicked = await press(discord, message, CONTEXT, eve)
    text = bot.services.libraries.common.library.article(COALITION).text
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
    discord: FakeDiscord, bot: FootnoteClient
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


@pytest.mark.usefixtures("all_worth_showing")
async def test_more_sources_are_shown_to_the_person_who_asks_for_them(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    clicked = await press(discord, message, MORE, discord.world.add_user("eve"))
    assert clicked.private
    more = seen(clicked)
    assert "-# 4 ·" in more
    assert "-# 3 ·" not in more
    assert not any(PURPOSES[RIGHT](parse_ticket(b["custom_id"])) for b in clicked.message.buttons)
    again = await press(discord, clicked.message, MORE)
    assert "-# 7 ·" in seen(again)
    labels_ = {"source": "button", "outcome": "answered"}
    count = partial(bot.meter.registry.get_sample_value, "footnote_questions_total", labels_)
    await discord.until(lambda: count() == 2)


@pytest.mark.usefixtures("all_worth_showing")
async def test_more_sources_stay_in_the_article(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    clicked = await press(discord, message, MORE)
    assert clicked.message is not None
    assert clicked.message.embed["description"].count("-# ") == 3
    assert clicked.message.embed["description"].count("· [How bees keep warm]") == 0


@pytest.mark.usefixtures("all_worth_showing")
async def test_buttons_of_a_private_answer_work(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, private=True)
    assert message.ephemeral
    assert ANSWER in seen(await press(discord, message, CONTEXT))
    assert THANKS in seen(await press(discord, message, RIGHT))
    assert "-# 4 ·" in seen(await press(discord, message, MORE))


async def test_buttons_work_in_direct_messages(discord: FakeDiscord, bot: FootnoteClient) -> None:
    world = discord.world
    message = await discord.answer(await discord.say(world.user, world.dm(world.user), RAQQA))
    assert ANSWER in seen(await press(discord, message, CONTEXT))
    assert THANKS in seen(await press(discord, message, WRONG))
    assert bot.services.libraries.feedback.list()[0].judgement.question == RAQQA


@pytest.mark.usefixtures("all_worth_showing")
async def test_buttons_work_after_a_restart(discord: FakeDiscord, bots: Bots) -> None:
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
    assert [entry.note for entry in second.services.libraries.feedback.list()] == ["As I said."]


@pytest.mark.usefixtures("all_worth_showing")
async def test_two_people_press_at_once_and_each_twice(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    eve = discord.world.add_user("eve")
    people = [discord.world.user, eve] * 2
    for what in (CONTEXT, MORE, RIGHT, WRONG):
        pressed = button(message, what)
        clicks = [await discord.click(person, message, pressed) for person in people]
        await asyncio.gather(*(clicked.done() for clicked in clicks))
        shown = [seen(clicked) for clicked in clicks]
        # Of two presses on "No", the first changes what the person said before.
        assert len(set(shown)) == 1 + (what == WRONG)
        assert sum("changed to wrong" in text for text in shown) == 2 * (what == WRONG)
    assert [entry.judgement.right for entry in bot.services.libraries.feedback.list()] == [False, False]


async def test_a_click_that_is_delivered_twice_is_answered_once(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    discord.deliver_twice()
    await press(discord, message, RIGHT)
    discord.deliver_twice()
    await forge(discord, message, "fn1:nonsense")
    opened = await press(discord, (await press(discord, message, RIGHT)).message, NOTE)
    discord.deliver_twice()
    await (await discord.submit(discord.world.user, opened, note="Once.")).done()
    assert await bot.finish(5) == 0
    assert not [request for request in discord.requests if request.status >= 400]


# Articles


async def test_a_list_of_articles_is_paged(discord: FakeDiscord, bots: Bots, tmp_path: Path) -> None:
    bots.library = sixty_articles(tmp_path)
    await bots.start()
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
    message.buttons[0]["custom_id"] = ArticlesTicket(999_999_999, "").custom_id  # the list was longer once
    far = await press(discord, message, "Next")
    assert far.message is message
    assert labels(message) == ["Previous"]


async def test_reading_on_from_a_public_article_opens_a_private_page(
    discord: FakeDiscord, bot: FootnoteClient
) -> None:
    message = await ask(discord)
    before = message.text
    message.buttons[0]["custom_id"] = PageTicket(article_key(COALITION), 3).custom_id
    clicked = await press(discord, message, message.buttons[0]["label"])
    assert "Sentences 4–" in seen(clicked)
    assert message.text == before


# What is gone, changed or forged


@pytest.mark.usefixtures("all_worth_showing")
async def test_an_article_that_is_gone_is_said(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord, article=article_key(COALITION))
    page = (await press(discord, message, CONTEXT)).message
    assert page is not None
    for one in (*message.buttons, *page.buttons):  # the key of an article that the library does not have
        one["custom_id"] = one["custom_id"].replace(article_key(COALITION), article_key("gone"))
    for what in (CONTEXT, RIGHT):
        assert seen(await press(discord, message, what)) == GONE
    assert seen(await press(discord, message, MORE))
    shown = page.text
    assert seen(await press(discord, page, "Later")) == GONE
    assert page.text == shown
    assert bot.services.libraries.feedback.list() == []


async def test_a_sentence_that_changed_is_said(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    first = message.buttons[0]
    cited = parse_ticket(first["custom_id"])
    assert isinstance(cited, ContextTicket)
    first["custom_id"] = replace(cited, digest=DIGEST).custom_id
    assert seen(await press(discord, message, CONTEXT)) == GONE
    await press(discord, message, RIGHT)  # the verdict is kept, but proves nothing
    (entry,) = bot.services.libraries.feedback.list()
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
    discord: FakeDiscord, bot: FootnoteClient, custom_id: str
) -> None:
    message = await ask(discord)
    clicked = await forge(discord, message, custom_id)
    assert seen(clicked) == FORGED
    assert custom_id not in str([request.body for request in discord.requests[-1:]])


@pytest.mark.parametrize("custom_id", [f"fn1:c:{KEY}:5:5:{DIGEST}", "fn1:l:1: syria", "fn1:nonsense"])
async def test_a_malformed_button_that_is_on_the_message_gets_a_private_line(
    discord: FakeDiscord, bot: FootnoteClient, custom_id: str
) -> None:
    message = await ask(discord)
    message.buttons[0]["custom_id"] = custom_id
    assert seen(await forge(discord, message, custom_id)) == FORGED


@pytest.mark.parametrize(
    "ticket",
    [
        ContextTicket(KEY, 0, 5, DIGEST),
        ContextTicket(KEY, 999_999_998, 999_999_999, DIGEST),
        ContextTicket("A" * 12, 0, 5, DIGEST),
        PageTicket(KEY, 999_999_999),
        PageTicket(KEY, 0, True),
        PageTicket(KEY, 3, False, SentenceMark(999_999_999, DIGEST)),
        PageTicket(KEY, 3, False, SentenceMark(2, DIGEST)),
        PageTicket("A" * 12, 0),
    ],
)
async def test_a_button_to_something_that_never_existed_gets_a_private_line(
    discord: FakeDiscord, bot: FootnoteClient, ticket: ContextTicket | PageTicket
) -> None:
    message = await ask(discord)
    message.buttons[0]["custom_id"] = ticket.custom_id
    assert seen(await press(discord, message, message.buttons[0]["label"])) == GONE


@pytest.mark.parametrize(
    "ticket",
    [
        ContextTicket(KEY, 0, 5, DIGEST),
        PageTicket(KEY, 3),
        MoreTicket(None, 1),
        MoreTicket(None, 999_999_999),
        VerdictTicket(True, "deadbeef"),
        NoteTicket(1),
        ArticlesTicket(0, ""),
    ],
)
async def test_a_button_that_is_not_on_the_message_does_nothing(
    discord: FakeDiscord, bot: FootnoteClient, ticket: Ticket
) -> None:
    message = await ask(discord)
    before = message.text
    assert seen(await forge(discord, message, ticket.custom_id)) == FORGED
    assert (message.text, message.edits) == (before, 0)
    assert bot.services.libraries.feedback.list() == []


async def test_a_far_page_of_sources_gets_a_private_line(discord: FakeDiscord, bot: FootnoteClient) -> None:
    message = await ask(discord)
    for ticket in (MoreTicket(None, 999_999_999), MoreTicket("A" * 12, 3)):
        message.buttons[0]["custom_id"] = ticket.custom_id
        assert seen(await press(discord, message, message.buttons[0]["label"]))


async def test_a_foreign_form_gets_a_private_line(discord: FakeDiscord, bot: FootnoteClient) -> None:
    opened = await press(discord, (await press(discord, await ask(discord), RIGHT)).message, NOTE)
    assert opened.modal is not None
    for custom_id in ("fn1:v:yes:abc", "other", "fn1:n:" + "9" * 60):
        opened.modal["custom_id"] = custom_id
        sent = await (await discord.submit(discord.world.user, opened, note="Hm.")).done()
        assert seen(sent) == FORGED


async def test_a_click_that_fails_is_told_under_a_number(
    discord: FakeDiscord, bot: FootnoteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = await ask(discord)
    monkeypatch.setattr(bot, "services", replace(bot.services, question_queue=BrokenQueue()))
    for what in (CONTEXT, RIGHT):
        clicked = await press(discord, message, what)
        assert seen(clicked).startswith("Something went wrong on my side. (Reference: ")
    assert BrokenQueue.INNARDS not in str([request.body for request in discord.requests])


@pytest.mark.parametrize("done", [False, True])
@pytest.mark.parametrize("what", [CONTEXT, MORE, RIGHT])
@pytest.mark.parametrize(("method", "path"), [("POST", "/callback"), ("PATCH", "@original")])
@pytest.mark.usefixtures("all_worth_showing")
async def test_a_click_whose_connection_is_lost_is_answered_once(
    discord: FakeDiscord, bot: FootnoteClient, what: str, method: str, path: str, done: bool
) -> None:
    message = await ask(discord)
    if done and method == "POST":
        discord.expect(40060)  # it is sent once more, and was there already
    discord.cut(method, path, done=done)
    shown = seen(await press(discord, message, what))
    assert "trouble" not in shown
    assert "Reference" not in shown


async def test_a_page_whose_connection_is_lost_still_turns(discord: FakeDiscord, bot: FootnoteClient) -> None:
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
