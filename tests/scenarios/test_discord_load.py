"""Many questions at once, and questions among faults: each is answered once, and none is lost."""

import asyncio
import json
from collections import Counter
from typing import Any

import pytest

from index.library import Library
from index.records import Answer, Question
from tests.fake_discord import FakeDiscord, Interaction
from tests.fake_discord.interactions import gather_done
from tests.fake_discord.openapi import OpenAPI
from tests.support.bots import Bots
from tests.support.fault_storm import EXPECTED, FaultStorm
from tests.support.paths import QUESTIONS

QUESTIONS = [json.loads(line)["question"] for line in QUESTIONS.read_text("utf-8").splitlines()]
BURSTS = 3
"""Tries at the bound in seconds: other programs on the machine can only make it look worse."""


@pytest.fixture
def openapi() -> None:
    """Leave Discord's description for afterwards: these tests measure the bot's time."""


class Remembering:
    """A library that computes each question once: for tests of all else."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._answers: dict[Question, Any] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def ask_many(self, questions: list[Question]) -> list[Answer]:
        """Answer as the library does."""
        new = [question for question in dict.fromkeys(questions) if question not in self._answers]
        self._answers.update(zip(new, self._library.ask_many(new), strict=True))
        return [self._answers[question] for question in questions]


async def ask_at_once(discord: FakeDiscord, count: int, *, users: int, servers: int) -> list[Interaction]:
    """Have people in several servers ask all at the same moment."""
    world = discord.world
    people = [world.add_user(f"person {number}") for number in range(users)]
    channels = [world.add_guild(f"server {number}").channels[0] for number in range(servers)]
    await asyncio.sleep(0.5)  # the bot has heard of the servers
    return [
        await discord.slash(
            people[number % users],
            channels[number % servers],
            "ask",
            question=QUESTIONS[number % len(QUESTIONS)],
        )
        for number in range(count)
    ]


async def test_200_questions_at_once(discord: FakeDiscord, bots: Bots) -> None:
    await bots.start(deadline=240)
    slowest = []
    while not slowest or (min(slowest) >= 1.0 and len(slowest) < BURSTS):
        interactions = await ask_at_once(discord, 200, users=50, servers=20)
        await gather_done(interactions, timeout=300)
        slowest.append(max(interaction.acknowledged_after or 0 for interaction in interactions))
        for interaction in interactions:
            assert interaction.message is not None
            assert interaction.data["options"][0]["value"] in interaction.message.text.replace("\\", "")
            assert interaction.message.buttons, interaction.message
            assert (interaction.changes, interaction.followups) == (1, [])
    sent = Counter(request.template for request in discord.requests)
    assert sent["/interactions/{interaction_id}/{interaction_token}/callback"] == 200 * len(slowest)
    assert sent["/webhooks/{webhook_id}/{webhook_token}/messages/@original"] == 200 * len(slowest)
    discord.check_recorded(OpenAPI.from_environment())
    assert min(slowest) < 1.0


async def test_questions_among_faults(discord: FakeDiscord, bots: Bots, library: Library) -> None:
    discord.expect(*EXPECTED, strict=False)
    bots.library = Remembering(library)  # type: ignore[assignment]
    bot = await bots.start(queue=1000, deadline=240)
    await asyncio.sleep(0.5)
    before = len(asyncio.all_tasks())
    trouble = FaultStorm(discord, QUESTIONS, seed=4)
    trouble.script_faults()
    await trouble.ask(300, at_once=80)
    trouble.end_faults()
    trouble.check()
    assert trouble.outcomes["answered"] > 270, trouble.outcomes
    assert trouble.outcomes["told why not"] < 15, trouble.outcomes
    await discord.ready()
    calm = await discord.slash(discord.world.user, discord.world.channel, "ask", question=QUESTIONS[0])
    await calm.done()
    assert await bot.finish(30) == 0  # nothing waits for ever
    await discord.until(lambda: len(asyncio.all_tasks()) <= before + 5, 30, "tasks to end")
    discord.check_recorded(OpenAPI.from_environment())
