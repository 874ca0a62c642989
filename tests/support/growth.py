"""How the time of a call grows with its input, whatever the machine and whatever else runs on it."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LINEAR = 9.0
"""Growth below which a call counts as linear: four times the input takes 4 times as long, 16 if quadratic."""


def growth(call: Callable[[T], object], smaller: T, four_times_as_large: T, rounds: int = 2) -> float:
    """Return how many times longer a call takes on the second input, in time of this thread alone.

    What else runs can only make a call slower: where the first round shows no growth, there is none.
    """

    def seconds(value: T) -> float:
        started = time.thread_time()
        call(value)
        return time.thread_time() - started

    least, least_of_larger = seconds(smaller), math.inf
    for _ in range(rounds):
        least = min(least, seconds(smaller))
        least_of_larger = min(least_of_larger, seconds(four_times_as_large))
        times = least_of_larger / max(least, 0.002)  # below that, the clock is too coarse
        if times < LINEAR:
            break
    return times
