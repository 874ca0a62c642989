"""Checksums of files."""

import hashlib
from pathlib import Path

from index.errors import ModelDamagedError, Reason, Role


def file_sha256(path: Path) -> str:
    """Return the sha256 of the file at `path`, in hexadecimal. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_file_sha256(path: Path, role: Role = Role.ENCODER) -> str:
    """Return the sha256 of a model's file, in hexadecimal. Raises ModelDamagedError if it cannot be read."""
    try:
        return file_sha256(path)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ModelDamagedError(message, reason=Reason.MODEL_UNREADABLE, role=role) from None
