"""Report of an update: what it did with each article."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.building.reuse import ArticleEntry
from index.storage.input_state import FileState, PoorText, SkippedFile, poor_texts, skipped_files

_RARE = ("renamed", "skipped")
"""Changes that are only counted if there are any."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an update did, in ids of articles.

    `renamed` holds (previous id, id), `skipped` each file that cannot be read as an article, `poor` each
    article with a poor text. `embedded` counts the texts that were embedded; `rebuilt` says why a previous
    index could not be updated.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    unchanged: tuple[str, ...]
    skipped: tuple[SkippedFile, ...]
    poor: tuple[PoorText, ...] = ()
    embedded: int = 0
    rebuilt: str | None = None
    seconds: float = 0.0

    @property
    def summary(self) -> str:
        """What the update did to the articles and how many files it skipped, in one line."""
        changes = {
            "added": self.added,
            "updated": self.updated,
            "removed": self.removed,
            "renamed": self.renamed,
            "rebuilt" if self.rebuilt else "unchanged": self.unchanged,
            "skipped": self.skipped,
        }
        return ", ".join(
            f"{len(ids)} {change}" for change, ids in changes.items() if ids or change not in _RARE
        )


def make_report(
    entries: Iterable[ArticleEntry],
    states: Iterable[FileState],
    previous: Mapping[str, FileState],
    rebuilt: str | None,
) -> BuildReport:
    """Compare the articles of a new index with the `previous` state of the files.

    An article whose content a removed one had is a renamed one.
    """
    old = {state.id: state.digest for state in previous.values() if state.skipped is None}
    new = {entry.state.id: entry.state.digest for entry in entries}
    removed = {digest: id_ for id_, digest in old.items() if id_ not in new}
    renamed = [
        (removed.pop(digest), id_) for id_, digest in new.items() if id_ not in old and digest in removed
    ]
    renamed_ids = {id_ for pair in renamed for id_ in pair}
    return BuildReport(
        added=tuple(id_ for id_ in new if id_ not in old and id_ not in renamed_ids),
        updated=tuple(id_ for id_ in new if id_ in old and old[id_] != new[id_]),
        removed=tuple(id_ for id_ in old if id_ not in new and id_ not in renamed_ids),
        renamed=tuple(renamed),
        unchanged=tuple(id_ for id_ in new if old.get(id_) == new[id_]),
        skipped=skipped_files(states),
        poor=poor_texts(states),
        rebuilt=rebuilt,
    )
