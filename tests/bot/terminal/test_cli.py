import errno
import importlib.metadata
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.terminal.cli import main
from bot.terminal.command_group import Command
from index.library import Library
from tests.support.homes import ROOT, STRIKE, Home, hear_interrupts
from tests.support.tables import each_row

COMMANDS = {name: command for name, command in main.commands.items() if isinstance(command, Command)}


@pytest.mark.slow
def test_version() -> None:
    run = subprocess.run([sys.executable, "-m", "bot", "--version"], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout == f"footnote {importlib.metadata.version('footnote-bot')}\n"


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import sys; from bot.terminal.cli import main; main(['ask', '--help'], standalone_mode=False);"
        "heavy = {'numpy', 'pydantic', 'rich', 'onnxruntime', 'faiss', 'prompt_toolkit'};"
        "print(*heavy & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert run.stdout.splitlines()[-1] == ""


@each_row("name", [None, *COMMANDS])
def test_the_examples_of_the_help_are_quoted_for_every_shell(name: str | None) -> None:
    """In zsh a bare "?" is a pattern that matches nothing, and an apostrophe opens a quotation everywhere."""
    examples = (COMMANDS[name] if name else main).examples
    for example in examples:
        bare = re.sub(r"""'[^']*'|"[^"$`!\\\\]*\"""", "", example)
        assert not set(bare) & set("?*[]{}()~!#$&;'\"`\\\\"), example


@pytest.mark.parametrize("name", [None, *COMMANDS])
def test_help_fits_80_columns_and_its_examples_parse(
    name: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("questions.jsonl").touch()
    arguments = [name, "--help"] if name else ["--help"]
    result = CliRunner().invoke(main, arguments, prog_name="footnote")
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines())) <= 80
    examples = [
        text.strip() for text in result.stdout.split("Examples:")[1].splitlines() if "footnote " in text
    ]
    assert examples
    reached: list[str | None] = []
    monkeypatch.setattr(Command, "invoke", lambda _, context: reached.append(context.info_name))
    for example in examples:
        words = shlex.split(example.split("|")[0].split(">")[0].split("<")[0])[1:]
        assert CliRunner().invoke(main, words).exit_code == 0
        assert name in (None, reached[-1])
    assert len(reached) == len(examples)


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask"],
        ["ask", "x", "--nonsense"],
        ["ask", "x", "--top-k", "0"],
        ["ask", "x", "--top-k", "51"],
        ["ask", "x", "--top-k", "many"],
        ["ask", "x", "--batch", "-"],
        ["ask", "--batch", "no-such-file"],
        ["eval", "no-such-file"],
        ["nonsense"],
        ["show"],
        [],
    ],
)
def test_wrong_usage(built_home: Home, arguments: list[str]) -> None:
    run = built_home.footnote(*arguments)
    assert (run.code, run.out) == (2, "")
    assert "Usage: footnote" in run.err


@pytest.mark.slow
@pytest.mark.parametrize("command", [["ask", "--article", "notes/beez", STRIKE], ["show", "notes/beez"]])
def test_an_unknown_article_is_an_error_that_names_the_nearest(built_home: Home, command: list[str]) -> None:
    run = built_home.footnote(*command)
    assert (run.code, run.out) == (1, "")
    assert "notes/bees" in run.err


@pytest.mark.parametrize("command", ["ask why", "articles", "show x", "index", "chat", "doctor"])
def test_a_wrong_configuration_is_one_line_and_78(tmp_path: Path, command: str) -> None:
    home = Home(tmp_path)
    home.config.write_text("[answer]\ntreshold = 0.4\n")
    run = home.footnote(*command.split())
    assert (run.code, run.out) == (78, "")
    assert run.err.startswith(f"error: {home.config}: answer.treshold: unknown key (known here: threshold")
    assert run.err.count("\n") == 1


