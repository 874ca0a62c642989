"""A stream ends at its deadline, whatever the other side does, and is closed when nobody reads it."""

import itertools
import threading
import time
from collections.abc import Generator

import pytest

from index.llamaindex.background_stream import until

LONG = 300.0  # seconds that no test reaches


def soon() -> float:
    return time.monotonic() + LONG


def test_the_pieces_come_in_order() -> None:
    def count() -> Generator[int, None, None]:
        yield from range(1_000)

    assert list(until(soon(), count)) == list(range(1_000))


def test_an_error_comes_behind_the_pieces_before_it() -> None:
    def fail() -> Generator[int, None, None]:
        yield 1
        raise KeyError("two")

    stream = until(soon(), fail)
    assert next(stream) == 1
    with pytest.raises(KeyError, match="two"):
        next(stream)


def test_what_never_comes_is_not_waited_for() -> None:
    forever = threading.Event()

    def hang() -> Generator[int, None, None]:
        yield 1
        forever.wait()

    stream = until(time.monotonic() + 0.2, hang)
    assert next(stream) == 1
    with pytest.raises(TimeoutError):
        next(stream)
    forever.set()


def test_pieces_without_an_end_stop_at_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        for _ in until(time.monotonic() + 0.2, itertools_count):
            pass


def itertools_count() -> Generator[int, None, None]:
    yield from itertools.count()


def test_a_deadline_that_is_over_yields_nothing_much() -> None:
    stream = until(time.monotonic() - 1, itertools_count)
    with pytest.raises(TimeoutError):
        list(itertools.islice(stream, 2))


def test_another_thread_stops_who_waits_and_what_is_waited_for() -> None:
    stop, aborted = threading.Event(), threading.Event()

    def hang() -> Generator[int, None, None]:
        yield 1
        aborted.wait()

    stream = until(soon(), hang, stop, aborted.set)
    assert next(stream) == 1
    threading.Thread(target=stop.set).start()
    assert list(stream) == []
    assert aborted.is_set()


def test_what_nobody_reads_any_more_is_closed() -> None:
    closed = threading.Event()

    def endless() -> Generator[int, None, None]:
        try:
            yield from itertools.count()
        finally:
            closed.set()

    stream = until(soon(), endless)
    assert next(stream) == 0
    stream.close()  # type: ignore[attr-defined]
    assert closed.wait(60)
