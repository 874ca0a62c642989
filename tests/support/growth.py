"""How the time of a call grows with its input, whatever the machine and whatever else runs on it."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LINEAR = 3.0
"""Growth below which a call counts as linear; twice the input takes four times as long if it is quadratic."""


def growth(call: Callable[[T], object], smaller: T, twice_as_large: T, rounds: int = 2) -> float:
    """Return how many times longer a call takes on the second input, in time of this thread alone."""

    def seconds(value: T) -> float:
        started = time.thread_time()
        call(value)
        return time.thread_time() - started

    pairs = [(seconds(smaller), seconds(twice_as_large)) for _ in range(rounds)]
    least, least_twice = (min(times) for times in zip(*pairs, strict=True))
    return least_twice / max(least, 0.002)  # below that, the clock is too coarse
