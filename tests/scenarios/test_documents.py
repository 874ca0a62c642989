"""Everything that the documents link to or name exists."""

import importlib
import re
import tomllib
from pathlib import Path

import click
import pytest

from bot.config import BotConfig, read_config
from bot.terminal.cli import main
from tests.support.paths import ROOT
from tests.support.tables import each_row

CARDS = [
    "index/models/encoder_model/MODEL_CARD.md",
    "index/reading/reader_model/MODEL_CARD.md",
    "index/writing/support_model/MODEL_CARD.md",
]
LIBRARIES = "index/training/libraries/README.md"
NAMES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", *CARDS, LIBRARIES]
NAMES += sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
DOCUMENTS = {name: (ROOT / name).read_text("utf-8") for name in NAMES}
TOP = r"(?:bot|corpus|deploy|docs|index|tests|\.ci)"


def mentions(pattern: str) -> list[tuple[str, str]]:
    """Pair each document with each match of `pattern` in it, without repetitions."""
    return [(name, match) for name in NAMES for match in sorted(set(re.findall(pattern, DOCUMENTS[name])))]


def file_of(dotted: str) -> Path | None:
    """Return the file of a module, for a package the one that `python -m` runs; None if there is none."""
    path = ROOT.joinpath(*dotted.split("."))
    for file in (path.with_suffix(".py"), path / "__main__.py", path / "__init__.py", path):
        if file.exists():
            return file
    return None


@each_row("document, link", mentions(r"\]\((?!http)([^)#]+)(?:#[^)]*)?\)"))
def test_every_file_that_is_linked_exists(document: str, link: str) -> None:
    assert ((ROOT / document).parent / link).is_file()


@each_row("document, link", mentions(r"\]\((?!http)([^)#]*#[^)]*)\)"))
def test_every_section_that_is_linked_exists(document: str, link: str) -> None:
    path, _, anchor = link.partition("#")
    text = ((ROOT / document).parent / path).read_text("utf-8")
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    assert anchor in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@each_row("document, path", mentions(rf"(?<![\w/.-]){TOP}/[\w./-]*\w"))
def test_every_path_that_is_named_exists(document: str, path: str) -> None:
    if path != "corpus/a.md":  # an example
        assert (ROOT / path).exists()


@each_row("document, name", mentions(r"`((?:bot|index|tests)(?:\.\w+)+)"))
def test_every_module_that_is_named_exists(document: str, name: str) -> None:
    if not file_of(name):
        parent, _, attribute = name.rpartition(".")
        assert hasattr(importlib.import_module(parent), attribute)


@each_row("document, command", mentions(r"python -m ((?:index|tests)\.[\w.]+(?: (?!#)[^`\n|]+)?)"))
def test_every_module_that_is_run_exists_with_its_options(document: str, command: str) -> None:
    name, *arguments = command.split()
    file = file_of(name)
    assert file
    source = file.read_text("utf-8")
    assert "__main__" in source
    assert all(f'"{argument}"' in source for argument in arguments if argument.startswith("--"))


@each_row("document, command", mentions(r"(?<![\w/-])footnote ([a-z]+(?: --[a-z][\w-]*)*)"))
def test_every_command_with_its_options_exists(document: str, command: str) -> None:
    name, *options = command.split()
    assert isinstance(main, click.Group)
    if f"`footnote {command}" in DOCUMENTS[document]:
        parameters = main.commands[name].params
        assert set(options) <= {option for parameter in parameters for option in parameter.opts}


@each_row("document, key", mentions(r"`\[([a-z]+\] [a-z_]+)"))
def test_every_key_that_is_named_exists(document: str, key: str) -> None:
    section, name = key.split("] ")
    assert name in getattr(BotConfig(), section).model_dump()


def test_the_configuration_file_holds_the_defaults() -> None:
    path = ROOT / "config.toml"
    defaults = BotConfig().model_dump(exclude_none=True)
    assert tomllib.loads(path.read_text("utf-8")) == {k: v for k, v in defaults.items() if k != "base"}
    assert read_config(path).answer == BotConfig().answer


def test_the_lab_notebook_is_linked_from_no_document() -> None:
    assert not [name for name in NAMES if "(docs/lab-notebook.md" in DOCUMENTS[name]]


def test_no_document_is_forgotten() -> None:
    folders = [ROOT.glob("*.md"), *((ROOT / name).rglob("*.md") for name in ("bot", "docs", "index"))]
    documents = {path.relative_to(ROOT) for paths in folders for path in paths}
    assert {str(path) for path in documents if "corpus" not in path.parts} == set(NAMES)


@pytest.mark.parametrize("container", ["index", "bot", "bot.discord"])
def test_the_documented_layers_are_those_that_import_linter_holds(container: str) -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [contract["layers"] for contract in contracts if contract.get("containers") == [container]]
    (line,) = re.findall(
        rf"^- `{container}`: ((?:.*\n  )*.*)$", DOCUMENTS["docs/architecture.md"], re.MULTILINE
    )
    documented = [set(re.findall(r"\w+", layer)) for layer in line.split("→")]
    assert documented == [set(layer.split(" | ")) for layer in reversed(layers) if layer != "__main__"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "benchmarks").glob("*.py")), ids=lambda path: path.stem
)
def test_every_benchmark_can_be_imported(path: Path) -> None:
    importlib.import_module(f"tests.benchmarks.{path.stem}")
