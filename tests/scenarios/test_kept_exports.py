"""An export that is kept between runs of the tests: only the one that would be made now is taken."""

import shutil
from pathlib import Path

import pytest

from index.config import DEFAULT_ENCODER
from index.models.encoder import WEIGHTS_FILE, Encoder
from index.models.model_folders import resolve_encoder
from tests.support import kept_exports
from tests.support.kept_exports import export_key, fill_from_kept
from tests.support.paths import ROOT

FILES = {"encoder.onnx": b"graph", WEIGHTS_FILE: b"weights", "tokenizer.json": b"{}"}


class Exports:
    """Exports by a model that costs nothing; `made` counts those that were not kept."""

    def __init__(self, base: Path) -> None:
        self.kept = base / "kept"
        self.kept.mkdir()
        self.base, self.made, self.asked = base, 0, 0

    def take(self, key: str = "one") -> bool:
        """Fill a folder; returns whether nothing was exported, and checks what is there."""
        self.asked += 1
        folder = self.base / f"run-{self.asked}"
        folder.mkdir()
        before = self.made
        kept = fill_from_kept(folder, self.kept, key, self._export)
        assert kept == (self.made == before)
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES
        return kept

    def _export(self, folder: Path) -> None:
        assert list(folder.iterdir()) == []
        self.made += 1
        for name, content in FILES.items():
            (folder / name).write_bytes(content)


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path)


def test_the_second_run_takes_what_the_first_made(exports: Exports) -> None:
    assert [exports.take(), exports.take(), exports.take()] == [False, True, True]


@pytest.mark.parametrize("damage", ["changed", "truncated", "missing", "manifest", "no manifest"])
def test_a_damaged_one_is_exported_anew(exports: Exports, damage: str) -> None:
    exports.take()
    weights, manifest = (exports.kept / "one" / name for name in (WEIGHTS_FILE, "manifest.json"))
    match damage:
        case "changed":
            weights.write_bytes(b"wEights")
        case "truncated":
            weights.write_bytes(b"weight")
        case "missing":
            weights.unlink()
        case "manifest":
            manifest.write_text("[]")
        case "no manifest":
            manifest.unlink()
    assert [exports.take(), exports.take()] == [False, True]


def test_one_of_something_else_is_not_taken_and_makes_room(exports: Exports) -> None:
    exports.take()
    (exports.kept / "two.draft").mkdir()  # of a run that was killed
    assert [exports.take("two"), exports.take("two"), exports.take("one")] == [False, True, False]
    assert sorted(path.name for path in exports.kept.iterdir()) == ["lock", "one"]


def test_a_failed_export_keeps_nothing(exports: Exports, tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / WEIGHTS_FILE).write_bytes(b"half")
        raise MemoryError

    with pytest.raises(MemoryError):
        fill_from_kept(tmp_path / "run", exports.kept, "one", fail)
    assert not exports.take()


def test_the_key_tells_models_packages_and_code_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, code = resolve_encoder(DEFAULT_ENCODER), tmp_path / "models"
    other = Path(shutil.copytree(model, tmp_path / "model"))
    shutil.copytree(ROOT / "index" / "models", code, ignore=shutil.ignore_patterns("*_model", "__pycache__"))
    assert export_key(model) == export_key(model, code=code) == export_key(other, code=code)
    keys = {export_key(model)}
    for name in ("encoder_export.py", "onnx_export.py", "encoder.py"):
        with (code / name).open("a") as file:
            file.write("# changed\n")
        keys.add(export_key(model, code=code))
    (other / "config.json").write_text("{}")
    keys.add(export_key(other))
    for package in kept_exports.PACKAGES:
        monkeypatch.setattr(kept_exports, "version", lambda name, package=package: str(name == package))
        keys.add(export_key(model))
    assert len(keys) == 1 + 3 + 1 + len(kept_exports.PACKAGES)


def test_the_default_encoder_is_kept_where_pytest_keeps_things(
    request: pytest.FixtureRequest, encoder_folder: Path
) -> None:
    cache = getattr(request.config, "cache", None)
    if cache is None:
        pytest.skip("pytest keeps nothing in this run")
    kept = Path(cache.mkdir("encoder")) / export_key(resolve_encoder(DEFAULT_ENCODER))
    assert (kept / WEIGHTS_FILE).stat().st_ino != (encoder_folder / WEIGHTS_FILE).stat().st_ino
    assert (kept / WEIGHTS_FILE).read_bytes() == (encoder_folder / WEIGHTS_FILE).read_bytes()
    assert Encoder.load(encoder_folder).dimension == Encoder.load(kept).dimension
