"""`kill -9` at every step of an update, while others read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from index.building.reuse import PreviousIndex
from index.config import Config
from index.storage.generations import open_current
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus

HARNESS = ("-m", "tests.support.kill_at_every_step")


@pytest.fixture
def config(tmp_path: Path, tiny_model_folder: Path, tiny_encoder_folder: Path) -> Config:
    config = make_config(tmp_path, tiny_model_folder)
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, tiny_encoder_folder)
    build(config)
    return config


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
@pytest.mark.parametrize("more", [[], ["segments"]])
def test_a_kill_at_any_step_leaves_a_whole_index(config: Config, more: list[str]) -> None:
    command = [sys.executable, *HARNESS, config.base, config.encoder, *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="the harness forks")
def test_a_kill_while_a_reader_is_exported_leaves_a_whole_index(
    config: Config, tiny_reader_folder: Path
) -> None:
    command = [sys.executable, *HARNESS, config.base, config.encoder, tiny_reader_folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 50


@pytest.mark.slow
def test_two_updates_and_readers_at_once(config: Config) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from tests.support.small_library import make_config\nfrom index.building.update import update\n"
        "print(update(make_config(Path(sys.argv[1]), Path(sys.argv[2])), lambda *_: None, wait=60).embedded)"
    )
    command = [sys.executable, "-c", code, config.base, config.encoder]
    write_corpus(config.corpus_directory, {"mice.txt": "Mice\n\nA mouse eats cheese.\n"})
    writers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(2)
    ]
    counts = set()
    while any(writer.poll() is None for writer in writers):
        counts.add(
            open_current(config.index_directory, lambda found: len(PreviousIndex.load(found).sentences))
        )
    embedded = [writer.communicate() for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0], embedded
    assert sorted(int(out) for out, _ in embedded) == [0, 3]  # one of them found the work done
    counts.add(open_current(config.index_directory, lambda found: len(PreviousIndex.load(found).sentences)))
    assert len(counts) == 2
