"""The tiny model, saved and exported once."""

from pathlib import Path

import pytest
from tiny_model import save_tiny_model

from index.export import export_encoder


@pytest.fixture(scope="session")
def tiny_model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny model; tests only read it."""
    return save_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def tiny_encoder_folder(tiny_model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the exported tiny model; tests only read it."""
    folder = tmp_path_factory.mktemp("tiny-encoder")
    export_encoder(tiny_model_folder, folder)
    return folder
