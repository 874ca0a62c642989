"""The encoder that is part of this package, and the checksums of its files."""

from importlib.resources import files
from pathlib import Path

from index.checksums import model_file_sha256
from index.errors import ModelDamagedError, Reason

SUMS_FILE = "SHA256SUMS"
"""Checksums in the form of `sha256sum`, which checks them, too."""


def shipped_encoder_folder() -> Path:
    """Return the folder of Footnote's own encoder, a sentence-transformers model."""
    return Path(str(files("index.models"))) / "encoder_model"


def shipped_graph_folder() -> Path:
    """Return the folder of that encoder's graph, with which it is exported without a framework."""
    return Path(str(files("index.models"))) / "encoder_graph"


def check_sums(folder: Path) -> None:
    """Compare the files in `folder` with their checksums. Raises ModelDamagedError."""
    path = folder / SUMS_FILE
    try:
        sums = [line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines()]
        expected = {name: sha256 for sha256, name in sums}
    except (OSError, ValueError) as error:
        raise _damaged(f"{path}: cannot be read: {error}") from None
    if not expected:
        raise _damaged(f"{path}: names no files")
    for name, sha256 in expected.items():
        try:
            actual = model_file_sha256(folder / name)
        except ModelDamagedError as error:
            raise _damaged(error.message) from None
        if actual != sha256:
            raise _damaged(f"{folder / name}: expected sha256 {sha256}, found {actual}")


def write_sums(folder: Path, paths: list[Path]) -> None:
    """Write the checksums of the files at `paths`, in `folder`. Raises ModelDamagedError, OSError."""
    lines = [f"{model_file_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in sorted(paths)]
    (folder / SUMS_FILE).write_text("".join(lines), encoding="utf-8")


def _damaged(message: str) -> ModelDamagedError:
    return ModelDamagedError(message, reason=Reason.SHIPPED_ENCODER_DAMAGED)
