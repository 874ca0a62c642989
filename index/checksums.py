"""TODO."""

import hashlib
from pathlib import Path

from index.errors import ModelDamagedError


def file_sha256(path: Path) -> str:
    """Return the sha256 of the file at `path`, in hexadecimal; raises ModelDamagedError."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelDamagedError(f"{path}: cannot be read: {error.strerror}") from None
