import re
from collections.abc import Callable

import pytest

from bot.terminal.messages import configure_messages
from bot.terminal.progress import progress
from bot.verbosity import NORMAL, QUIET


def work() -> None:
    with progress() as report:
        report("export the encoder", 0, 1)
        report("export the encoder", 1, 1)
        for done in range(4):
            report("read", done, 3)
        report("embed", 0, 0)
        report("polish", 1, 1)


def test_without_a_terminal_only_what_happens_once_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    configure_messages(NORMAL)
    work()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "preparing the model (only this once) …\n")


def test_a_terminal_gets_bars_that_go_when_all_is_done(drawn: Callable[..., str]) -> None:
    configure_messages(NORMAL)
    screen = drawn(work, stream="stderr")
    assert re.search(r"reading articles\S* .*━", screen)
    assert "polish" in screen
    assert "preparing the model (only this once)" in screen
    assert "/1" not in screen, "a step that has no parts shows no count"
    assert "3/3" in screen
    assert screen.rstrip().endswith("\x1b[2K")  # the last bar is cleared
    assert "\x1b" not in drawn(work, stream="stderr", term="dumb")


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str], drawn: Callable[..., str]) -> None:
    configure_messages(QUIET)
    work()
    assert capsys.readouterr().err == ""
    assert drawn(work, stream="stderr") == ""
    configure_messages(NORMAL)
