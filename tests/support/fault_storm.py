"""Questions among faults of all kinds, drawn by a seed; used by a test and by the long run."""

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Callable, Sequence

from tests.fake_discord import FakeDiscord, Interaction, Message

EXPECTED = (10008, 10015, 10062, 40060, 50001, 50013, 50027, 50035)
"""What the server may refuse among faults: what is too late, answered already, gone or not allowed."""
LOST_AFTER = 120.0
"""Seconds after which a question counts as lost."""
EXCUSED_AFTER = 1.0
"""Seconds to wait for an answer that Discord no longer takes, or that nobody could read."""


class FaultStorm:
    """Asks, makes things go wrong, and counts what came of every question."""

    def __init__(self, discord: FakeDiscord, questions: Sequence[str], seed: int) -> None:
        self._discord = discord
        self._questions = questions
        self._random = random.Random(seed)
        world = discord.world
        self._people = [world.add_user(f"person {number}") for number in range(50)]
        self._channels = [world.add_guild(f"server {number}").channels[0] for number in range(20)]
        self.outcomes: Counter[str] = Counter()
        self._settled: list[tuple[str, Callable[[], Sequence[Message]]]] = []
        """What each question is called, and what returns the messages that its asker was shown."""
        self.lost: list[str] = []
        self.doubled: list[str] = []

    def script_faults(self) -> None:
        """Have requests fail, hang and get lost from here on."""
        discord = self._discord
        for path in ("/callback", "/messages"):
            discord.fail("*", path, 502, times=None, chance=0.02)
            discord.fail("*", path, 502, times=None, chance=0.01, done=True)
            discord.fail("*", path, 429, times=None, chance=0.02, retry_after=0.3)
            discord.slow("*", path, 0.3, times=None, chance=0.03)
            discord.cut("*", path, times=None, chance=0.01)
            discord.cut("*", path, times=None, chance=0.01, done=True)

    def end_faults(self) -> None:
        """Let everything work again."""
        self._discord.faults.clear()

    async def ask(self, count: int, *, at_once: int) -> None:
        """Have `count` questions asked, `at_once` at a time, and wait until all have come to something."""
        places = asyncio.Semaphore(at_once)

        async def ask(number: int) -> None:
            async with places:
                self._disturb_gateway()
                await (self._command() if number % 3 else self._mention())

        await asyncio.gather(*map(ask, range(count)))

    def _disturb_gateway(self) -> None:
        """Do something to the gateway, sometimes."""
        discord, draw = self._discord, self._random.random()
        if draw < 0.01:
            discord.drop()
        elif draw < 0.015:
            discord.drop(4000)
        elif draw < 0.02:
            discord.reconnect()
        elif draw < 0.023:
            discord.invalidate(resumable=True)
        elif draw < 0.08:
            discord.deliver_twice()

    async def _command(self) -> None:
        person, channel = self._random.choice(self._people), self._random.choice(self._channels)
        question = self._random.choice(self._questions)
        asked = await self._discord.slash(person, channel, "ask", question=question)
        expires = self._random.random() < 0.02
        if expires:
            await self._happens(lambda: asked.callback is not None)
            asked.created -= 16 * 60  # its token lasts fifteen minutes
        await self._happens(lambda: asked.is_done or asked.failed, EXCUSED_AFTER if expires else LOST_AFTER)
        if asked.is_done:
            self._settled.append((repr(asked), lambda: _shown(asked)))
        elif expires or asked.failed or asked.callback is None:
            self.outcomes["too late for Discord"] += 1
        else:
            self._lose(asked)

    async def _mention(self) -> None:
        discord = self._discord
        person, channel = self._random.choice(self._people), self._random.choice(self._channels)
        text = f"{discord.world.bot.mention} {self._random.choice(self._questions)}"
        message = await discord.say(person, channel, text)
        deleted = self._random.random() < 0.03
        if deleted:
            message.delete()
        await self._happens(lambda: self._answers(message), EXCUSED_AFTER if deleted else LOST_AFTER)
        if self._answers(message):
            self._settled.append((repr(message), lambda: self._answers(message)))
        elif deleted:
            self.outcomes["deleted"] += 1
        else:
            self._lose(message)

    def _lose(self, question: object) -> None:
        self.outcomes["lost"] += 1
        self.lost.append(repr(question))

    def count(self) -> None:
        """Count what the askers were shown, once nothing more is to come."""
        for name, shown in self._settled:
            messages = shown()
            answered = any(message.buttons for message in messages)
            self.outcomes["answered" if answered else "told why not"] += 1
            if len(messages) > 1:
                self.doubled.append(f"{name}: {messages}")
        self._settled.clear()

    def _answers(self, message: Message) -> list[Message]:
        return [other for other in message.channel.messages.values() if other.reference is message]

    async def _happens(self, condition: Callable[[], object], within: float = LOST_AFTER) -> None:
        with contextlib.suppress(TimeoutError):
            await self._discord.until(condition, within)

    def check(self) -> None:
        """Raise AssertionError if a question was lost or answered twice."""
        assert not self.lost, f"{len(self.lost)} lost: {self.lost[:5]}; {self.outcomes}"
        assert not self.doubled, f"{len(self.doubled)} answered twice: {self.doubled[:5]}; {self.outcomes}"


def _shown(asked: Interaction) -> list[Message]:
    return [message for message in (asked.message, *asked.followups) if message and not message.deleted]
