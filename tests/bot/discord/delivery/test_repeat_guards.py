"""What is remembered for a while, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.delivery.repeat_guards import Seen, Warned


def test_an_id_is_taken_up_once() -> None:
    seen = Seen()
    assert [seen.first(number) for number in (1, 2, 1, 3, 2, 1)] == [True, True, False, True, False, False]


def test_the_oldest_id_is_forgotten_first() -> None:
    seen = Seen(limit=2)
    assert all(seen.first(number) for number in (1, 2, 3))
    assert not seen.first(2)
    assert seen.first(1)


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 10))
def test_memory_stays_bounded(numbers: list[int], limit: int) -> None:
    seen, warned = Seen(limit), Warned(limit, clock=lambda: 0.0)
    for number in numbers:
        seen.first(number)
        warned.due(number, 5.0)
    assert len(seen) <= limit
    assert len(warned) <= limit


def test_somebody_is_told_to_wait_once_until_the_wait_is_over() -> None:
    now = 100.0
    warned = Warned(clock=lambda: now)
    assert warned.due(1, 6.0)
    assert not warned.due(1, 5.0)
    assert warned.due(2, 6.0)
    now = 105.9
    assert not warned.due(1, 0.1)
    now = 106.0
    assert warned.due(1, 6.0)
