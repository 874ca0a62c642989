"""Guards against doing things twice, in bounded memory."""

from hypothesis import given
from hypothesis import strategies as st

from bot.discord.delivery.repeat_guards import RecentIds, SentWarnings


def test_an_id_is_new_once() -> None:
    ids = RecentIds()
    added = [ids.add_if_new(id_) for id_ in (1, 2, 1, 3, 2, 1)]
    assert added == [True, True, False, True, False, False]


@given(st.lists(st.integers(0, 30), max_size=200), st.integers(1, 10))
def test_only_the_latest_ids_are_remembered(ids: list[int], limit: int) -> None:
    recent = RecentIds(limit)
    remembered: list[int] = []
    for id_ in ids:
        assert recent.add_if_new(id_) == (id_ not in remembered)
        if id_ not in remembered:
            remembered = [*remembered, id_][-limit:]


def test_a_warning_is_sent_once_until_its_time_is_over() -> None:
    now = 100.0
    warnings = SentWarnings(clock=lambda: now)
    assert warnings.claim(1, 6.0)
    assert not warnings.claim(1, 5.0)
    assert warnings.claim(2, 6.0)
    now = 105.9
    assert not warnings.claim(1, 0.1)
    now = 106.0
    assert warnings.claim(1, 6.0)


def test_a_warning_that_did_not_arrive_can_be_sent_again() -> None:
    warnings = SentWarnings()
    assert warnings.claim("ann", 60.0)
    warnings.release("ann")
    assert warnings.claim("ann", 60.0)


def test_the_oldest_warnings_are_forgotten_first() -> None:
    warnings = SentWarnings(limit=2)
    assert all(warnings.claim(recipient, 60.0) for recipient in (1, 2, 3))
    assert not warnings.claim(2, 60.0)
    assert not warnings.claim(3, 60.0)
    assert warnings.claim(1, 60.0)
