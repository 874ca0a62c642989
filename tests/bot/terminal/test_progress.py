import re
from collections.abc import Callable

import pytest

from bot.terminal.messages import configure_messages
from bot.terminal.progress import progress
from bot.verbosity import NORMAL, QUIET


def work(*, lines: bool = True) -> None:
    with progress(lines=lines) as report:
        for done in range(4):
            report("read", done, 3)
        report("embed", 0, 0)
        report("polish", 1, 1)


def test_without_a_terminal_each_stage_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_messages(NORMAL)
    work()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "reading articles (3)\npolish (1)\n")
    work(lines=False)
    assert capsys.readouterr().err == ""


def test_a_terminal_gets_bars_that_go_when_all_is_done(drawn: Callable[..., str]) -> None:
    configure_messages(NORMAL)
    screen = drawn(work, stream="stderr")
    assert re.search(r"reading articles\S* .*━", screen)
    assert "polish" in screen
    assert screen.rstrip().endswith("\x1b[2K")  # the last bar is cleared
    assert "\x1b" not in drawn(work, stream="stderr", term="dumb")


def test_quiet_shows_nothing(capsys: pytest.CaptureFixture[str], drawn: Callable[..., str]) -> None:
    configure_messages(QUIET)
    work()
    assert capsys.readouterr().err == ""
    assert drawn(work, stream="stderr") == ""
    configure_messages(NORMAL)
