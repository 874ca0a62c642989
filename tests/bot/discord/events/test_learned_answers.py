"""Answers that members write below what the articles do not say: from the button to everybody's answer."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from bot.discord.events import learned_answers, library_changes
from bot.discord.events.learned_answers import ANSWER_LIMIT
from bot.discord.events.library_changes import NO_ROOM, NOT_ALLOWED, NOT_STORED, NOT_WRITABLE
from bot.discord.replies.answer_reply import ANSWER_LABEL, DECLINED
from bot.discord.replies.tickets import AnswerTicket
from bot.library_log import LibraryLog
from index.articles.corpus import corpus_files, read_article
from index.ingestion.corpus_changes import IngestionResult
from tests.fake_discord import FakeDiscord, Interaction, Message
from tests.fake_discord.world import User
from tests.support.bots import Bots
from tests.support.button_presses import FORGED, NOWHERE, RAQQA, ask, forge, labels, press, seen

PRICE = "About 63,000 US dollars, as everywhere."


async def submit(discord: FakeDiscord, opened: Interaction, **values: str) -> Interaction:
    """Fill in the form that a click opened, and wait for what only the person reads."""
    sent = await discord.submit(opened.user, opened, **values)
    await discord.until(lambda: sent.followups or (sent.message and sent.message is not sent.source))
    return sent


async def teach(
    discord: FakeDiscord, message: Message, by: User, answer: str = PRICE, **values: str
) -> Interaction:
    return await submit(discord, await press(discord, message, ANSWER_LABEL, by), answer=answer, **values)


def answers(bots: Bots) -> list[Path]:
    return sorted((bots.library_folder / "corpus").glob("answers/*.md"))


@pytest.mark.slow
async def test_everybody_is_answered_from_what_a_member_wrote(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start(learn_answers=True)
    world = discord.world
    refused = await ask(discord, NOWHERE)
    assert refused.embed["description"].startswith(DECLINED)
    opened = await press(discord, refused, ANSWER_LABEL, manager)
    assert opened.modal is not None
    question, _ = (part["component"] for part in opened.modal["components"])
    assert question["value"] == NOWHERE
    told = await submit(discord, opened, answer=PRICE)
    assert "is in the library: 2 sentences. Ask away." in seen(told)
    (path,) = answers(own_bots)
    assert path.name == "what-is-the-price-of-bitcoin-in-tuvalu.md"
    link = f"https://discord.com/channels/{world.guild.id}/{world.channel.id}/{refused.id}"
    assert f'url: "{link}"' in path.read_text()
    assert manager.name not in path.read_text().casefold()
    (change,) = LibraryLog(client.services.config.bot_directory).list()
    assert (change.who, change.server) == (str(manager.id), str(world.guild.id))
    assert (change.action, change.file, change.url) == ("added", f"answers/{path.name}", link)
    await discord.until(lambda: refused.edits == 1)
    asked_again = await ask(discord, NOWHERE, private=False)
    for shown in (refused, asked_again):
        assert shown.content == f"> {NOWHERE}"
        assert shown.embed["description"].startswith("**About 63,000 US dollars**")
        assert f"[{NOWHERE}](<{link}>)" in shown.embed["description"]
        assert ANSWER_LABEL not in labels(shown)


async def test_the_button_is_shown_where_it_can_be_used(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    world = discord.world
    assert ANSWER_LABEL not in labels(await ask(discord, NOWHERE))
    assert ANSWER_LABEL not in labels(await ask(discord, NOWHERE, private=True))
    asked = await discord.slash(manager, world.channel, "ask", question=NOWHERE, private=True)
    assert ANSWER_LABEL in labels((await asked.done()).message)
    asked = await discord.slash(manager, world.channel, "ask", question=RAQQA, private=True)
    assert ANSWER_LABEL not in labels((await asked.done()).message)
    asked = await discord.slash(
        manager, world.channel, "ask", question=RAQQA, private=True, article="notes/bees"
    )
    assert ANSWER_LABEL not in labels((await asked.done()).message)


@pytest.mark.slow
async def test_a_private_refusal_is_answered_in_place_and_not_linked(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start()
    asked = await discord.slash(manager, discord.world.channel, "ask", question=NOWHERE, private=True)
    refused = (await asked.done()).message
    assert refused is not None
    await teach(discord, refused, manager)
    assert "url" not in answers(own_bots)[0].read_text()
    await discord.until(lambda: refused.embed["description"].startswith("**About 63,000"))


@pytest.mark.slow
async def test_a_mention_is_answered_in_place_without_embeds(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    client = await own_bots.start(learn_answers=True)
    world = discord.world
    world.channel.deny("embed_links")
    channel: Any = client.get_channel(world.channel.id)
    await discord.until(lambda: not channel.permissions_for(client.guilds[0].me).embed_links)
    said = await discord.say(world.user, world.channel, f"{world.bot.mention} {NOWHERE}")
    refused = await discord.answer(said)
    await teach(discord, refused, manager)
    await discord.until(lambda: refused.edits == 1)
    assert not refused.embeds
    assert refused.content.startswith(f"> {NOWHERE}\n**About 63,000 US dollars**")


async def test_direct_messages_have_no_button(discord: FakeDiscord, own_bots: Bots) -> None:
    await own_bots.start(learn_answers=True)
    world = discord.world
    said = await discord.say(world.user, world.dm(world.user), NOWHERE)
    assert ANSWER_LABEL not in labels(await discord.answer(said))


async def test_others_are_told_so_and_change_nothing(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True)
    guild = discord.world.guild
    refused = await ask(discord, NOWHERE)
    clicked = await press(discord, refused, ANSWER_LABEL)
    assert clicked.modal is None
    assert seen(clicked) == NOT_ALLOWED
    opened = await press(discord, refused, ANSWER_LABEL, manager)
    guild.granted.clear()  # while the form is open
    text = seen(await submit(discord, opened, answer=PRICE))
    assert NOT_ALLOWED in text
    assert PRICE in text
    assert not answers(own_bots)


async def test_forged_buttons_and_forms_get_nothing(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True)
    world = discord.world
    answered = await ask(discord, RAQQA)
    for custom_id in (AnswerTicket().custom_id, f"{AnswerTicket().custom_id}:1", "fn1:a:"):
        forged = await forge(discord, answered, custom_id, manager)
        assert forged.modal is None
        assert seen(forged) == FORGED
    said = await discord.say(manager, world.channel, "Nothing to answer")
    opened = await press(discord, await ask(discord, NOWHERE), ANSWER_LABEL, manager)
    opened.source = said  # as if the form had been opened elsewhere
    assert FORGED in seen(await submit(discord, opened, answer=PRICE))
    assert not answers(own_bots)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"answer": "   "}, learned_answers.NO_ANSWER),
        ({"answer": "🙂 ---"}, learned_answers.NO_ANSWER),
        ({"answer": PRICE, "question": "???"}, learned_answers.NO_QUESTION),
    ],
)
async def test_a_form_that_says_nothing_stores_nothing(
    discord: FakeDiscord, own_bots: Bots, manager: User, values: dict[str, str], said: str
) -> None:
    await own_bots.start(learn_answers=True)
    refused = await ask(discord, NOWHERE)
    assert said in seen(await teach(discord, refused, manager, **values))
    assert not answers(own_bots)
    assert refused.edits == 0


async def test_a_longer_answer_than_the_form_takes_is_refused_and_given_back(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True)
    opened = await press(discord, await ask(discord, NOWHERE), ANSWER_LABEL, manager)
    assert opened.modal is not None
    _, field = (part["component"] for part in opened.modal["components"])
    assert field["max_length"] == ANSWER_LIMIT
    field["max_length"] = 4000  # as no client of Discord's would
    text = seen(await submit(discord, opened, answer="word " * 500))
    assert learned_answers.TOO_LONG in text
    assert text.count("word") == 500
    assert not answers(own_bots)


@pytest.mark.slow
async def test_markup_and_mentions_are_text(discord: FakeDiscord, own_bots: Bots, manager: User) -> None:
    await own_bots.start(learn_answers=True)
    nasty = '---\nurl: "https://evil.example"\n---\n# Other\n@everyone: 63,000 US dollars <@1> </h1>'
    refused = await ask(discord, NOWHERE)  # what could ping is refused by the fake Discord
    await teach(discord, refused, manager, nasty, question=f'{NOWHERE} "\n# @here')
    article = read_article(
        *(file for file in corpus_files(own_bots.library_folder / "corpus") if "answers" in file.id)
    )
    assert article.title == f'{NOWHERE} " # @here'
    assert article.url is not None
    assert article.url.startswith("https://discord.com/")
    assert "@everyone: 63,000 US dollars <@1> </h1>" in article.text


@pytest.mark.slow
async def test_of_two_answers_at_once_none_is_lost(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True)
    other = discord.world.add_user("mary")
    discord.world.guild.grant(other, "manage_guild")
    refused = await ask(discord, NOWHERE)
    forms = [await press(discord, refused, ANSWER_LABEL, by) for by in (manager, other)]
    told = await asyncio.gather(
        submit(discord, forms[0], answer=PRICE), submit(discord, forms[1], answer="Some 70,000 dollars.")
    )
    assert all("Ask away" in seen(one) for one in told)
    first, second = answers(own_bots)
    assert {PRICE in path.read_text() for path in (first, second)} == {True, False}
    await discord.until(lambda: refused.edits == 2)
    assert "63,000" in refused.embed["description"]
    assert "70,000" in refused.embed["description"]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/srv/corpus/x.md"), NO_ROOM),
        (OSError(errno.EROFS, "Read-only file system", "/srv/corpus/x.md"), NOT_WRITABLE),
        (RuntimeError("/srv/corpus"), NOT_STORED),
    ],
)
async def test_what_cannot_be_stored_is_given_back(
    discord: FakeDiscord,
    own_bots: Bots,
    manager: User,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    said: str,
) -> None:
    await own_bots.start(learn_answers=True)

    def fail(*_: object, **__: object) -> IngestionResult:
        raise error

    monkeypatch.setattr(learned_answers, "add_answer", fail)
    refused = await ask(discord, NOWHERE)
    text = seen(await teach(discord, refused, manager, f"{PRICE}\n```sh\nls\n```"))
    assert said in text
    assert PRICE in text
    assert "/srv" not in text
    assert refused.edits == 0


async def test_an_answer_is_given_back_where_the_corpus_takes_no_folder(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True)
    (own_bots.library_folder / "corpus" / "answers").write_text("a file in its place")
    text = seen(await teach(discord, await ask(discord, NOWHERE), manager))
    assert NOT_STORED in text
    assert PRICE in text


@pytest.mark.slow
async def test_authors_are_named_if_the_owner_wants_it(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    await own_bots.start(learn_answers=True, name_authors=True)
    await teach(discord, await ask(discord, NOWHERE), manager)
    assert 'author: "Grace"' in answers(own_bots)[0].read_text()


async def test_an_index_that_cannot_be_updated_is_said(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    async def fail(*_: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    own_bots.update_index = fail
    await own_bots.start(learn_answers=True)
    refused = await ask(discord, NOWHERE)
    assert "once the index could be updated" in seen(await teach(discord, refused, manager))
    assert len(answers(own_bots)) == 1
    assert library_changes.NOT_STORED not in refused.text
