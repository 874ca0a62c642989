"""The export in a process of its own: it succeeds, or says why not as the export itself would."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from index.errors import ModelDamagedError, ModelMissingError, Reason
from index.models.encoder import Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.export_process import export_encoder, export_here

pytestmark = pytest.mark.slow  # starts processes that import torch


def test_an_encoder_is_exported(tiny_model_folder: Path, tmp_path: Path) -> None:
    export_encoder(tiny_model_folder, tmp_path / "export")
    assert Encoder.load(tmp_path / "export").dimension == 16


def test_a_missing_model_is_named(tmp_path: Path) -> None:
    with pytest.raises((ModelMissingError, ModelDamagedError)) as caught:
        export_encoder(tmp_path / "nothing", tmp_path / "export")
    with pytest.raises(type(caught.value)) as expected:
        export_here(tmp_path / "nothing", tmp_path / "export")
    assert (caught.value.message, caught.value.reason, caught.value.remedy) == (
        expected.value.message,
        expected.value.reason,
        expected.value.remedy,
    )


def test_a_damaged_model_is_named_with_its_reason(tiny_model_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_model_folder, model)
    weights = next(model.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelDamagedError, match="cannot be loaded") as caught:
        export_encoder(model, tmp_path / "export")
    assert caught.value.reason == Reason.MODEL_DAMAGED


def test_a_target_that_cannot_be_written_is_an_error_of_the_disk(
    tiny_model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=os.strerror(errno.ENOTDIR)) as caught:
        export_encoder(tiny_model_folder, tmp_path / "file" / "export")
    assert caught.value.errno == errno.ENOTDIR


def test_a_model_that_cannot_be_read_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> FrameworkEncoder:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FrameworkEncoder, "load", refuse)
    with pytest.raises(ModelDamagedError, match="Permission denied"):
        export_here(tmp_path, tmp_path / "export")
