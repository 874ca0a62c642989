"""A server whose index has to be built first: nobody waits for it in vain, and everybody is told."""

import asyncio

import pytest

from bot.config import BotConfig
from bot.discord.questions.question_handler import OWN_LATER, PREPARING
from bot.feedback.unanswered import UnansweredQuestions
from index.building.report import BuildReport
from tests.fake_discord import FakeDiscord, Message
from tests.fake_discord.world import User
from tests.support.bots import Bots, update_here
from tests.support.button_presses import seen
from tests.support.small_library import write_corpus

pytestmark = pytest.mark.slow

LONG = 120.0


class Gate:
    """Updates an index once it may."""

    def __init__(self) -> None:
        self.open = asyncio.Event()

    async def __call__(self, config: BotConfig, wait: float) -> BuildReport:
        await self.open.wait()
        return await update_here(config, wait)


async def used(discord: FakeDiscord, by: User, command: str, **options: object) -> Message:
    done = await (await discord.slash(by, discord.world.channel, command, **options)).done(LONG)
    assert done.message is not None
    return done.message


async def test_until_then_the_common_articles_answer_and_it_is_said(
    discord: FakeDiscord, own_bots: Bots, manager: User
) -> None:
    own_bots.update_index = gate = Gate()
    own_bots.open_within = 0.0
    client = await own_bots.start(libraries="per-server", keep_unanswered=True)
    libraries, server = client.services.libraries, discord.world.guild.id
    write_corpus(libraries.config_of(server).corpus_directory, {"raid.md": "# Raids\n\nWe raid on Friday.\n"})
    common = await used(discord, manager, "ask", question="How long is the red bridge?")
    assert "900 metres" in common.text
    assert OWN_LATER in common.text
    own = await used(discord, manager, "ask", question="On which day do we raid?")
    assert "Friday" not in own.text
    assert OWN_LATER in own.text
    assert not UnansweredQuestions(await libraries.feedback_of(server), 90).list()  # nobody knows yet
    in_one = await discord.slash(
        manager, discord.world.channel, "ask", question="On which day?", article="Raids"
    )
    assert seen(await in_one.done(LONG)) == PREPARING
    for command in ("library list", "library refresh"):
        assert "are being prepared" in (await used(discord, manager, command)).text
    assert await discord.autocomplete(manager, discord.world.channel, "library remove", "article", "r") == []
    gate.open.set()
    await discord.until(lambda: not libraries.is_preparing(server), LONG)
    answered = await used(discord, manager, "ask", question="On which day do we raid?")
    assert "Friday" in answered.text
    assert OWN_LATER not in answered.text
    assert "Raids" in (await used(discord, manager, "library list")).text
