"""State of an index's inputs: the corpus files and the models, as they were when the index was built."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple, Self

from index.errors import IndexDamagedError
from index.json_files import read_json_file

STATE_FILE = "files.json"


class FileState(NamedTuple):
    """A file of the corpus as it was when it was read; `skipped` says why it is not an article, if it is not.

    `digest` is the sha256 of its bytes, and of those of its description beside it, "" if they cannot be read,
    "unsettled" if they kept changing.
    `remedy` says what to do about a skipped file, if anything; `poor` what is wrong with the words or
    the front matter of one that is not skipped, "" if nothing. `id` is that of the article, if it is one.
    """

    file: str
    id: str
    size: int
    mtime_ns: int
    digest: str
    skipped: str | None = None
    remedy: str = ""
    ctime_ns: int = 0
    inode: int = 0
    poor: str = ""

    @property
    def stamp(self) -> tuple[int, ...]:
        """Numbers of which at least one changes whenever the file is written or replaced."""
        return self.size, self.mtime_ns, self.ctime_ns, self.inode


class PoorText(NamedTuple):
    """An article that may not be found: its words are cut or run together, or its front matter is broken."""

    file: str
    reason: str


class SkippedFile(NamedTuple):
    """A file of the corpus that cannot be read as an article, and what to do about it, "" if nothing."""

    file: str
    reason: str
    remedy: str

    @property
    def explanation(self) -> str:
        """Reason and remedy in one line."""
        return f"{self.reason}. {self.remedy}" if self.remedy else self.reason


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

    @property
    def skipped(self) -> tuple[SkippedFile, ...]:
        """The files that are not articles."""
        return skipped_files(self.files.values())

    @property
    def poor_texts(self) -> tuple[PoorText, ...]:
        """The articles whose text is poor."""
        return poor_texts(self.files.values())

    def write(self, folder: Path) -> None:
        """Write the state into `folder`. Raises OSError."""
        stored = {
            "encoder": asdict(self.encoder),
            "reader": self.reader and asdict(self.reader),
            "files": list(self.files.values()),  # as lists: there may be many
        }
        (folder / STATE_FILE).write_text(json.dumps(stored), encoding="ascii")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the state from `folder`. Raises IndexDamagedError."""
        path = folder / STATE_FILE
        try:
            stored = read_json_file(_StoredState, path)
        except (OSError, ValueError) as error:
            raise IndexDamagedError(f"{path}: {error}") from None
        return cls(stored.encoder, stored.reader, {state.file: state for state in stored.files})


def skipped_files(states: Iterable[FileState]) -> tuple[SkippedFile, ...]:
    """Return those of the files that are not articles."""
    return tuple(
        SkippedFile(state.file, state.skipped, state.remedy) for state in states if state.skipped is not None
    )


def poor_texts(states: Iterable[FileState]) -> tuple[PoorText, ...]:
    """Return the articles of the files whose text is poor."""
    return tuple(PoorText(state.file, state.poor) for state in states if state.poor)


@dataclass(frozen=True, slots=True)
class _StoredState:
    """The JSON form of an `InputState`."""

    encoder: ModelState
    reader: ModelState | None
    files: list[FileState]
