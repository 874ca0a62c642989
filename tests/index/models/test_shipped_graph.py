"""The graph of the shipped encoder gives what a framework exports of it, without the framework."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.errors import ModelDamagedError, Reason
from index.models import shipped_graph
from index.models.encoder import GRAPH_FILE, SETTINGS_FILE, Encoder
from index.models.encoder_export import FrameworkEncoder
from index.models.shipped_encoder import shipped_encoder_folder, shipped_graph_folder, write_sums
from index.models.shipped_graph import (
    LAYOUT_FILE,
    export_shipped_encoder,
    keep_graph,
)

TEXTS = ["Who is mayor?", "Der Flughafen liegt südöstlich von Zürich.", "one two three four " * 200]


@pytest.mark.slow
def test_it_gives_what_the_framework_exports(tmp_path: Path) -> None:
    framework, here = tmp_path / "framework", tmp_path / "here"
    FrameworkEncoder.load(shipped_encoder_folder()).export(framework)
    here.mkdir()
    export_shipped_encoder(here)
    expected = Encoder.load(framework).encode_texts(TEXTS)
    assert np.allclose(Encoder.load(here).encode_texts(TEXTS), expected, atol=1e-6)
    # The graph is kept as it would be now.
    kept = tmp_path / "kept"
    keep_graph(framework, shipped_encoder_folder(), kept)
    for name in (LAYOUT_FILE, SETTINGS_FILE):
        assert (kept / name).read_text() == (shipped_graph_folder() / name).read_text()


def test_no_framework_is_loaded(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from index.models.shipped_graph import export_shipped_encoder;"
        f"export_shipped_encoder(Path({str(tmp_path)!r}));"
        "print(*{'torch', 'onnx', 'transformers'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
    assert Encoder.load(tmp_path).encode_texts(["a"]).shape == (1, 384)


@pytest.mark.parametrize("layout", ["", "{}", '{"weights": [["no such tensor", false]]}'])
def test_a_graph_of_another_model_is_damage(
    layout: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / LAYOUT_FILE).write_text(layout)
    write_sums(tmp_path, [tmp_path / LAYOUT_FILE])
    _expect_damage("does not fit the encoder", tmp_path, monkeypatch)


@pytest.mark.parametrize("name", [GRAPH_FILE, SETTINGS_FILE, LAYOUT_FILE])
def test_a_damaged_file_is_named(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(shipped_graph_folder(), tmp_path, dirs_exist_ok=True)
    damaged = bytearray((tmp_path / name).read_bytes())
    damaged[len(damaged) // 2] ^= 1
    (tmp_path / name).write_bytes(damaged)
    _expect_damage(f"{name}: expected sha256", tmp_path, monkeypatch)


def _expect_damage(message: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = folder / "target"
    monkeypatch.setattr(shipped_graph, "shipped_graph_folder", lambda: folder)
    with pytest.raises(ModelDamagedError, match=message) as raised:
        export_shipped_encoder(target)
    assert raised.value.reason == Reason.SHIPPED_ENCODER_DAMAGED
    assert not target.exists()
