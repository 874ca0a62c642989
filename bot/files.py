"""Small files, written atomically: a reader never sees a partial one."""

import contextlib
import os
import tempfile
from pathlib import Path


def write_atomically(path: Path, content: bytes, *, replace: bool = True) -> None:
    """Write a file that only its owner may read, in an existing folder, and flush it to the disk.

    `replace=False` keeps an existing file, such as one that another process has just written.
    Raises OSError.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f"{path.name}.", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            if replace:
                temporary.replace(path)
            else:
                with contextlib.suppress(FileExistsError):
                    path.hardlink_to(temporary)
        finally:
            temporary.unlink(missing_ok=True)
