"""What goes wrong when a test says so: errors, delays and cut connections."""

import asyncio
import random
import re
from dataclasses import dataclass, field


@dataclass
class Fault:
    """Something that happens to requests that match, `times` times or forever, always or by `chance`."""

    kind: str
    """`fail`, `deny`: answer with an error instead of doing it or after doing it; `slow`, `late`: wait before
    or after doing it; `hold`: wait until it is released before doing it; `cut`, `lose`: cut the connection
    instead of doing it or after doing it."""
    method: str
    path: re.Pattern[str]
    times: int | None
    chance: float
    status: int = 500
    code: int = 0
    retry_after: float | None = None
    seconds: float = 0.0
    happened: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Let requests that are held go on."""
        self.released.set()


class Faults:
    """All faults, in the order that they were asked for; the first that matches happens."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._random = random.Random(4)

    def add(
        self, kind: str, method: str, path: str, times: int | None, chance: float, **what: float
    ) -> Fault:
        """Add a fault; `path` is a regular expression that is searched for in the path below `/api/v10`."""
        fault = Fault(kind, method.upper(), re.compile(path), times, chance, **what)  # type: ignore[arg-type]
        self._faults.append(fault)
        return fault

    def take(self, method: str, path: str) -> Fault | None:
        """Return the fault that happens to a request, or None."""
        for fault in self._faults:
            if fault.method not in (method, "*") or not fault.path.search(path) or fault.times == 0:
                continue
            if self._random.random() >= fault.chance:
                continue
            fault.happened += 1
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def clear(self) -> None:
        """Let nothing go wrong from here on."""
        for fault in self._faults:
            fault.release()
        self._faults.clear()
