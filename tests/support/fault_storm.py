"""Questions among faults of all kinds, drawn by a seed; used by a test and by the long run."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence

from tests.fake_discord import FakeDiscord, Interaction, Message

EXPECTED = (10008, 10015, 10062, 40060, 50001, 50013, 50027, 50035)
"""What the server may refuse among faults: what is too late, answered already, gone or not allowed."""
ENOUGH = 60.0
"""Seconds after which a question counts as lost."""


class FaultStorm:
    """Asks, has things go wrong, and knows what came of every question."""

    def __init__(self, discord: FakeDiscord, questions: Sequence[str], seed: int) -> None:
        self._discord = discord
        self._questions = questions
        self._random = random.Random(seed)
        world = discord.world
        self._people = [world.add_user(f"person {number}") for number in range(50)]
        self._channels = [world.add_guild(f"server {number}").channels[0] for number in range(20)]
        self.outcomes: Counter[str] = Counter()
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

        async def one(number: int) -> None:
            async with places:
                self._happen()
                await (self._command(number) if number % 3 else self._mention(number))

        await asyncio.gather(*map(one, range(count)))

    def _happen(self) -> None:
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

    async def _command(self, number: int) -> None:
        person, channel = self._random.choice(self._people), self._random.choice(self._channels)
        question = self._random.choice(self._questions)
        asked = await self._discord.slash(person, channel, "ask", question=question)
        expires = self._random.random() < 0.02
        if expires:
            await self._settled(lambda: asked.callback is not None)
            asked.created -= 16 * 60  # its token lasts fifteen minutes
        done = await self._settled(lambda: asked.is_done or asked.failed, 8.0 if expires else ENOUGH)
        done = done and asked.is_done
        await asyncio.sleep(0.1)
        self._count(repr(asked), done, asked, expires)

    def _count(self, name: str, done: bool, asked: Interaction, expires: bool) -> None:
        if not done:
            excused = expires or asked.failed or asked.callback is None
            self.outcomes["too late for Discord" if excused else "lost"] += 1
            if not excused:
                self.lost.append(name)
            return
        shown = [message for message in (asked.message, *asked.followups) if message and not message.deleted]
        self._count_shown(name, shown)

    async def _mention(self, number: int) -> None:
        discord = self._discord
        person, channel = self._random.choice(self._people), self._random.choice(self._channels)
        text = f"{discord.world.bot.mention} {self._random.choice(self._questions)}"
        message = await discord.say(person, channel, text)
        gone = self._random.random() < 0.03
        if gone:
            message.delete()
        done = await self._settled(lambda: self._answers(message), 8.0 if gone else ENOUGH)
        await asyncio.sleep(0.1)
        answers = self._answers(message)
        if not done:
            self.outcomes["deleted" if gone else "lost"] += 1
            if not gone:
                self.lost.append(repr(message))
            return
        self._count_shown(repr(message), answers)

    def _count_shown(self, name: str, shown: Sequence[Message]) -> None:
        self.outcomes["answered" if any(message.buttons for message in shown) else "told why not"] += 1
        if len(shown) > 1:
            self.doubled.append(f"{name}: {shown}")

    def _answers(self, message: Message) -> list[Message]:
        return [other for other in message.channel.messages.values() if other.reference is message]

    async def _settled(self, true: Callable[[], object], within: float = ENOUGH) -> bool:
        try:
            await self._discord.until(true, within)
        except TimeoutError:
            return False
        return True

    def check(self) -> None:
        """Raise AssertionError if a question was lost or answered twice."""
        assert not self.lost, f"{len(self.lost)} lost: {self.lost[:5]}; {self.outcomes}"
        assert not self.doubled, f"{len(self.doubled)} answered twice: {self.doubled[:5]}; {self.outcomes}"
