"""To be described."""

import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any, Self

from index.errors import IndexDamagedError

FILE = "files.json"


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
class InputState:
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
