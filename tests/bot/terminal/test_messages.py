import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.terminal.messages import configure_messages
from bot.verbosity import DEBUG, NORMAL, QUIET, VERBOSE
from tests.support.homes import ROOT


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    yield
    configure_messages(NORMAL)


def say_everything() -> None:
    for name in ("bot.some", "index.some", "else.some"):
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(logging.getLogger(name), level)("%s %s", name.split(".")[0], level)


@pytest.mark.parametrize(
    ("verbosity", "quietest"),
    [
        (QUIET, {"bot": "error", "index": "error", "else": "critical"}),
        (NORMAL, {"bot": "info", "index": "warning", "else": "critical"}),
        (VERBOSE, {"bot": "debug", "index": "info", "else": "warning"}),
        (DEBUG, {"bot": "debug", "index": "debug", "else": "info"}),
        (DEBUG + 3, {"bot": "debug", "index": "debug", "else": "info"}),
    ],
)
def test_each_verbosity_lets_through_what_it_promises(
    verbosity: int, quietest: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    configure_messages(verbosity)
    say_everything()
    captured = capsys.readouterr()
    assert captured.out == ""
    levels = ["debug", "info", "warning", "error", "critical"]
    expected = [
        f"{name} {level}" for name, least in quietest.items() for level in levels[levels.index(least) :]
    ]
    assert [line.split(": ")[-1] for line in captured.err.splitlines()] == expected


def test_a_warning_is_called_one_and_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    configure_messages(NORMAL)
    logging.getLogger("bot").warning("skipped %s", "a\x1b[2J\nb")
    logging.getLogger("bot").info("done")
    assert capsys.readouterr().err == "warning: skipped a�[2J b\ndone\n"


def test_a_trace_is_neutralised_too(capsys: pytest.CaptureFixture[str]) -> None:
    configure_messages(DEBUG)
    try:
        raise ValueError("\x1b[2J")
    except ValueError:
        logging.getLogger("index").exception("broken")
    shown = capsys.readouterr().err
    assert shown.startswith("error: broken\nTraceback (most recent call last):\n")
    assert shown.endswith("ValueError: �[2J\n")


@pytest.mark.slow
def test_warnings_of_other_packages_are_not_shown() -> None:
    code = (
        "import warnings; from bot.terminal.messages import configure_messages; "
        "configure_messages({}); warnings.warn('old')"
    )
    for verbosity, shown in ((NORMAL, False), (VERBOSE, True)):
        command = [sys.executable, "-c", code.format(verbosity)]
        run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert ("old" in run.stderr) is shown


def test_a_closed_stderr_is_nobodys_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    class Closed:
        def write(self, _: str) -> None:
            raise BrokenPipeError

    configure_messages(NORMAL)
    monkeypatch.setattr(sys, "stderr", Closed())
    logging.getLogger("bot").warning("unheard")
