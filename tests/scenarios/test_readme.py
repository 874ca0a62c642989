"""The README's examples, run."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.homes import ROOT, Home
from tests.support.pseudo_terminal import PseudoTerminal

README = (ROOT / "README.md").read_text(encoding="utf-8")
_PERCENT = re.compile(r"(\d+)%")
_STYLE = re.compile(r"\x1b\[[\d;]*m|\x1b\]8;[^\x1b]*\x1b\\")


@pytest.mark.slow
def test_the_answer_shown_first_is_what_the_command_prints(
    built_home: Home, tmp_path: Path, open_terminal: Callable[[int], PseudoTerminal]
) -> None:
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
    terminal = open_terminal(80)
    subprocess.run(command, stdout=terminal.device, stderr=subprocess.PIPE, cwd=ROOT, check=True)
    shown = _STYLE.sub("", terminal.shown())
    assert _PERCENT.sub("%", shown) == _PERCENT.sub("%", block[2])
    # Processors round the 8-bit reader differently: the last digit is not the same on all of them.
    assert int(_PERCENT.findall(shown)[0]) == pytest.approx(int(_PERCENT.findall(block[2])[0]), abs=2)


def test_the_command_to_try_it_asks_the_same_question() -> None:
    (first,) = re.findall(r"^\$ (footnote ask .*)$", README, re.MULTILINE)
    assert f".venv/bin/{first}" in README


def example(first_line: str) -> str:
    """Return the Python example that begins with this line."""
    (block,) = re.findall(rf"```python\n({re.escape(first_line)}\n(?:.*\n)*?)```", README)
    return str(block)


@pytest.mark.slow
def test_the_python_example_prints_answer_and_sentence(
    home: Home, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(home.folder)
    exec(example("from index import Config, Library, update"), {})  # noqa: S102 - the README's own lines
    assert capsys.readouterr().out.startswith("90,000 The U.S. dropped 90,000 brightly-colored leaflets")


@pytest.mark.slow
def test_the_llamaindex_example_makes_a_tool(built_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    from llama_index.core.agent.workflow import FunctionAgent
    from llama_index.core.llms.mock import MockFunctionCallingLLM

    from index.llamaindex import FootnoteQueryEngine

    monkeypatch.chdir(built_home.folder)
    names: dict[str, object] = {"llm": MockFunctionCallingLLM()}
    exec(example("from llama_index.core.agent.workflow import FunctionAgent"), names)  # noqa: S102 - the README's own lines
    engine = names["engine"]
    assert isinstance(engine, FootnoteQueryEngine)
    assert isinstance(names["agent"], FunctionAgent)
    assert "shiver" in engine.query("How do bees keep warm?").source_nodes[0].node.get_content()
