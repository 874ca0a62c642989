"""An encoder and a reader are exported in a process of its own: the frameworks say nothing and ask nobody."""

import subprocess
import sys
from pathlib import Path

import pytest

from index.models.encoder import Encoder
from index.models.span_model import SpanModel

_EXPORTS = """
import sys
from pathlib import Path
from index.models.encoder_export import FrameworkEncoder
from index.models.export_process import export_here
from index.models.span_model_export import export_span_model
encoder, reader, exported = map(Path, sys.argv[1:])
FrameworkEncoder.load(encoder).embed(["a text"], lambda *_: None)
export_here(encoder, exported / "encoder")
export_span_model(reader, exported / "reader")
"""


@pytest.mark.slow
def test_frameworks_stay_quiet_and_offline(
    tiny_model_folder: Path, tiny_reader_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")  # as at a person's; the sockets of the process are blocked
    folders = [tiny_model_folder, tiny_reader_folder, tmp_path]
    command = [sys.executable, "-W", "always", "-c", _EXPORTS, *map(str, folders)]
    process = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout, process.stderr) == (0, "", "")
    assert Encoder.load(tmp_path / "encoder").dimension == 16
    assert SpanModel.load(tmp_path / "reader")
