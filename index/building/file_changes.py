"""Changes of the corpus since the index was built: by size, times and inode, by content if those differ."""

import os
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256

from index.articles.corpus import CorpusFile, check_file
from index.checksums import file_sha256
from index.errors import UnreadableFileError
from index.storage.input_state import FileState

UNSETTLED = -1
"""Modification time of a file that may change again unnoticed: its content is compared again next time."""

_SETTLED = 2 * 10**9
"""Nanoseconds; a file modified later than this ago may change again within one tick of its time stamp."""


def scan(files: Iterable[CorpusFile], previous: Mapping[str, FileState]) -> list[FileState]:
    """Return the present states of `files`, of which only those with a new stamp are read."""
    return [file_state(file, previous.get(file.file)) for file in files]


def write_stamp(file: CorpusFile) -> tuple[int, ...] | None:
    """Return numbers that change whenever the file is written or replaced, even with its old time.

    None if there is no such file.
    """
    try:
        status = file.path.stat()
        return status.st_dev, *_stamp(file, status)
    except OSError:
        return None


def file_state(file: CorpusFile, previous: FileState | None) -> FileState:
    """Return the present state of a file, given its `previous` one; a file that is refused is not opened."""
    try:
        status = check_file(file)
        stamp = _stamp(file, status)
        if previous and previous.stamp == stamp:
            return previous
        size, mtime_ns, ctime_ns, inode = stamp
        if time.time_ns() - mtime_ns < _SETTLED:
            mtime_ns = UNSETTLED
        digest = file_sha256(file.path)
        if file.sidecar is not None:
            digest = sha256(f"{digest} {file_sha256(file.sidecar)}".encode()).hexdigest()
    except (OSError, UnreadableFileError):
        size, mtime_ns, ctime_ns, inode, digest = 0, UNSETTLED, 0, 0, ""
    state = FileState(file.file, file.id, size, mtime_ns, digest, ctime_ns=ctime_ns, inode=inode)
    if previous and previous.digest == digest:
        return state._replace(
            id=previous.id, skipped=previous.skipped, remedy=previous.remedy, poor=previous.poor
        )
    return state


def _stamp(file: CorpusFile, status: os.stat_result) -> tuple[int, int, int, int]:
    """Return size, times and inode of a file together with the one beside it that describes it.

    The time of the last change of status is among them: nobody can set that back.
    """
    size, mtime_ns, ctime_ns, inode = status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino
    if file.sidecar is None:
        return size, mtime_ns, ctime_ns, inode
    beside = file.sidecar.stat()
    return (
        size + beside.st_size,
        max(mtime_ns, beside.st_mtime_ns),
        max(ctime_ns, beside.st_ctime_ns),
        inode + beside.st_ino,
    )


def digests(states: Iterable[FileState]) -> dict[str, str]:
    """Return the digest of each file's content, by its path below the corpus folder.

    They determine what an index holds of the files: ids, too, depend on which of them are articles alone.
    """
    return {state.file: state.digest for state in states}
