"""Which reader answers, and how one that is named comes into the index."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from index.building.model_changes import current_state
from index.building.staleness import compare, remember_times
from index.config import AnswerSection, Config
from index.errors import IndexDamagedError, IndexStaleError, ModelDamagedError, ModelMissingError
from index.library import Library
from index.models import model_folders
from index.models.span_model import SpanModel
from index.reading import reader_choice
from index.reading.reader import RetrievalReader
from index.reading.reader_choice import (
    exported_reader_folder,
    load_span_model,
    make_reader,
    own_reader_folder,
)
from index.storage import generations
from index.storage.catalog import Catalog
from tests.support.small_library import OLD, build, check_vectors, current, earlier, write

Exports = list[str]


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> Exports:
    """Export readers by copying their weights; what was exported, in order."""
    done: Exports = []

    def export(model_folder: Path, target: Path) -> None:
        done.append(model_folder.name)
        shutil.copy(model_folder / "model.safetensors", target / "reader.onnx")

    monkeypatch.setitem(
        sys.modules, "index.models.span_model_export", SimpleNamespace(export_span_model=export)
    )
    return done


def reading(config: Config, reader: str | Path) -> Config:
    return config.model_copy(update={"answer": AnswerSection(reader=str(reader))})


@pytest.fixture
def named(config: Config, tiny_reader_folder: Path, exports: Exports) -> Config:
    """An index with a reader of its own."""
    shutil.copytree(tiny_reader_folder, config.base / "reader")
    config = reading(config, "reader")
    build(config)
    return config


def exported(config: Config) -> Path:
    return generations.open_current(
        config.index_directory, lambda found: exported_reader_folder(config, found), check=False
    )


def readers(config: Config) -> list[str]:
    return sorted(path.name for path in (config.index_directory / "readers").iterdir())


@pytest.mark.slow
def test_naming_a_reader_exports_it_and_nothing_else(
    config: Config, tiny_reader_folder: Path, exports: Exports
) -> None:
    before = earlier(config).generation
    named = reading(config, tiny_reader_folder)
    assert compare(named).stale_because == f"the configured reader is now {tiny_reader_folder}"
    with pytest.raises(IndexStaleError, match="built without the reader"):
        Library.open(named)
    report = build(named)
    assert (report.embedded, len(report.unchanged), report.rebuilt) == (0, 3, None)
    after = earlier(named).generation
    assert after.fingerprint == before.fingerprint
    for path in before.folder.iterdir():
        if path.name not in ("files.json", "manifest.json"):
            assert path.samefile(after.folder / path.name)
    assert (exported(named) / "reader.onnx").is_file()
    assert compare(named).stale_because is None
    published = current(named)
    build(named)
    assert (current(named), exports) == (published, [tiny_reader_folder.name])


@pytest.mark.slow
def test_a_reader_stays_while_the_articles_change(named: Config, exports: Exports) -> None:
    write(named, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    assert build(named).added == ("mice",)
    assert exported(named).is_dir()
    check_vectors(named)
    assert exports == ["reader"]


@pytest.mark.slow
def test_another_reader_in_the_same_folder(named: Config, exports: Exports) -> None:
    before = exported(named)
    weights = named.base / "reader" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    assert compare(named).stale_because == "the reader changed since the index was built"
    assert exported(named) == before, "until then the earlier one reads"
    assert build(named).embedded == 0
    assert exports == ["reader", "reader"]
    assert (compare(named).stale_because, exported(named) != before) == (None, True)
    write(named, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    build(named)
    assert readers(named) == [exported(named).name], "the earlier one goes with its last generation"


@pytest.mark.slow
def test_a_touched_reader_is_the_same(
    named: Config, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in (named.base / "reader").iterdir():
        os.utime(path, (OLD, OLD))
    before = current(named)
    comparison = compare(named)
    assert comparison.stale_because is None
    remember_times(named, comparison)
    assert current(named) != before, "it remembers the times"
    monkeypatch.setattr(model_folders, "model_fingerprint", lambda _: pytest.fail("the files are read again"))
    assert compare(named).stale_because is None
    build(named)
    assert exports == ["reader"]
    assert exported(named).is_dir()


@pytest.mark.slow
@pytest.mark.parametrize("other", ["footnote", "none"])
def test_who_needs_no_export_keeps_none(named: Config, other: str) -> None:
    config = reading(named, other)
    assert compare(config).stale_because is None, "nothing is amiss"
    assert build(config).embedded == 0
    assert earlier(config).generation.exported_reader is None
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    build(config)
    assert readers(config) == []


def test_a_reader_that_went_away_is_not_needed_to_ask(named: Config) -> None:
    absolute = reading(named, named.base / "reader")
    assert compare(absolute).stale_because is None
    shutil.rmtree(named.base / "reader")
    assert compare(absolute).stale_because is None
    assert exported(absolute).is_dir()


def test_a_reader_that_is_not_here_leaves_the_index_as_it_is(config: Config, exports: Exports) -> None:
    before = current(config)
    with pytest.raises(ModelMissingError, match="nobody/no-such-reader"):
        build(reading(config, "nobody/no-such-reader"))
    assert (current(config), exports) == (before, [])
    assert compare(config).stale_because is None


def change(folder: Path) -> None:
    path = folder / "reader.onnx"
    path.write_bytes(path.read_bytes()[:-1] + b"!")


def swap(folder: Path) -> None:
    """Replace the export by one that is whole in itself."""
    root = folder.parents[1]
    with generations.writers_lock(root, 0):
        generations.put_reader(root, folder.name, lambda made: (made / "reader.onnx").touch())


@pytest.mark.slow
@pytest.mark.parametrize("harm", [change, swap, shutil.rmtree, lambda path: (path / "reader.onnx").unlink()])
def test_a_damaged_export_is_named_and_made_again(
    named: Config, exports: Exports, harm: Callable[[Path], None]
) -> None:
    folder = exported(named)
    harm(folder)
    with pytest.raises(IndexDamagedError):
        Library.open(named)
    report = build(named)
    assert (report.embedded, report.rebuilt, len(exports)) == (0, None, 2)
    assert exported(named) == folder


def test_an_interrupted_export_leaves_nothing_half(
    config: Config, tiny_reader_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(model_folder: Path, target: Path) -> None:
        (target / "reader.onnx").touch()
        raise KeyboardInterrupt

    monkeypatch.setitem(
        sys.modules, "index.models.span_model_export", SimpleNamespace(export_span_model=interrupted)
    )
    before = current(config)
    with pytest.raises(KeyboardInterrupt):
        build(reading(config, tiny_reader_folder))
    assert (current(config), readers(config)) == (before, [])


@pytest.mark.slow
def test_another_form_of_export_is_made_again(
    named: Config, exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.models.span_model.FORMAT", 10**6)
    assert compare(named).stale_because == "the reader changed since the index was built"
    with pytest.raises(IndexStaleError, match="export format of the reader"):
        exported(named)
    assert build(named).embedded == 0
    assert len(exports) == 2


@pytest.mark.slow
def test_none_reads_with_retrieval_alone(config: Config) -> None:
    config = reading(config, "none")
    generation = earlier(config).generation
    assert load_span_model(config, generation) is None
    assert isinstance(make_reader(None, Catalog(generation.folder)), RetrievalReader)
    assert Library.open(config).ask("Who drinks milk?").citations


@pytest.mark.slow
def test_an_exported_reader_serves_llamaindex_and_needs_no_framework(
    config: Config, tiny_reader_folder: Path
) -> None:
    """Export for real, then ask as an agent does."""
    from index.llamaindex import FootnoteQueryEngine

    path = config.base / "config.toml"
    path.write_text(f"[index]\ndirectory = 'index'\n[answer]\nreader = '{tiny_reader_folder}'\n")
    build(Config.read(path))
    assert FootnoteQueryEngine.from_config(path).query("How many people live in Raqqa?").source_nodes
    code = (
        "import sys; from pathlib import Path\nfrom index.config import Config\n"
        "from index.building.staleness import compare\nfrom index.library import Library\n"
        "config = Config.read(Path(sys.argv[1]))\nassert compare(config).stale_because is None\n"
        "assert Library.open(config).ask('Who drinks milk?').citations\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "assert 'onnxruntime' in loaded\nassert not loaded & {'torch', 'transformers', 'onnx', 'llama_index'}"
    )
    subprocess.run([sys.executable, "-c", code, path], check=True)


def test_a_reader_without_files_is_as_it_was(named: Config) -> None:
    state = earlier(named).state.reader
    assert state
    assert current_state(state) == state
    shutil.rmtree(state.folder)
    assert current_state(state) == state


@pytest.mark.slow
def test_another_reader_in_its_place_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "package"
    shutil.copytree(own_reader_folder(), package / "reader_model")
    monkeypatch.setattr(reader_choice, "files", lambda _: package)
    assert SpanModel.load(own_reader_folder()).read("Who?", ["Mary did."])
    settings = package / "reader_model" / "reader.json"
    changed = json.loads(settings.read_text("utf-8")) | {"tokens": 128}
    settings.write_text(json.dumps(changed), "utf-8")
    with pytest.raises(ModelDamagedError, match=r"reader\.json: expected sha256"):
        own_reader_folder()
    shutil.rmtree(package)
    with pytest.raises(ModelDamagedError, match=r"reader\.json"):
        own_reader_folder()
