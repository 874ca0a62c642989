import errno
import importlib.metadata
import json
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

UNKNOWN = "What is the price of bitcoin?"
COMMANDS = {name: command for name, command in main.commands.items() if isinstance(command, Command)}


def sentence_of(home: Home, citation: dict[str, object]) -> str:
    article = citation["article"]
    assert isinstance(article, dict)
    text: str = home.footnote("show", "--json", article["id"]).json["text"]
    return text[citation["start"] : citation["end"]]  # type: ignore[index,misc,unused-ignore]


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


@pytest.mark.parametrize("name", [None, *COMMANDS])
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


@pytest.mark.slow
def test_an_answer_is_as_promised(built_home: Home) -> None:
    run = built_home.footnote("ask", "--json", STRIKE)
    assert (run.code, run.err) == (0, "")
    found = run.json
    assert list(found) == [
        "question",
        "answerable",
        "maybe",
        "confidence",
        "answer",
        "citations",
        "elapsed_ms",
    ]
    assert found["question"] == STRIKE
    assert found["answerable"] is True
    assert found["confidence"] == found["citations"][0]["score"] >= 0.2
    assert [citation["number"] for citation in found["citations"]] == [1, 2, 3]
    for citation in found["citations"]:
        assert sentence_of(built_home, citation) == citation["sentence"]
    first = found["citations"][0]
    start, end = first["highlight"] or (first["start"], first["end"])
    assert found["answer"] == first["sentence"][start - first["start"] : end - first["start"]]
    assert "the Pentagon confirmed" in first["sentence"]


@pytest.mark.slow
def test_the_same_question_gives_the_same_answer(built_home: Home) -> None:
    first, second = (built_home.footnote("ask", "--json", STRIKE).json for _ in range(2))
    first.pop("elapsed_ms"), second.pop("elapsed_ms")
    assert first == second


@pytest.mark.slow
def test_words_without_quotes_are_one_question(built_home: Home) -> None:
    run = built_home.footnote("ask", "Who", "confirmed", "it?", "--json")
    assert run.json["question"] == "Who confirmed it?"
    dashed = built_home.footnote("ask", "--json", "--", "--who", "confirmed it?")
    assert dashed.json["question"] == "--who confirmed it?"


@pytest.mark.slow
def test_unanswered_exits_with_3_and_cites_the_nearest(built_home: Home) -> None:
    run = built_home.footnote("ask", "--json", UNKNOWN)
    assert run.code == 3
    assert (run.json["answerable"], run.json["answer"]) == (False, None)
    assert len(run.json["citations"]) == 3
    plain = built_home.footnote("ask", UNKNOWN)
    assert plain.code == 3
    assert plain.out.startswith("The articles do not say.\n")


@pytest.mark.slow
def test_top_k_and_article(built_home: Home) -> None:
    run = built_home.footnote("ask", "--json", "--top-k", "2", "--article", "notes/bees", STRIKE)
    assert [citation["article"]["id"] for citation in run.json["citations"]] == ["notes/bees"] * 2
    assert run.json["citations"][0]["article"] == {
        "id": "notes/bees",
        "title": "How bees keep warm",
        "url": "https://example.org/bees",
    }
    most = built_home.footnote("ask", "--json", "--top-k", "50", STRIKE).json["citations"]
    assert len(most) == sum(row["sentences"] for row in built_home.footnote("articles", "--json").json)


@pytest.mark.parametrize("question", ["", " \t\n", "\0", "\u200b\u2060\ufeff", "\u202e"])
def test_an_empty_question_is_wrong_usage_and_builds_no_index(tmp_path: Path, question: str) -> None:
    home = Home(tmp_path)
    home.config.touch()
    run = home.footnote("ask", question)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("error: ")
    assert not home.index.exists()


@pytest.mark.slow
@pytest.mark.parametrize(
    "question",
    ["?", "x", "\U0001f41d" * 3, "من أكد الضربة؟", "a\ud800b", "who\0", "\u202ewho\u202c", "w" * 100_000],
)
def test_odd_questions_are_answered_or_declined(built_home: Home, question: str) -> None:
    run = built_home.footnote("ask", "--json", question)
    assert run.code in (0, 3), run.err
    assert run.json["citations"]
    assert built_home.footnote("ask", question).code == run.code


@pytest.mark.slow
def test_bytes_that_are_no_text_are_no_traceback(built_home: Home) -> None:
    process = built_home.start(
        "ask", "--json", b"\xff\xfe who?", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )  # type: ignore[arg-type]
    out, err = process.communicate(timeout=60)
    assert process.returncode in (0, 3), err
    assert json.loads(out)["question"].endswith(" who?")


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
def test_articles_are_listed(built_home: Home) -> None:
    run = built_home.footnote("articles", "--json")
    assert [(row["id"], row["file"]) for row in run.json] == [
        ("coalition-strikes-near-al-tanf", "coalition-strikes-near-al-tanf.txt"),
        ("notes/bees", "notes/bees.md"),
    ]
    assert [list(row) for row in run.json] == [["id", "title", "url", "file", "characters", "sentences"]] * 2
    for row in run.json:
        shown = built_home.footnote("show", "--json", row["id"]).json
        assert list(shown) == ["id", "title", "url", "file", "characters", "sentences", "text"]
        assert shown["characters"] == len(shown["text"]) == row["characters"]
        assert len(shown["sentences"]) == row["sentences"]
    plain = built_home.footnote("articles").out
    assert "notes/bees\n    How bees keep warm, 3 sentences\n    https://example.org/bees\n" in plain


@pytest.mark.slow
def test_show_numbers_the_sentences(built_home: Home) -> None:
    shown = built_home.footnote("show", "--json", "notes/bees").json
    lines = built_home.footnote("show", "notes/bees").out.splitlines()
    numbered = [
        f"{number}  {shown['text'][slice(*span)]}" for number, span in enumerate(shown["sentences"], 1)
    ]
    assert lines[-len(numbered) :] == numbered
    assert lines[:5] == [
        "How bees keep warm",
        "Anonymous",
        "2021-12-01",
        "notes/bees.md",
        "https://example.org/bees",
    ]


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
