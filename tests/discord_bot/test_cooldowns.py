"""How often people may ask: a minute's worth at once, then at an even pace, each for themselves."""

import random
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.discord.cooldowns import Cooldowns


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_minute_s_worth_at_once_then_one_at_a_time() -> None:
    clock = Clock()
    cooldowns = Cooldowns(3, 0, clock)
    assert [cooldowns.take(1, None) for _ in range(3)] == [0, 0, 0]
    assert cooldowns.take(1, None) == pytest.approx(20)
    clock.now += 19.5
    assert cooldowns.take(1, None) == pytest.approx(0.5)
    clock.now += 0.5
    assert cooldowns.take(1, None) == 0
    assert cooldowns.take(1, None) == pytest.approx(20)
    clock.now += 3600
    assert [cooldowns.take(1, None) > 0 for _ in range(4)] == [False, False, False, True]


def test_each_person_counts_alone_and_all_of_a_server_together() -> None:
    cooldowns = Cooldowns(2, 3, Clock())
    assert [cooldowns.take(user, 7) for user in (1, 1, 2)] == [0, 0, 0]
    assert cooldowns.take(3, 7) == pytest.approx(20)  # the server's limit
    assert cooldowns.take(3, 8) == 0
    assert cooldowns.take(2, None) == 0
    assert cooldowns.take(1, 8) == pytest.approx(30)  # the person's, on another server


def test_who_has_to_wait_is_not_counted() -> None:
    clock = Clock()
    cooldowns = Cooldowns(5, 1, clock)
    assert cooldowns.take(1, 7) == 0
    assert all(cooldowns.take(2, 7) == pytest.approx(60) for _ in range(50))
    clock.now += 60
    assert cooldowns.take(2, 7) == 0
    assert [cooldowns.take(2, None) for _ in range(4)] == [0] * 4


def test_the_longer_wait_is_told() -> None:
    cooldowns = Cooldowns(1, 2, Clock())
    assert cooldowns.take(1, 7) == cooldowns.take(2, 7) == 0
    assert cooldowns.take(1, 7) == pytest.approx(60)


def test_zero_is_any_number_and_nobody_is_remembered() -> None:
    cooldowns = Cooldowns(0, 0, Clock())
    assert all(cooldowns.take(1, 2) == 0 for _ in range(1000))
    assert len(cooldowns) == 0


def test_who_asked_long_ago_is_forgotten() -> None:
    clock = Clock()
    cooldowns = Cooldowns(10, 10, clock)
    for user in range(10_000):
        clock.now += 1
        assert cooldowns.take(user, user) == 0
        assert len(cooldowns) <= 2 * 7


def test_however_many_ask_at_once_only_so_many_are_remembered() -> None:
    cooldowns = Cooldowns(1, 0, Clock(), most=100)
    assert all(cooldowns.take(user, None) == 0 for user in range(1000))
    assert len(cooldowns) == 100
    assert cooldowns.take(999, None) > 0
    assert cooldowns.take(0, None) == 0


@given(st.integers(1, 200), st.integers(0, 2**32))
def test_no_more_than_twice_the_limit_in_any_minute(limit: int, seed: int) -> None:
    """And whoever waits as told is let through."""
    clock, draw = Clock(), random.Random(seed)
    cooldowns = Cooldowns(limit, 0, clock)
    allowed: deque[float] = deque()
    for _ in range(500):
        wait = cooldowns.take(1, None)
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
    taken = sum(cooldowns.take(1, None) == 0 for _ in range(min(limit, 300)))
    assert taken == min(limit, 300)
    if limit <= 300:
        wait = cooldowns.take(1, None)
        assert 0 < wait <= 60 / limit + 2e-3
        clock.now += wait
        assert cooldowns.take(1, None) <= 2e-3
