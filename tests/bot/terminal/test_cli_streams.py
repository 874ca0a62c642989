"""The command with closed pipes, full disks, other encodings and real terminals."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.terminal.cli import main
from tests.support.homes import ROOT, STRIKE, Home
from tests.support.pseudo_terminal import PseudoTerminal


@pytest.mark.slow
def test_a_closed_pipe_ends_quietly(built_home: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    for arguments in (["articles"], ["ask", "--json", STRIKE]):
        process = built_home.start(*arguments, stdout=writing, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, b"")
    os.close(writing)


@pytest.mark.slow
def test_a_full_disk_under_stdout_is_an_error(built_home: Home) -> None:
    with Path("/dev/full").open("wb") as full:
        process = built_home.start("articles", stdout=full, stderr=subprocess.PIPE)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"No space left on device" in err
    assert b"Traceback" not in err


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["ask", "--help"]])
def test_a_full_disk_under_the_help_is_no_traceback(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "bot", *arguments]
    with Path("/dev/full").open("wb") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, cwd=ROOT)
    assert run.returncode == 1
    assert run.stderr.startswith(b"error: No space left on device\n")
    assert b"Traceback" not in run.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "closed", "code", "out"),
    [
        ("articles", ">&-", 0, b""),
        ("articles", "2>&-", 0, b"coalition-strikes"),
        ("index", "2>&-", 0, b"1 added, 0 updated, 0 removed, 2 unchanged\n"),
        ("chat", "<&-", 0, b""),
        ("ask --batch -", "<&-", 0, b""),
        ("chat --nonsense", "<&- 2>&-", 2, b""),
        ("--nonsense", "2>&-", 2, b""),
    ],
)
def test_closed_streams_are_no_traceback(
    home: Home, command: str, closed: str, code: int, out: bytes
) -> None:
    if command == "index":
        (home.corpus / "new.txt").write_text("Something new.")
    words = [sys.executable, "-m", "bot", "--config", str(home.plain_config), *command.split()]
    run = subprocess.run(["sh", "-c", f"{shlex.join(words)} {closed}"], cwd=ROOT, capture_output=True)
    assert (run.returncode, run.stderr) == (code, b"")
    assert run.stdout.startswith(out)
    assert bool(run.stdout) == bool(out)


@pytest.mark.slow
def test_json_fits_any_encoding_of_stdout(built_home: Home) -> None:
    arguments = ("ask", "--json", "Städte – 都市?")
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    process = built_home.start(*arguments, stdout=subprocess.PIPE, env=environment)
    out, _ = process.communicate(timeout=60)
    assert json.loads(out.decode("ascii"))["question"] == "Städte – 都市?"
    command = ["--config", str(built_home.plain_config), *arguments]
    here = CliRunner(charset="latin-1").invoke(main, command)  # click writes UTF-8 where only ASCII is set
    assert json.loads(here.stdout_bytes.decode("latin-1"))["question"] == "Städte – 都市?"


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["latin-1"])  # click writes UTF-8 where only ASCII is set
@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "How warm is the cluster?"],
        ["ask", "Städte – 都市?"],
        ["articles"],
        ["show", "coalition-strikes-near-al-tanf"],
        ["doctor"],
        ["index"],
        ["chat"],
        ["--help"],
        ["eval", "都市.jsonl"],
        ["eval", "{questions}"],
    ],
    ids=" ".join,
)
def test_an_encoding_without_a_character_changes_that_character_only(
    built_home: Home, tmp_path: Path, arguments: list[str], encoding: str
) -> None:
    questions = tmp_path / "questions.jsonl"
    gold = {"id": "都", "question": "都市?", "answerable": False, "gold_sentences": []}
    questions.write_text(json.dumps(gold, ensure_ascii=False), "utf-8")
    arguments = [argument.format(questions=questions) for argument in arguments]

    def run(charset: str) -> tuple[int, str, str]:
        runner, chat = CliRunner(charset=charset), f"{STRIKE}\n".encode()
        result = runner.invoke(main, ["--config", str(built_home.config), *arguments], input=chat)
        return result.exit_code, result.stdout, result.stderr

    def said(text: str) -> str:
        """Without times and the width of their column, and in the characters of the encoding."""
        return re.sub(r" *[\d.]+ ms| +", " ", text.encode(encoding, "replace").decode(encoding))

    (code, out, err), (utf8_code, utf8_out, utf8_err) = run(encoding), run("utf-8")
    assert (code, said(out), "Unicode" in err) == (utf8_code, said(utf8_out), False)
    assert len(err) >= len(utf8_err)


@pytest.mark.slow
def test_a_terminal_gets_colours_and_wide_json_and_a_pipe_neither(
    built_home: Home, open_terminal: Callable[[int], PseudoTerminal]
) -> None:
    for arguments, words in ((["ask", STRIKE], "\x1b["), (["ask", "--json", STRIKE], '{\n  "question"')):
        terminal = open_terminal(60)
        environment = os.environ | {"TERM": "xterm-256color"}
        process = built_home.start(
            *arguments, stdout=terminal.device, stderr=subprocess.PIPE, env=environment
        )
        assert process.wait(60) == 0
        screen = terminal.shown()
        assert words in screen
        piped = built_home.footnote(*arguments).out
        assert screen != piped
        assert "\x1b" not in piped
