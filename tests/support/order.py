"""Order of the tests, for three processes that run them side by side."""

from collections.abc import Sequence
from itertools import chain, groupby

import pytest

WORKERS = 3


def in_thirds(items: Sequence[pytest.Item], frameworks: tuple[str, ...], export: str) -> list[pytest.Item]:
    """Order the tests so that one process imports the frameworks, and none waits for another's export.

    Each begins with a third of the list, and takes from the end of another's when its own is done. Those of
    the first third that need the `frameworks`, by how their ids begin, come first, and export a model. The
    others begin with tests without the fixture `export`. Of those with it, scenarios, which take longest,
    come first, and what is left to the end takes least.
    """
    first = [item for item in items if item.nodeid.startswith(frameworks)]
    others = [item for item in items if not item.nodeid.startswith(frameworks)]
    waiting = {item.path for item in items if export in getattr(item, "fixturenames", ())}
    first.sort(key=lambda item: item.path not in waiting)
    plain = [item for item in others if item.path not in waiting]
    exported = [item for item in others if item.path in waiting]
    exported.sort(key=lambda item: not item.nodeid.startswith("tests/scenarios/"))
    room = max(0, len(items) // WORKERS - len(first))
    cut = len(exported) - min(room, len(exported))
    files = [list(tests) for _, tests in groupby(exported[:cut], key=lambda item: item.path)]
    half = len(plain) // 2
    return [
        *first,
        *exported[cut:],
        *plain[:half],
        *chain.from_iterable(files[::2]),
        *plain[half:],
        *chain.from_iterable(files[1::2]),
    ]
