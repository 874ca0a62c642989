"""Many questions at once, and questions among faults: each is answered once, and none is lost."""

import asyncio
import json
import threading
from collections import Counter
from typing import Any

import pytest
from aiohttp.web_protocol import RequestHandler

from index.library import Answered, Library
from index.records import Answer, Question
from tests.fake_discord import FakeDiscord, Interaction
from tests.fake_discord.interactions import gather_done
from tests.fake_discord.openapi import OpenAPI
from tests.support.bots import Bots
from tests.support.fault_storm import EXPECTED, FaultStorm
from tests.support.paths import QUESTIONS as QUESTION_FILE

QUESTIONS = [json.loads(line)["question"] for line in QUESTION_FILE.read_text("utf-8").splitlines()][:12]
TIMEOUT = 300


@pytest.fixture
def openapi() -> None:
    """Check against Discord's description afterwards: that takes longer than the bot."""


class RememberingLibrary:
    """A library that computes each question once, and nothing before `gate` is open."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._answers: dict[Question, Any] = {}
        self.gate = threading.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def ask_many(self, questions: list[Question], answered: Answered) -> list[Answer]:
        """Answer as the library does."""
        assert self.gate.wait(TIMEOUT)
        new = [question for question in dict.fromkeys(questions) if question not in self._answers]
        self._answers.update(zip(new, self._library.ask_many(new), strict=True))
        answers = [self._answers[question] for question in questions]
        for place, answer in enumerate(answers):
            answered(place, answer)
        return answers


async def ask_at_once(discord: FakeDiscord, count: int) -> list[Interaction]:
    """Have people in several servers ask all at the same moment."""
    world = discord.world
    people = [world.add_user(f"person {number}") for number in range(20)]
    channels = [guild.channels[0] for guild in world.guilds.values()]
    return [
        await discord.slash(
            people[number % len(people)],
            channels[number % len(channels)],
            "ask",
            question=QUESTIONS[number % len(QUESTIONS)],
        )
        for number in range(count)
    ]


def count_tasks() -> int:
    """Count the tasks, but for those that serve connections: these stay open for half a minute."""
    names = [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]
    return sum(name != RequestHandler.start.__qualname__ for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("count", [60, pytest.param(200, marks=pytest.mark.slow)])
async def test_many_questions_at_once(discord: FakeDiscord, bots: Bots, library: Library, count: int) -> None:
    """All are acknowledged before the first is computed, and then each is answered once."""
    remembering = RememberingLibrary(library)
    bots.library = remembering  # type: ignore[assignment]
    for number in range(9):
        discord.world.add_guild(f"server {number}")
    discord.acknowledge_within = TIMEOUT  # this machine may be slow
    await bots.start(deadline=240)
    remembering.gate.clear()
    interactions = await ask_at_once(discord, count)
    for interaction in interactions:
        await interaction.acknowledged(TIMEOUT)
    assert not any(interaction.is_done for interaction in interactions)
    remembering.gate.set()
    await gather_done(interactions, TIMEOUT)
    for interaction in interactions:
        assert interaction.message is not None
        assert interaction.data["options"][0]["value"] in interaction.message.text.replace("\\", "")
        assert interaction.message.buttons, interaction.message
        assert (interaction.changes, interaction.followups) == (1, [])
    requests = Counter(request.template for request in discord.requests)
    assert requests["/interactions/{interaction_id}/{interaction_token}/callback"] == count
    assert requests["/webhooks/{webhook_id}/{webhook_token}/messages/@original"] == count
    discord.check_recorded(OpenAPI.from_environment())


@pytest.mark.slow
async def test_questions_among_faults(discord: FakeDiscord, bots: Bots, library: Library) -> None:
    discord.expect(*EXPECTED, strict=False)
    bots.library = RememberingLibrary(library)  # type: ignore[assignment]
    count = 100
    storm = FaultStorm(discord, QUESTIONS, seed=4)
    discord.acknowledge_within = TIMEOUT
    bot = await bots.start(queue=1000, deadline=240)
    tasks = count_tasks()
    storm.script_faults()
    await storm.ask(count, at_once=80)
    storm.end_faults()
    await discord.ready()
    calm = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTIONS[0])
    await calm.done()
    assert await bot.finish(TIMEOUT) == 0  # nothing waits for ever
    storm.count()
    storm.check()
    assert storm.outcomes["answered"] > 0.9 * count, storm.outcomes
    assert storm.outcomes["told why not"] < 0.05 * count, storm.outcomes
    await discord.until(lambda: count_tasks() <= tasks + 5, what="tasks to end")
    discord.check_recorded(OpenAPI.from_environment())
