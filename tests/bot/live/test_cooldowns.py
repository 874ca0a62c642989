"""How often people may ask: a minute's worth at once, then at an even pace, each for themselves."""

import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.live.cooldowns import Cooldowns, CooldownWait
from tests.fake_discord import FakeDiscord
from tests.support.bots import Bots


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def wait_after(cooldowns: Cooldowns, user: int, server: int | None = None) -> float:
    wait = cooldowns.count(user, server)
    assert wait is None or wait.seconds > 0
    return wait.seconds if wait else 0


def test_a_minute_s_worth_at_once_then_one_at_a_time() -> None:
    clock = Clock()
    cooldowns = Cooldowns(3, 0, clock)
    assert [wait_after(cooldowns, 1) for _ in range(3)] == [0, 0, 0]
    assert wait_after(cooldowns, 1) == pytest.approx(20)
    clock.now += 19.5
    assert wait_after(cooldowns, 1) == pytest.approx(0.5)
    clock.now += 0.5
    assert wait_after(cooldowns, 1) == 0
    assert wait_after(cooldowns, 1) == pytest.approx(20)
    clock.now += 3600
    assert [wait_after(cooldowns, 1) > 0 for _ in range(4)] == [False, False, False, True]


def test_each_person_counts_alone_and_all_of_a_server_together() -> None:
    cooldowns = Cooldowns(2, 3, Clock())
    assert [wait_after(cooldowns, user, 7) for user in (1, 1, 2)] == [0, 0, 0]
    assert wait_after(cooldowns, 3, 7) == pytest.approx(20)  # the server's limit
    assert wait_after(cooldowns, 3, 8) == 0
    assert wait_after(cooldowns, 2) == 0
    assert wait_after(cooldowns, 1, 8) == pytest.approx(30)  # the person's, on another server


def test_a_question_that_has_to_wait_is_not_counted() -> None:
    clock = Clock()
    cooldowns = Cooldowns(5, 1, clock)
    assert wait_after(cooldowns, 1, 7) == 0
    assert all(wait_after(cooldowns, 2, 7) == pytest.approx(60) for _ in range(50))
    clock.now += 60
    assert wait_after(cooldowns, 2, 7) == 0
    assert [wait_after(cooldowns, 2) for _ in range(4)] == [0] * 4


def test_the_longer_wait_is_told_and_whose_it_is() -> None:
    cooldowns = Cooldowns(1, 2, Clock())
    assert wait_after(cooldowns, 1, 7) == wait_after(cooldowns, 2, 7) == 0
    assert cooldowns.count(1, 7) == CooldownWait(60, for_server=False)
    assert cooldowns.count(3, 7) == CooldownWait(30, for_server=True)
    assert wait_after(cooldowns, 3, 8) == wait_after(cooldowns, 4, 8) == 0
    patient = Cooldowns(2, 1, Clock())
    assert wait_after(patient, 1, 7) == wait_after(patient, 1) == 0
    assert patient.count(1, 7) == CooldownWait(60, for_server=True)
    assert patient.count(1, None) == CooldownWait(30, for_server=False)


def test_zero_is_any_number_and_nobody_is_remembered() -> None:
    cooldowns = Cooldowns(0, 0, Clock())
    assert all(wait_after(cooldowns, 1, 2) == 0 for _ in range(1000))
    assert len(cooldowns) == 0


def test_people_who_asked_long_ago_are_forgotten() -> None:
    clock = Clock()
    cooldowns = Cooldowns(10, 10, clock)
    for user in range(10_000):
        clock.now += 1
        assert wait_after(cooldowns, user, user) == 0
        assert len(cooldowns) <= 2 * 7


def test_at_most_the_given_number_of_people_is_remembered() -> None:
    cooldowns = Cooldowns(1, 0, Clock(), most_remembered=100)
    assert all(wait_after(cooldowns, user) == 0 for user in range(1000))
    assert len(cooldowns) == 100
    assert wait_after(cooldowns, 999) > 0
    assert wait_after(cooldowns, 0) == 0


@pytest.mark.slow
@given(st.integers(1, 200), st.integers(0, 2**32))
def test_no_more_than_twice_the_limit_in_any_minute(limit: int, seed: int) -> None:
    """And whoever waits as told is let through."""
    clock, draw = Clock(), random.Random(seed)
    cooldowns = Cooldowns(limit, 0, clock)
    allowed: deque[float] = deque()
    for _ in range(500):
        wait = wait_after(cooldowns, 1)
        if wait:
            clock.now += wait if draw.random() < 0.2 else 0
            if draw.random() < 0.2:
                continue
        else:
            allowed.append(clock.now)
            while allowed[0] <= clock.now - 60:
                allowed.popleft()
            assert len(allowed) <= 2 * limit
        clock.now += draw.choice((0.0, 0.01, 60 / limit))


@given(st.integers(1, 10_000), st.floats(0, 1e8))
def test_the_limit_is_exact_at_any_time(limit: int, now: float) -> None:
    clock = Clock()
    clock.now = now
    cooldowns = Cooldowns(limit, 0, clock)
    taken = sum(wait_after(cooldowns, 1) == 0 for _ in range(min(limit, 300)))
    assert taken == min(limit, 300)
    if limit <= 300:
        wait = wait_after(cooldowns, 1)
        assert 0 < wait <= 60 / limit + 2e-3
        clock.now += wait
        assert wait_after(cooldowns, 1) <= 2e-3


@pytest.mark.slow
async def test_nobody_is_blamed_for_a_server_that_asked_a_lot(discord: FakeDiscord, bots: Bots) -> None:
    world = discord.world
    bots.clock = lambda: 1000.0
    await bots.start(questions_per_minute=5, server_questions_per_minute=1)
    said = []
    for user in (world.user, world.add_user("grace")):
        asked = await discord.slash(user, world.channel, "ask", question="Who likes bees?")
        await asked.done()
        said.append(asked.message.content if asked.message else "")
    assert said[1] == "This server has asked a lot. The next question can come in 60 s."
    assert "a lot" not in said[0]