def test_a_configuration_that_cannot_be_read_is_78(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path)
    home.config.touch()
    home.config.chmod(0)
    monkeypatch.setattr(os, "access", lambda path, mode, **_: Path(path) != home.config)  # root may read all

    def refuse(path: Path, **_: object) -> str:
        raise PermissionError(errno.EACCES, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    run = home.footnote("articles")
    assert (run.code, run.err) == (78, f"error: {home.config}: cannot be read: Permission denied\n")


def test_a_missing_configuration_or_corpus_is_78(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert home.footnote("ask", "why").code == 78
    home.config.touch()
    run = home.footnote("ask", "why")
    assert run.code == 78
    assert str(home.corpus) in run.err
    home.corpus.mkdir()
    assert home.footnote("index").code == 78


@pytest.mark.slow
def test_global_options_go_before_or_after_the_command(built_home: Home, tmp_path: Path) -> None:
    runner = CliRunner()
    for arguments in (
        ["--config", str(built_home.config), "articles"],
        ["articles", "--config", str(built_home.config)],
    ):
        assert runner.invoke(main, arguments).stdout.startswith("coalition-strikes")
    elsewhere = tmp_path / "none.toml"
    assert built_home.footnote("articles", "--config", str(elsewhere)).code == 78
    variable = runner.invoke(main, ["articles"], env={"FOOTNOTE_CONFIG": str(built_home.config)})
    assert variable.exit_code == 0


@pytest.mark.slow
def test_unexpected_errors_are_one_line_and_the_trace_is_for_vv(
    built_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("broken \x1b[31m inside")

    monkeypatch.setattr(Library, "ask", fail)
    run = built_home.footnote("ask", "why")
    assert (run.code, run.out) == (1, "")
    assert run.err == "error: unexpected RuntimeError: broken �[31m inside\n  Run with -vv for more.\n"
    for traced in (built_home.footnote("-vv", "ask", "why"), built_home.footnote("ask", "why", "-v", "-v")):
        assert traced.code == 1
        assert "Traceback (most recent call last)" in traced.err
        assert "\x1b" not in traced.err


@pytest.mark.slow
def test_an_expected_error_has_no_traceback_but_with_vv(built_home: Home) -> None:
    assert "Traceback" not in built_home.footnote("-v", "show", "x").err
    assert "Traceback" in built_home.footnote("-vv", "show", "x").err


@pytest.mark.slow
def test_v_says_what_is_used(built_home: Home) -> None:
    run = built_home.footnote("-v", "ask", "--json", STRIKE)
    assert run.json["answerable"]
    assert f"Configuration: {built_home.config}\n" in run.err
    assert f"up to date: {built_home.index}, generation " in run.err


@pytest.mark.slow
def test_an_interrupt_is_130(built_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "ask", interrupted)
    run = built_home.footnote("ask", "why")
    assert (run.code, run.out, run.err) == (130, "", "error: interrupted\n")


INTERRUPTED_IMPORT = """
import signal, sys
sys.argv[1:] = {arguments}

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            try:
                signal.raise_signal(signal.SIGINT)
            except KeyboardInterrupt:
                if {swallowed}:
                    raise ImportError("initialization failed") from None
                raise

sys.meta_path.insert(0, Finder())
from bot.__main__ import run
run()
"""


@pytest.mark.slow
@pytest.mark.parametrize(("module", "swallowed"), [("click", False), ("click", True), ("faiss", True)])
def test_an_interrupt_while_modules_are_imported_is_130(
    built_home: Home, module: str, swallowed: bool
) -> None:
    """C extensions turn an interrupt during their import into an ImportError."""
    arguments = ["--config", str(built_home.config), "ask", STRIKE]
    code = INTERRUPTED_IMPORT.format(arguments=arguments, module=module, swallowed=swallowed)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, preexec_fn=hear_interrupts
    )
    assert (run.returncode, run.stdout, run.stderr) == (130, b"", b"error: interrupted\n")


@pytest.mark.slow
def test_an_interrupt_that_a_reader_swallows_publishes_nothing(home: Home) -> None:
    (home.corpus / "new.txt").write_text("Something new.")
    before = home.generation
    arguments = ["--config", str(home.config), "index"]
    code = INTERRUPTED_IMPORT.format(
        arguments=arguments, module="index.articles.file_formats", swallowed=True
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, preexec_fn=hear_interrupts
    )
    assert (run.returncode, run.stdout) == (130, b"")
    assert run.stderr.endswith(b"error: interrupted\n")
    assert home.generation == before


def test_the_command_is_called_footnote_however_it_was_started() -> None:
    run = subprocess.run([sys.executable, "-m", "bot", "ask"], cwd=ROOT, capture_output=True, text=True)
    assert run.stderr.startswith("Usage: footnote ask ")
