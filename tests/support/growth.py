"""How the time of a call grows with its input, whatever the machine and whatever else runs on it."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LINEAR = 9.0
"""Growth below which a call counts as linear: four times the input takes 4 times as long, 16 if quadratic."""
CLEARLY_LINEAR = 6.0
"""Growth below which one look is enough."""


def growth(call: Callable[[T], object], smaller: T, four_times_as_large: T, rounds: int = 2) -> float:
    """Return how many times longer a call takes on the second input, in time of this thread alone.

    What else runs, or what a first call imports, can only make a call slower, hence the larger input first:
    where that shows no growth, there is none.
    """

    def seconds(value: T) -> float:
        gc.disable()  # it looks at all that earlier tests left in memory, the more often the larger the input
        try:
            started = time.thread_time()
            call(value)
            return time.thread_time() - started
        finally:
            gc.enable()

    def times() -> float:
        return least_of_larger / max(least, 0.002)  # below that, the clock is too coarse

    least_of_larger, least = seconds(four_times_as_large), seconds(smaller)
    if times() >= CLEARLY_LINEAR:
        for _ in range(rounds):
            least = min(least, seconds(smaller))
            if times() < LINEAR:
                break
            least_of_larger = min(least_of_larger, seconds(four_times_as_large))
    return times()
