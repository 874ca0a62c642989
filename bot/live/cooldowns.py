"""Limits on how often a person, and a server, may ask, judge and click: a number per minute.

What is not used is saved up to a minute's worth.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.config import DiscordSection

MINUTE = 60.0
MOST_REMEMBERED = 100_000
"""People, and servers, that are remembered; beyond that, those who asked longest ago are forgotten."""

CLICKS_PER_QUESTION = 6
"""Pages that somebody may turn for each question; reading is faster than asking."""

_ROUNDING = 1e-3  # seconds that may be lost by adding up thousands of parts of a minute


@dataclass(frozen=True, slots=True)
class CooldownWait:
    """How many seconds to wait, and whether because of the server's limit or the person's own."""

    seconds: float
    for_server: bool


class Cooldowns:
    """Counts by person and by server; a limit of 0 means any number."""

    def __init__(
        self,
        per_user: int,
        per_server: int,
        clock: Callable[[], float] = time.monotonic,
        most_remembered: int = MOST_REMEMBERED,
    ) -> None:
        self._clock = clock
        self._users = _Limit(per_user, most_remembered)
        self._servers = _Limit(per_server, most_remembered)

    def count(self, user_id: int, server_id: int | None) -> CooldownWait | None:
        """Count one more and return None; if it is one too many, return the longer wait of the two.

        What has to wait is not counted. `server_id` is None in direct messages.
        """
        now = self._clock()
        for_user = self._users.wait(user_id, now)
        for_server = 0.0 if server_id is None else self._servers.wait(server_id, now)
        if for_user or for_server:
            return CooldownWait(max(for_user, for_server), for_server=for_server > for_user)
        self._users.count(user_id, now)
        if server_id is not None:
            self._servers.count(server_id, now)
        return None

    def __len__(self) -> int:
        """Count the people and servers that are remembered."""
        return len(self._users) + len(self._servers)


@dataclass(frozen=True, slots=True)
class ActionCooldowns:
    """What is counted apart: questions and commands, verdicts, and clicks that turn pages or open forms."""

    questions: Cooldowns
    verdicts: Cooldowns
    clicks: Cooldowns

    @classmethod
    def from_settings(cls, settings: DiscordSection, clock: Callable[[], float] = time.monotonic) -> Self:
        """Allow as many questions, and verdicts, as `[discord]` configures, and more clicks than that."""
        return cls.from_limits(settings.questions_per_minute, settings.server_questions_per_minute, clock)

    @classmethod
    def from_limits(cls, of_person: int, of_server: int, clock: Callable[[], float] = time.monotonic) -> Self:
        """Allow as many questions, and verdicts, of one person and of a server, and more clicks."""
        clicks = Cooldowns(of_person * CLICKS_PER_QUESTION, of_server * CLICKS_PER_QUESTION, clock)
        return cls(Cooldowns(of_person, of_server, clock), Cooldowns(of_person, of_server, clock), clicks)


class _Limit:
    """A token bucket for each id, stored as the time at which it will be full again.

    This is the generic cell rate algorithm (ITU-T I.371).
    """

    def __init__(self, per_minute: int, most_remembered: int) -> None:
        self._pace = MINUTE / per_minute if per_minute else 0.0
        self._most_remembered = most_remembered
        self._full_at: dict[int, float] = {}  # in the order of the last questions

    def wait(self, id_: int, now: float) -> float:
        wait = max(self._full_at.get(id_, now), now) + self._pace - now - MINUTE
        return wait if self._pace and wait > _ROUNDING else 0.0

    def count(self, id_: int, now: float) -> None:
        if not self._pace:
            return
        self._full_at[id_] = max(self._full_at.pop(id_, now), now) + self._pace
        while len(self._full_at) > 1:
            oldest = next(iter(self._full_at))
            if self._full_at[oldest] > now and len(self._full_at) <= self._most_remembered:
                return
            del self._full_at[oldest]

    def __len__(self) -> int:
        return len(self._full_at)
