"""Result of one check by the doctor, and the check that a folder can be written to."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

OK, WARN, FAIL = "ok", "warn", "fail"
_TRIAL = 2**20  # bytes that are written; a full disk often has room for a few


@dataclass(frozen=True, slots=True)
class Check:
    """What was checked, its status (`ok`, `warn` or `fail`) and, unless all is well, the remedy.

    `more` is what only a person who wants to know more needs.
    """

    check: str
    status: str
    detail: str
    remedy: str = ""
    more: str = ""


def try_to_write(folder: Path) -> None:
    """Write a file that leaves no trace to a folder, or to the one it would be created in. Raises OSError."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    try:
        with tempfile.TemporaryFile(dir=existing) as file:
            file.write(bytes(_TRIAL))
    except OSError as error:  # it names the temporary file
        raise OSError(error.errno, error.strerror, str(existing)) from None
