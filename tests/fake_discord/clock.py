"""Time and ids: a clock that a test can put forward, and snowflakes that carry the real time."""

import time
from datetime import UTC, datetime

TIMEOUT = 60.0
"""Seconds that tests wait for something to happen: plenty, since the machine may be busy."""
EPOCH = 1_420_070_400_000  # the first second of 2015, in milliseconds: where Discord's ids start


class Clock:
    """Seconds that pass by themselves, and more of them when a test says so."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """Return the seconds of a clock that only goes forward."""
        return time.monotonic() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once, on the server only."""
        self._ahead += seconds


class Snowflakes:
    """Ids as Discord makes them: unique, in order of time; neighbouring servers on different shards."""

    def __init__(self) -> None:
        self._last = 0

    def next(self, step: int = 1) -> int:
        """Return a new id, at least `step` above the last one."""
        self._last = max(self._last + step, int(time.time() * 1000) - EPOCH << 22)
        return self._last

    def next_guild(self) -> int:
        """Return a new id that another shard takes than the one before."""
        return self.next(1 << 22)


def timestamp() -> str:
    """Return the time as Discord writes it."""
    return datetime.now(UTC).isoformat()
