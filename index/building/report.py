"""To be described."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from index.building.reuse import ArticleEntry
from index.storage.input_state import FileState


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What an update did, in ids of articles.

    `renamed` holds (earlier id, id), `skipped` (file, reason) for each file that is no readable article.
    `embedded` counts the texts that were embedded; `rebuilt` says why an earlier index, if there was one, was
    of no use.
    """

    added: tuple[str, ...]
    updated: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: tuple[tuple[str, str], ...]
    unchanged: tuple[str, ...]
    skipped: tuple[tuple[str, str], ...]
    embedded: int = 0
    rebuilt: str | None = None
    seconds: float = 0.0


def make_report(
    entries: Iterable[ArticleEntry],
    states: Iterable[FileState],
    before: Mapping[str, FileState],
    rebuilt: str | None,
) -> BuildReport:
    """Compare the index's entries with those before the update."""
    old = {state.id: state.digest for state in before.values() if state.skipped is None}
    new = {entry.state.id: entry.state.digest for entry in entries}
    gone = {digest: name for name, digest in old.items() if name not in new}
    renamed = [(gone.pop(digest), name) for name, digest in new.items() if name not in old and digest in gone]
    moved = {name for pair in renamed for name in pair}
    return BuildReport(
        added=tuple(name for name in new if name not in old and name not in moved),
        updated=tuple(name for name in new if name in old and old[name] != new[name]),
        removed=tuple(name for name in old if name not in new and name not in moved),
        renamed=tuple(renamed),
        unchanged=tuple(name for name in new if old.get(name) == new[name]),
        skipped=tuple((state.file, state.skipped) for state in states if state.skipped is not None),
        rebuilt=rebuilt,
    )


def counts(report: BuildReport) -> str:
    """Return what an update did to the articles, in one line."""
    kinds = {
        "added": report.added,
        "updated": report.updated,
        "removed": report.removed,
        "renamed": report.renamed,
        "unchanged": report.unchanged,
    }
    return ", ".join(f"{len(ids)} {kind}" for kind, ids in kinds.items() if ids or kind != "renamed")
