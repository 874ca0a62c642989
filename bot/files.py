"""Small files, written atomically: a reader never sees a partial one."""

import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in an existing folder, and flush it to the disk.

    Raises OSError.
    """
    temporary: Path | None = None
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
            temporary = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)  # once it is closed: Windows moves and deletes no file that is open
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
