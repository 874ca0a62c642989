"""Guards against doing things twice, in bounded memory: ids already handled, warnings already sent."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

LIMIT = 10_000


class RecentIds:
    """The latest ids that were added; beyond `limit` the oldest are forgotten."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._ids: OrderedDict[int, None] = OrderedDict()
        self._limit = limit

    def add_if_new(self, id_: int) -> bool:
        """Add an id; return False if it was there already."""
        if id_ in self._ids:
            return False
        self._ids[id_] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)
        return True


class SentWarnings:
    """Warnings already sent, each with the time until which it is not repeated.

    Without it, people could make the bot spam. Beyond `limit` the oldest warnings are forgotten.
    """

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._until: OrderedDict[Hashable, float] = OrderedDict()
        self._limit = limit
        self._clock = clock

    def claim(self, recipient: Hashable, seconds: float) -> bool:
        """Claim the right to warn somebody, for the next `seconds`; return False if another claim holds."""
        now = self._clock()
        if self._until.get(recipient, now) > now:
            return False
        self._until[recipient] = now + seconds
        self._until.move_to_end(recipient)
        if len(self._until) > self._limit:
            self._until.popitem(last=False)
        return True

    def release(self, recipient: Hashable) -> None:
        """Give a claim back, because the warning did not arrive."""
        self._until.pop(recipient, None)
