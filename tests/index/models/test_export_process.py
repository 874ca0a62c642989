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

pytestmark = pytest.mark.slow  # starts processes

OTHER_EXPORT = """
import os, shutil, sys
sys.path[:] = {path!r}
from index.models import export_process
from index.errors import *
def export(folder, target):
    print("a framework talks")
    STATEMENT
export_process.export_here = export
export_process.main()
"""


def instead(statement: str) -> str:
    """Return a program that runs `statement` instead of the export, without importing torch.

    The export itself in a process of its own is tested in test_quiet_exports.py.
    """
    return OTHER_EXPORT.replace("STATEMENT", statement)


def test_what_the_process_exports_is_there(tiny_encoder_folder: Path, tmp_path: Path) -> None:
    program = instead("shutil.copytree(folder, target)")
    export_encoder(tiny_encoder_folder, tmp_path / "export", program)
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


@pytest.mark.parametrize("kind", [ModelDamagedError, ModelMissingError])
def test_an_error_of_the_model_is_raised_here(
    kind: type[ModelDamagedError | ModelMissingError], tmp_path: Path
) -> None:
    program = instead(f"raise {kind.__name__}('It is so.', 'Do this.', reason=Reason.MODEL_DAMAGED)")
    with pytest.raises(kind) as caught:
        export_encoder(tmp_path, tmp_path / "export", program)
    found = caught.value.message, caught.value.remedy, caught.value.reason
    assert found == ("It is so.", "Do this.", Reason.MODEL_DAMAGED)


def test_an_error_of_the_disk_is_raised_here(tmp_path: Path) -> None:
    program = instead(f"raise OSError({errno.ENOSPC}, os.strerror({errno.ENOSPC}))")
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)) as caught:
        export_encoder(tmp_path, tmp_path / "export", program)
    assert caught.value.errno == errno.ENOSPC


def test_a_process_that_ends_without_a_word_is_an_error_of_the_model(tmp_path: Path) -> None:
    program = instead("os._exit(9)")
    with pytest.raises(ModelDamagedError, match="ended with status 9"):
        export_encoder(tmp_path, tmp_path / "export", program)


def test_a_damaged_model_is_named_with_its_reason(tiny_model_folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(tiny_model_folder, model)
    weights = next(model.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelDamagedError, match="cannot be loaded") as caught:
        export_here(model, tmp_path / "export")
    assert caught.value.reason == Reason.MODEL_DAMAGED


def test_a_target_that_cannot_be_written_is_an_error_of_the_disk(
    tiny_model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match=os.strerror(errno.ENOTDIR)) as caught:
        export_here(tiny_model_folder, tmp_path / "file" / "export")
    assert caught.value.errno == errno.ENOTDIR


def test_a_model_that_cannot_be_read_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> FrameworkEncoder:
        raise OSError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(FrameworkEncoder, "load", refuse)
    with pytest.raises(ModelDamagedError, match="Permission denied"):
        export_here(tmp_path, tmp_path / "export")
