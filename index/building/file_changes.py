"""What changed in the corpus since the index was built: sizes and times, contents where those differ."""

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, Self

from index.articles.corpus import CorpusFile, refuse
from index.errors import IndexDamagedError, UnreadableFileError

FILE = "files.json"
UNSETTLED = -1
"""A file's time that equals no time: its content will be compared again."""

_SETTLED = 2 * 10**9  # nanoseconds: a file as fresh as this may change again within its time stamp's tick


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of the corpus as it was when it was read; `skipped` says why it is no article, if it is none.

    `digest` is the sha256 of its bytes, "" where they cannot be read, "unsettled" where they kept changing.
    """

    file: str
    id: str
    size: int
    mtime_ns: int
    digest: str
    skipped: str | None = None


@dataclass(frozen=True, slots=True)
class ModelState:
    """A model as it was when it was exported; `name` is its name in the configuration."""

    name: str
    folder: str
    stamp: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class CorpusState:
    """The corpus and the models' files, as an index found them."""

    encoder: ModelState
    reader: ModelState | None
    """None where the reader is Footnote's own, or where there is none."""
    files: Mapping[str, FileState]
    """By path below the corpus folder."""

    def write(self, folder: Path) -> None:
        """Write the state into `folder`. Raises OSError."""
        value = asdict(self) | {"files": [astuple(state) for state in self.files.values()]}
        (folder / FILE).write_text(json.dumps(value), encoding="ascii")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the state from `folder`. Raises IndexDamagedError."""
        path = folder / FILE
        try:
            value: dict[str, Any] = json.loads(path.read_bytes())
            files = [FileState(*state) for state in value.pop("files")]
            encoder, reader = ModelState(**value.pop("encoder")), value.pop("reader")
            return cls(
                encoder,
                reader and ModelState(**reader),
                files={state.file: state for state in files},
                **value,
            )
        except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
            raise IndexDamagedError(f"{path}: {error}") from None


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
