"""An index built with a model that tests may change."""

import shutil
from pathlib import Path

import pytest

from index.config import Config
from tests.support.small_library import ARTICLES, build, make_config, provide_encoder, write_corpus


@pytest.fixture
def tiny_config(tmp_path: Path, tiny_model_folder: Path, tiny_encoder_folder: Path) -> Config:
    """An index of ARTICLES, built with a copy of the tiny model."""
    shutil.copytree(tiny_model_folder, tmp_path / "model")
    config = make_config(tmp_path, tmp_path / "model")
    write_corpus(config.corpus_directory, ARTICLES)
    provide_encoder(config, tiny_encoder_folder)
    build(config)
    return config
