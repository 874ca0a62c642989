"""Big files of the index that were compared with their checksums, so that not every opening reads them.

A writer, who reads what it wrote anyhow, keeps their size, times and inode in the index folder. Whoever
writes to such a file changes one of these: the time of the last change of status cannot be set back. Small
files are compared each time. An index that was copied has other inodes, and is compared each time until the
next update.
"""

import json
from collections.abc import Container, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from index.errors import IndexDamagedError
from index.storage.manifest import Json, read_json, sync

VERIFIED_FILE = "verified"
BIG = 16 * 2**20
"""Bytes from which a file is remembered: smaller ones are read in a hundredth of a second."""

_COARSE = 10**9
"""A time of whole seconds may be that of a file system that has no others: it would not tell every change."""


class Stamp(NamedTuple):
    """Numbers of which at least one changes whenever a file is written or replaced."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    def same_content(self, other: "Stamp") -> bool:
        """Tell whether no more than links to the file were made or removed between the two."""
        return self[:-1] == other[:-1]


def stamps(folder: Path) -> dict[str, Stamp]:
    """Return the stamps of the big files of `folder`, by name. Raises OSError."""
    found = {}
    for path in folder.iterdir():
        status = path.stat()
        if status.st_size >= BIG and status.st_ctime_ns % _COARSE:
            found[path.name] = Stamp(
                status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
            )
    return found


def remember(
    root: Path, folder: Path, files: Json, seen: Mapping[str, Stamp], unread: Container[str]
) -> None:
    """Note in the index folder `root` which files of the generation in `folder` need not be compared again.

    `files` lists their checksums as a manifest does; `seen` are their stamps from before they were read;
    those in `unread` were not. If that cannot be written, they are compared each time.
    """
    with suppress(OSError):
        now = stamps(folder)
        same = [name for name, stamp in seen.items() if name in now and stamp.same_content(now[name])]
        values = {
            name: {"sha256": files[name]["sha256"], "stamp": now[name]}
            for name in same
            if name in files and name not in unread
        }
        path = root / VERIFIED_FILE
        if not values:
            path.unlink(missing_ok=True)
            return
        new = root / f"{VERIFIED_FILE}.new"
        new.write_text(json.dumps({"generation": folder.name, "files": values}) + "\n", encoding="ascii")
        sync(new)
        new.replace(path)


def verified(root: Path, folder: Path, files: Json) -> set[str]:
    """Name the files of the generation in `folder` that are as they were when they were compared.

    `files` lists their checksums as a manifest does. Whatever is wrong with the notes, they name no file.
    """
    with suppress(IndexDamagedError, OSError, KeyError, TypeError, AttributeError):
        noted = read_json(root / VERIFIED_FILE)
        if noted["generation"] == folder.name:
            now = stamps(folder)
            return set(_unchanged(noted["files"], files, now))
    return set()


def _unchanged(noted: Json, files: Json, now: Mapping[str, Stamp]) -> Iterable[str]:
    for name, note in noted.items():
        same_stamp = name in now and list(now[name]) == note["stamp"]
        if same_stamp and name in files and files[name]["sha256"] == note["sha256"]:
            yield name
