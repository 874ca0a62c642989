"""Staleness of an index: what is compared, what is not, and what is remembered."""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from index.building.staleness import compare, remember_times
from index.config import Config
from index.storage import generations
from tests.support.small_library import (
    IDS,
    OLD,
    build,
    current,
    make_config,
    texts,
    write,
)


@pytest.mark.slow
def test_nothing_changed_imports_no_framework(config: Config) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.support.small_library import make_config, build\n"
        "from index.building.staleness import compare\n"
        "config = make_config(Path(sys.argv[1]))\n"
        "assert compare(config).stale_because is None\n"
        "assert len(build(config).unchanged) == 3\n"
        "loaded = {name.partition('.')[0] for name in sys.modules}\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers', 'llama_index', 'bm25s', 'scipy'}\n"
        "assert not loaded & heavy"
    )
    subprocess.run([sys.executable, "-c", code, config.base], check=True)


def count_comparisons(monkeypatch: pytest.MonkeyPatch, call: Callable[[], object]) -> int:
    """Count the files whose contents `call` compares."""
    real, files = hashlib.file_digest, []
    with monkeypatch.context() as patch:
        patch.setattr(hashlib, "file_digest", lambda file, kind: files.append(file) or real(file, kind))
        call()
    return sum("corpus" in Path(file.name).parts for file in files)


def compare_and_remember(config: Config) -> None:
    remember_times(config, compare(config))


def test_asking_writes_nothing(config: Config) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        os.utime(path, (OLD - 5, OLD - 5))
    paths = [config.index_directory, *config.index_directory.rglob("*")]
    before = [path.stat().st_mtime_ns for path in paths]
    assert compare(config).stale_because is None
    assert [config.index_directory, *config.index_directory.rglob("*")] == paths
    assert [path.stat().st_mtime_ns for path in paths] == before


@pytest.mark.slow
@pytest.mark.parametrize("look", [compare_and_remember, build])
def test_touched_files_are_compared_once(
    config: Config, monkeypatch: pytest.MonkeyPatch, look: Callable[[Config], object]
) -> None:
    for path in config.corpus_directory.rglob("*.*"):
        os.utime(path, (OLD - 5, OLD - 5))
    sentences = texts(config)
    assert count_comparisons(monkeypatch, lambda: look(config)) == 3
    after = current(config)
    assert count_comparisons(monkeypatch, lambda: look(config)) == 0
    assert compare(config).stale_because is None
    report = build(config)
    assert (report.unchanged, report.embedded) == (IDS, 0)
    assert (current(config), texts(config)) == (after, sentences)


@pytest.mark.slow
def test_the_time_of_a_fresh_file_is_not_remembered_until_it_is_old(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = config.corpus_directory / "cats.txt"
    path.touch()
    build(config)
    before = current(config)
    assert count_comparisons(monkeypatch, lambda: compare_and_remember(config)) == 1
    assert current(config) == before
    os.utime(path, (OLD + 7, OLD + 7))
    assert count_comparisons(monkeypatch, lambda: compare_and_remember(config)) == 1
    settled = current(config)
    assert settled != before
    assert count_comparisons(monkeypatch, lambda: compare_and_remember(config)) == 0
    assert current(config) == settled


def test_times_that_cannot_be_stored_now_are_stored_later(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(config.corpus_directory / "cats.txt", (OLD + 7, OLD + 7))
    before = current(config)
    with generations.writers_lock(config.index_directory, 0):
        compare_and_remember(config)  # another process writes
    with monkeypatch.context() as patch:
        patch.setattr(os, "mkdir", lambda *_: (_ for _ in ()).throw(OSError(30, "Read-only file system")))
        compare_and_remember(config)
    assert current(config) == before
    compare_and_remember(config)
    assert current(config) != before


@pytest.mark.slow
def test_times_are_not_stored_in_an_index_that_was_replaced_meanwhile(config: Config) -> None:
    os.utime(config.corpus_directory / "cats.txt", (OLD + 7, OLD + 7))
    comparison = compare(config)
    write(config, "mice.txt", "Mice\n\nA mouse eats cheese.\n")
    build(config)
    before = current(config)
    remember_times(config, comparison)
    assert current(config) == before


def test_the_name_of_another_model_is_stale(tiny_config: Config) -> None:
    reason = compare(make_config(tiny_config.base)).stale_because
    assert reason
    assert reason.endswith(" to footnote")


def test_a_model_that_was_deleted_is_not_needed_to_ask(tiny_config: Config) -> None:
    shutil.rmtree(tiny_config.encoder)
    # The configured folder is gone, so that only its name is left to compare.
    assert compare(tiny_config).stale_because is None
