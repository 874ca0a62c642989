"""Questions without an answer, stored by the bot or not, over the fake Discord."""

import logging
from pathlib import Path

import pytest

from bot.config import BotConfig
from bot.discord.running import delete_expired_questions
from bot.feedback.store import Feedback
from bot.feedback.unanswered import UnansweredQuestions
from bot.server_folders import make_server_folder
from index.storage.catalog import article_key
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots
from tests.support.button_presses import COALITION
from tests.support.discord_questions import NOWHERE, RAQQA, ask, mentioning

pytestmark = pytest.mark.slow  # each test starts a bot


def stored(feedback: Feedback) -> list[str]:
    return [entry.question for entry in UnansweredQuestions(feedback, 90).list()]


def file_content(feedback: Feedback) -> bytes:
    """Return the database, and what SQLite keeps beside it."""
    return b"".join(path.read_bytes() for path in feedback.path.parent.glob(f"{feedback.path.name}*"))


async def test_nothing_is_stored_unless_the_owner_wants_it(discord: FakeDiscord, bots: Bots) -> None:
    bot = await bots.start()
    await (await ask(discord, NOWHERE)).done()
    await bot.finish(60)
    assert b"bitcoin" not in file_content(bot.services.libraries.feedback)


async def test_only_questions_without_an_answer_are_stored(discord: FakeDiscord, bots: Bots) -> None:
    bot = await bots.start(keep_unanswered=True)
    world = discord.world
    await (await ask(discord, RAQQA)).done()
    await (await ask(discord, "hello")).done()
    await (await ask(discord, NOWHERE, article=article_key(COALITION))).done()
    await (await ask(discord, NOWHERE)).done()
    await mentioning(discord, "Who owns the moon?")
    await bot.finish(60)
    feedback = bot.services.libraries.feedback
    assert sorted(stored(feedback)) == [NOWHERE, "Who owns the moon?"]
    content = file_content(feedback)
    for secret in (world.user.id, world.channel.id, world.guild.id, world.bot.id):
        assert str(secret).encode() not in content
    assert world.user.name.encode() not in content


async def test_people_who_are_mentioned_are_not_stored(discord: FakeDiscord, bots: Bots) -> None:
    bot = await bots.start(keep_unanswered=True)
    eve = discord.world.add_user("Evelina")
    await mentioning(discord, f"How many bitcoins does {eve.mention} own?")
    await (await ask(discord, f"How many yachts does {eve.mention} own?")).done()
    await bot.finish(60)
    assert sorted(stored(bot.services.libraries.feedback)) == [
        "How many bitcoins does @… own?",
        "How many yachts does @… own?",
    ]
    assert b"Evelina" not in file_content(bot.services.libraries.feedback)


async def test_what_somebody_else_wrote_is_not_stored(discord: FakeDiscord, bots: Bots) -> None:
    bot = await bots.start(keep_unanswered=True)
    world = discord.world
    said = await discord.say(world.add_user("eve"), world.channel, NOWHERE)
    await (await discord.menu(world.user, said, "Find sources")).done()
    await bot.finish(60)
    assert stored(bot.services.libraries.feedback) == []


async def test_what_was_completed_from_an_earlier_question_is_not_stored(
    discord: FakeDiscord, bots: Bots
) -> None:
    """It may hold words of somebody else, or name who was mentioned before without saying that it does."""
    bot = await bots.start(keep_unanswered=True)
    world = discord.world
    bob = world.add_user("Bob Smith")
    first = await mentioning(discord, f"When does {bob.mention} open the gate of Tuvalu?")
    assert "Bob Smith" in first.text
    await discord.answer(await discord.say(world.add_user("eve"), world.channel, "and why?", reply_to=first))
    second = await mentioning(discord, "and why does he?")
    assert "Bob Smith" in second.text, "completed, and asked so"
    await discord.answer(await discord.say(world.user, world.channel, "and since when?", reply_to=second))
    await mentioning(discord, "Who owns the moon?")
    await bot.finish(60)
    feedback = bot.services.libraries.feedback
    assert sorted(stored(feedback)) == ["When does @… open the gate of Tuvalu?", "Who owns the moon?"]
    assert b"Bob" not in file_content(feedback)


async def test_a_file_that_cannot_be_written_takes_no_reply(
    discord: FakeDiscord, bots: Bots, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await bots.start(keep_unanswered=True)
    bot.services.libraries.feedback.path.write_bytes(b"nonsense" * 100)
    asked = await (await ask(discord, NOWHERE)).done()
    await bot.finish(60)
    assert asked.message is not None
    assert len(asked.followups) == 0
    assert "unanswered question not kept" in [record.getMessage() for record in caplog.records]


async def test_about_says_that_questions_are_kept(discord: FakeDiscord, bots: Bots) -> None:
    await bots.start(keep_unanswered=True, keep_days=14)
    world = discord.world
    said = await (await discord.slash(world.user, world.channel, "about")).done()
    assert said.message is not None
    (privacy,) = [field["value"] for field in said.message.embed["fields"] if field["name"] == "Privacy"]
    assert "Questions that I can't answer are kept there for 14 days" in privacy


@pytest.mark.parametrize("libraries", ["per-server", "common"])
async def test_a_bot_that_keeps_none_deletes_those_of_before(
    libraries: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Those of servers, too, if these had libraries before."""
    config = BotConfig.model_validate({"base": tmp_path, "discord": {"libraries": libraries}})
    folders = [config.feedback_directory, make_server_folder(config.of_server(1200))]
    stores = [Feedback.open(folder) for folder in folders]
    for feedback in stores:
        UnansweredQuestions(feedback, 90).add(NOWHERE)
    with caplog.at_level(logging.INFO, "bot"):
        await delete_expired_questions(config)
    assert [stored(feedback) for feedback in stores] == [[], []]
    assert [record.getMessage() for record in caplog.records] == ["old unanswered questions deleted"] * 2
