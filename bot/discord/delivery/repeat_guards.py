"""What a bot has to remember for a while, in bounded memory: what it took up, and whom it told what."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

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
    """What was said to whom, and how long that does: a second line would let people make the bot spam."""

    def __init__(self, limit: int = LIMIT, clock: Callable[[], float] = time.monotonic) -> None:
        self._until: OrderedDict[Hashable, float] = OrderedDict()
        self._limit = limit
        self._clock = clock

    def due(self, told: Hashable, seconds: float) -> bool:
        """Say whether to tell somebody, and remember that it was said: for `seconds` it need not be again."""
        now = self._clock()
        if self._until.get(told, now) > now:
            return False
        self._until[told] = now + seconds
        self._until.move_to_end(told)
        if len(self._until) > self._limit:
            self._until.popitem(last=False)
        return True

    def forget(self, told: Hashable) -> None:
        """Take back that it was said: the line did not arrive."""
        self._until.pop(told, None)

    def __len__(self) -> int:
        """Count what is remembered."""
        return len(self._until)
