"""Changes of the corpus since the index was built: by size and time, and by content if those differ."""

import time
from collections.abc import Iterable, Mapping

from index.articles.corpus import CorpusFile, check_file
from index.checksums import file_sha256
from index.errors import UnreadableFileError
from index.storage.input_state import FileState

UNSETTLED = -1
"""Modification time of a file that may change again unnoticed: its content is compared again next time."""

_SETTLED = 2 * 10**9
"""Nanoseconds; a file modified later than this ago may change again within one tick of its time stamp."""


def scan(files: Iterable[CorpusFile], previous: Mapping[str, FileState]) -> list[FileState]:
    """Return the present states of `files`, of which only those with a new size or time are read."""
    return [file_state(file, previous.get(file.file)) for file in files]


def write_stamp(file: CorpusFile) -> tuple[int, ...] | None:
    """Return numbers that change whenever the file is written or replaced, even with its old time.

    None if there is no such file.
    """
    try:
        status = file.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def file_state(file: CorpusFile, previous: FileState | None) -> FileState:
    """Return the present state of a file, given its `previous` one; a file that is refused is not opened."""
    try:
        status = check_file(file)
        size, mtime_ns = status.st_size, status.st_mtime_ns
        if previous and (previous.size, previous.mtime_ns) == (size, mtime_ns):
            return previous._replace(file=file.file, id=file.id)
        if time.time_ns() - mtime_ns < _SETTLED:
            mtime_ns = UNSETTLED
        digest = file_sha256(file.path)
    except (OSError, UnreadableFileError):
        size, mtime_ns, digest = 0, UNSETTLED, ""
    skipped = previous.skipped if previous and previous.digest == digest else None
    return FileState(file.file, file.id, size, mtime_ns, digest, skipped)


def content_key(state: FileState | None) -> tuple[str, str] | None:
    """Return what an index holds of a file, its article's id and its content; None for no file."""
    return None if state is None else (state.id, state.digest)


def content_keys(states: Iterable[FileState]) -> dict[str, tuple[str, str] | None]:
    """Return the content key of each file, by its path below the corpus folder."""
    return {state.file: content_key(state) for state in states}
