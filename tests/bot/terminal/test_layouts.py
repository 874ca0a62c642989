"""What the terminal lays out: checks, answers and articles as blocks."""

from collections.abc import Callable

import pytest

from bot.doctor.check import Check
from bot.terminal.blocks import show
from bot.terminal.layouts import check_blocks


@pytest.mark.parametrize(("status", "colour"), [("ok", "32"), ("warn", "1;33"), ("fail", "1;31")])
def test_the_status_is_coloured_on_a_terminal(drawn: Callable[..., str], status: str, colour: str) -> None:
    blocks = check_blocks(Check("corpus", status, "long " * 20, "Repair it."))
    first, *others = drawn(lambda: show(blocks)).splitlines()
    assert first.startswith(f"\x1b[{colour}m{status:<5}corpus         \x1b[0mlong")
    assert all(line.startswith(f"{'':20}") for line in others), "all that is found stands below the name"
