"""What an update publishes beside the articles that it writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.building.reuse import ArticleEntry, PreviousIndex
from index.storage.fingerprint import Fingerprint
from index.storage.generations import ExportedReader
from index.storage.input_state import InputState


@dataclass(frozen=True, slots=True)
class Publication:
    """What an update publishes beside the articles that it writes.

    `entries` are all articles; `vectors_from` is an index of the same model.
    """

    entries: Sequence[ArticleEntry]
    vectors_from: PreviousIndex | None
    inputs: InputState
    encoder: Path
    fingerprint: Fingerprint
    exported_reader: ExportedReader | None
