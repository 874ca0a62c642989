"""What a bot has to remember for a while, in bounded memory: what it took up, and whom it told to wait."""

import time
from collections import OrderedDict
from collections.abc import Callable

LIMIT = 10_000


class Seen:
    """The ids of the last interactions and messages: Discord may deliver one of them twice."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._ids: OrderedDict[int, None] = OrderedDict()
        self._limit = limit

    def first(self, taken: int) -> bool:
        """Say whether this id comes for the first time, and remember it."""
        if taken in self._ids:
            return False
        self._ids[taken] = None
        if len(self._ids) > self._limit:
            self._ids.popitem(last=False)
        return True

    def __len__(self) -> int:
        """Count what is remembered."""
        return len(self._ids)


class Warned:
    """Who was told to wait, and until when: a second line would let people make the bot spam a channel."""

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._until: OrderedDict[int, float] = OrderedDict()
        self._limit = limit
        self._clock = clock

    def due(self, user: int, seconds: float) -> bool:
        """Say whether to tell a person to wait `seconds`, and remember that it was said."""
        now = self._clock()
        if self._until.get(user, now) > now:
            return False
        self._until[user] = now + seconds
        self._until.move_to_end(user)
        if len(self._until) > self._limit:
            self._until.popitem(last=False)
        return True

    def forget(self, user: int) -> None:
        """Take back that it was said: the line did not arrive."""
        self._until.pop(user, None)

    def __len__(self) -> int:
        """Count who is remembered."""
        return len(self._until)
