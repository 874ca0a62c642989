"""Models of one index in the folder of another."""

from pathlib import Path

from index.config import Config
from index.storage.generations import check_encoder, open_current, writers_lock
from index.storage.index_folder import ENCODERS
from index.storage.linked_models import link_models


def test_an_encoder_is_on_the_disk_once(config: Config, tmp_path: Path) -> None:
    other = tmp_path / "other"
    encoder = open_current(config.index_directory, lambda current: current, check=False).encoder
    for _ in range(2):
        with writers_lock(other, 0):
            link_models(config.index_directory, other)
    linked = other / ENCODERS / encoder.name
    check_encoder(linked)
    model = next(path.name for path in encoder.iterdir() if path.suffix == ".onnx")
    assert (linked / model).samefile(encoder / model)


def test_without_an_index_nothing_is_linked(tmp_path: Path) -> None:
    with writers_lock(tmp_path / "other", 0):
        link_models(tmp_path / "none", tmp_path / "other")
    assert not (tmp_path / "other" / ENCODERS).exists()
