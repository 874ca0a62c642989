"""The tiny model, saved and exported once, and a small library of real and made articles, built once."""

import os
import shutil
from pathlib import Path

import pytest

from index.building.staleness import compare, remember_times
from index.config import Config
from index.models.encoder_export import FrameworkEncoder
from tests.support.paths import CORPUS
from tests.support.shared_folders import link_index, shared_folder
from tests.support.small_library import ARTICLES, IDS, build, make_config, provide_encoder, write_corpus
from tests.support.tiny_encoder import save_tiny_model

BRIDGES = "The red bridge\n\nThe red bridge is 900 metres long. {}\n"


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny model; tests only read it."""
    return shared_folder(tmp_path_factory, "tiny-model", save_tiny_model) / "model"


@pytest.fixture(scope="session")
def tiny_encoder_folder(tiny_model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the exported tiny model; tests only read it."""
    return shared_folder(
        tmp_path_factory,
        "tiny-encoder",
        lambda folder: FrameworkEncoder.load(tiny_model_folder).export(folder),
    )


@pytest.fixture(scope="session")
def library_config(encoder_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the configuration file of a built library; tests only read it."""
    name = "config.toml"

    def fill(base: Path) -> None:
        shutil.copytree(CORPUS, base / "corpus")
        write_corpus(
            base / "corpus",
            {
                "bridges/one.txt": BRIDGES.format("It was opened in 1931."),
                "bridges/two.txt": BRIDGES.format("Ships pass below it."),
                "bridges/three.txt": BRIDGES.format("The red bridge is 900 metres long. Nobody lives there."),
                "bridges/three.txt.toml": 'url = "https://bridges.example/red"\n',
            },
        )
        (base / name).write_text('[index]\ndirectory = "index"\n', encoding="utf-8")
        config = Config.read(base / name)
        provide_encoder(config, encoder_folder)
        build(config)

    return shared_folder(tmp_path_factory, "library", fill) / name


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory, encoder_folder: Path) -> Path:
    """Return the folder of ARTICLES and of their index; tests only read it."""

    def fill(base: Path) -> None:
        config = make_config(base)
        write_corpus(base / "corpus", ARTICLES)
        provide_encoder(config, encoder_folder)
        report = build(config)
        assert (report.added, report.rebuilt, report.skipped) == (IDS, None, ())
        assert report.embedded > 6

    return shared_folder(tmp_path_factory, "index", fill)


@pytest.fixture
def config(built_index: Path, tmp_path: Path) -> Config:
    """An index of ARTICLES to change."""
    link_index(built_index, tmp_path)
    for path in (tmp_path / "corpus").rglob("*.*"):  # a copy of its own, for tests that write to it
        content, status = path.read_bytes(), path.stat()
        path.unlink()
        path.write_bytes(content)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    config = make_config(tmp_path)
    remember_times(config, compare(config))  # those of the copies
    return config
