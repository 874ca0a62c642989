"""What the README shows and names is so."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from llama_index.core.agent.workflow import FunctionAgent
from llama_index.core.llms.mock import MockFunctionCallingLLM

from bot.terminal.cli import main
from index.llamaindex.query_engine import FootnoteQueryEngine
from tests.support.homes import ROOT, Home
from tests.support.pseudo_terminal import PseudoTerminal

README = (ROOT / "README.md").read_text(encoding="utf-8")
_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\")


def test_the_first_answer_is_the_real_one(built_home: Home, tmp_path: Path) -> None:
    """Run the README's first command on a terminal of 80 columns, over the articles that come with it."""
    block = re.search(r"```console\n\$ (.*)\n((?:.*\n)*?)```", README)
    assert block
    (question,) = re.findall(r'^footnote ask "(.*)"$', block[1])
    config = tmp_path / "config.toml"
    config.write_text((ROOT / "config.toml").read_text("utf-8").replace(".footnote", str(tmp_path / "index")))
    config.write_text(config.read_text("utf-8").replace('"corpus"', f'"{ROOT / "corpus"}"'))
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "encoders").symlink_to(built_home.index / "encoders")
    command = [sys.executable, "-m", "bot", "--config", str(config), "-q", "ask", question]
    terminal = PseudoTerminal(80)
    subprocess.run(command, stdout=terminal.device, stderr=subprocess.PIPE, cwd=ROOT, check=True)
    assert _STYLE.sub("", terminal.shown()) == block[2]


def test_the_command_that_sets_up_asks_the_same_question() -> None:
    (first,) = re.findall(r"^\$ (footnote ask .*)$", README, re.MULTILINE)
    assert f".venv/bin/{first}" in README


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_file_that_is_linked_exists(link: str) -> None:
    assert (ROOT / link).is_file()


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`footnote ([a-z]+)", README))))
def test_every_command_that_is_named_exists(command: str) -> None:
    assert isinstance(main, click.Group)
    assert command in main.commands


@pytest.mark.parametrize("script", sorted(set(re.findall(r"tests/\w+/\w+\.py", README))))
def test_every_script_that_is_named_exists(script: str) -> None:
    assert (ROOT / script).is_file()


def test_the_lines_for_llamaindex_run(built_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    block = re.search(r"```python\n((?:.*\n)*?)```", README)
    assert block
    monkeypatch.chdir(built_home.folder)
    names: dict[str, object] = {"llm": MockFunctionCallingLLM()}
    exec(block[1], names)  # noqa: S102 - the README's own lines
    engine = names["engine"]
    assert isinstance(engine, FootnoteQueryEngine)
    assert isinstance(names["agent"], FunctionAgent)
    assert "shiver" in engine.query("How do bees keep warm?").source_nodes[0].node.get_content()


def test_no_placeholder_is_left() -> None:
    assert not re.findall(r"^[A-Z]{5,}$", README, re.MULTILINE)
