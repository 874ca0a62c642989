"""To be described."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

OK, WARN, FAIL = "ok", "warn", "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """What was looked at, how it is (`ok`, `warn` or `fail`), and, where it is not well, what mends it."""

    check: str
    status: str
    detail: str
    remedy: str = ""


def try_to_write(folder: Path) -> None:
    """Write a file that leaves no trace in a folder, or where that would be made. Raises OSError."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"\0")
    except OSError as error:  # it names the file that would have been
        raise OSError(error.errno, error.strerror, str(there)) from None
