"""Exports of models that are kept from one run of the tests to the next, as each takes many seconds."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from index.checksums import file_sha256
from index.errors import IndexDamagedError
from index.models.model_folders import model_fingerprint
from index.storage.manifest import MANIFEST_FILE, check_files, read_json, write_manifest
from tests.support.paths import ROOT

PACKAGES = ("numpy", "onnx", "onnxruntime", "sentence-transformers", "tokenizers", "torch", "transformers")
"""What an export is made with."""


def export_key(
    model: Path, packages: Iterable[str] = PACKAGES, code: Path = ROOT / "index" / "models"
) -> str:
    """Return a sha256 of all that determines an export: the model, the packages, and the code in `code`."""
    digest = sha256(f"{model_fingerprint(model)}\n".encode())
    for package in packages:
        digest.update(f"{package} {version(package)}\n".encode())
    for path in [*sorted(code.glob("*.py")), ROOT / "index" / "segmentation" / "characters.py"]:
        digest.update(f"{path.name} {file_sha256(path)}\n".encode())
    return digest.hexdigest()


def fill_from_kept(folder: Path, kept: Path, key: str, export: Callable[[Path], object]) -> bool:
    """Fill the empty `folder` with the export `key` that is kept below `kept`; export it if none is.

    One that is damaged, and those of other keys, make room for the new one. Tells whether it was kept.
    """
    with FileLock(kept / "lock"):
        if _copy(kept / key, folder):
            return True
        export(folder)
        with contextlib.suppress(OSError):  # a full disk: it is exported again next time
            for earlier in kept.iterdir():
                if earlier.is_dir():
                    shutil.rmtree(earlier)
            draft = kept / f"{key}.draft"
            shutil.copytree(folder, draft)
            write_manifest(draft, {}, {})
            draft.rename(kept / key)
        return False


def _copy(source: Path, target: Path) -> bool:
    """Copy an export, and compare the copy with the checksums; of a damaged one nothing stays."""
    try:
        shutil.copytree(source, target, dirs_exist_ok=True)
        check_files(target, read_json(target / MANIFEST_FILE))
        (target / MANIFEST_FILE).unlink()
    except (OSError, IndexDamagedError):
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(target)
        target.mkdir()
        return False
    return True
