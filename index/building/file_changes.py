"""What changed in the corpus since the index was built: sizes and times, contents where those differ."""

import hashlib
import time
from collections.abc import Iterable, Mapping

from index.articles.corpus import CorpusFile, refuse
from index.errors import UnreadableFileError
from index.storage.input_state import FileState

UNSETTLED = -1
"""A file's time that equals no time: its content will be compared again."""

_SETTLED = 2 * 10**9  # nanoseconds: a file as fresh as this may change again within its time stamp's tick


def scan(files: Iterable[CorpusFile], earlier: Mapping[str, FileState]) -> list[FileState]:
    """Describe `files` as they are now; the contents are read of those whose size or time has changed."""
    return [describe(file, earlier.get(file.file)) for file in files]


def stamp(file: CorpusFile) -> tuple[int, ...] | None:
    """Return what differs once a file was written or replaced, even with its old time; None for no file."""
    try:
        status = file.path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def describe(file: CorpusFile, earlier: FileState | None) -> FileState:
    """Describe one file as it is now, given its `earlier` state; what the readers refuse is not opened."""
    try:
        status = refuse(file)
        size, mtime_ns = status.st_size, status.st_mtime_ns
        if earlier and (earlier.size, earlier.mtime_ns) == (size, mtime_ns):
            return FileState(file.file, file.id, size, mtime_ns, earlier.digest, earlier.skipped)
        if time.time_ns() - mtime_ns < _SETTLED:
            mtime_ns = UNSETTLED
        with file.path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except (OSError, UnreadableFileError):
        size, mtime_ns, digest = 0, UNSETTLED, ""
    skipped = earlier.skipped if earlier and earlier.digest == digest else None
    return FileState(file.file, file.id, size, mtime_ns, digest, skipped)


def content_key(state: FileState | None) -> tuple[str, str] | None:
    """Return what identifies a file's content; None if there is no such file."""
    return None if state is None else (state.id, state.digest)


def content_keys(states: Iterable[FileState]) -> dict[str, tuple[str, str] | None]:
    """Return the content key of each file."""
    return {state.file: content_key(state) for state in states}
