"""How often a person, and a server, may ask: so many questions a minute, saved up to a minute's worth."""

import time
from collections.abc import Callable
from dataclasses import dataclass

MINUTE = 60.0
MOST = 100_000
"""People, and servers, that are remembered; beyond, those who have waited longest are forgotten."""

_HAIR = 1e-3  # seconds, which adding up thousands of parts of a minute may lose


@dataclass(frozen=True, slots=True)
class Wait:
    """How many seconds to wait, and whether for the limit of the server or for the person's own."""

    seconds: float
    of_server: bool


class Cooldowns:
    """Counts questions by person and by server; 0 a minute stands for any number."""

    def __init__(
        self, per_user: int, per_server: int, clock: Callable[[], float] = time.monotonic, most: int = MOST
    ) -> None:
        self._clock = clock
        self._users = _Limit(per_user, most)
        self._servers = _Limit(per_server, most)

    def take(self, user_id: int, server_id: int | None) -> Wait | None:
        """Count a question and return None; where it is one too many, return the wait, the longer of two.

        What has to wait counts for nobody. `server_id` is None in direct messages.
        """
        now = self._clock()
        own = self._users.wait(user_id, now)
        of_all = 0.0 if server_id is None else self._servers.wait(server_id, now)
        if own or of_all:
            return Wait(max(own, of_all), of_server=of_all > own)
        self._users.count(user_id, now)
        if server_id is not None:
            self._servers.count(server_id, now)
        return None

    def __len__(self) -> int:
        """Count who is remembered."""
        return len(self._users) + len(self._servers)


class _Limit:
    """A token bucket for each name, kept as the one time at which it will be full again.

    This is the generic cell rate algorithm (ITU-T I.371).
    """

    def __init__(self, a_minute: int, most: int) -> None:
        self._pace = MINUTE / a_minute if a_minute else 0.0
        self._most = most
        self._full_at: dict[int, float] = {}  # the one who asked longest ago first

    def wait(self, name: int, now: float) -> float:
        wait = max(self._full_at.get(name, now), now) + self._pace - now - MINUTE
        return wait if self._pace and wait > _HAIR else 0.0

    def count(self, name: int, now: float) -> None:
        if not self._pace:
            return
        self._full_at[name] = max(self._full_at.pop(name, now), now) + self._pace
        while len(self._full_at) > 1:
            oldest = next(iter(self._full_at))
            if self._full_at[oldest] > now and len(self._full_at) <= self._most:
                return
            del self._full_at[oldest]

    def __len__(self) -> int:
        return len(self._full_at)
