"""State of an index's inputs: the corpus files and the models, as they were when the index was built."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

from index.errors import IndexDamagedError
from index.json_files import read_json_file

STATE_FILE = "files.json"


class FileState(NamedTuple):
    """A file of the corpus as it was when it was read; `skipped` says why it is not an article, if it is not.

    `digest` is the sha256 of its bytes, "" if they cannot be read, "unsettled" if they kept changing.
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
class InputState:
    """The corpus and the models' files, as they were when an index was built."""

    encoder: ModelState
    reader: ModelState | None
    """None if the reader is Footnote's own, or if there is none."""
    files: Mapping[str, FileState]
    """By path below the corpus folder."""

    def write(self, folder: Path) -> None:
        """Write the state into `folder`. Raises OSError."""
        stored = _StoredState(self.encoder, self.reader, list(self.files.values()))
        (folder / STATE_FILE).write_text(json.dumps(asdict(stored)), encoding="ascii")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the state from `folder`. Raises IndexDamagedError."""
        path = folder / STATE_FILE
        try:
            stored = read_json_file(_StoredState, path)
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"{path}: {error}") from None
        return cls(stored.encoder, stored.reader, {state.file: state for state in stored.files})


@dataclass(frozen=True, slots=True)
class _StoredState:
    """The JSON form of an `InputState`."""

    encoder: ModelState
    reader: ModelState | None
    files: list[FileState]
