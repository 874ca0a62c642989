"""Segments of an index: sets of files with articles of their own, read as one library.

An update of a large index writes the articles that changed into a new segment and leaves the files of the
others as they are. Which articles count is in `segments.npy`: runs of neighbouring ones of a segment, in the
order of the ids of all. An article in no run is removed. The rows of a library are counted along these runs,
so that they are those of an index that was built at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows
from index.errors import IndexDamagedError

SEGMENTS_FILE = "segments.npy"
"""Runs as int64 [runs, 7]; an index of one segment, all of whose articles count, has no such file."""


def segment_file(name: str, segment: int) -> str:
    """Return the name of a segment's file: the first segment's have no number before it."""
    return f"{segment}-{name}" if segment else name


class SegmentRun(NamedTuple):
    """Neighbouring articles of a segment, by their rows there, and the rows of what is in them."""

    segment: int
    first_article: int
    articles: int
    first_sentence: int
    sentences: int
    first_passage: int
    passages: int


@dataclass(frozen=True, slots=True)
class RowMap:
    """The rows of a library's articles, sentences or passages, and what they are in the segments.

    Run `n` begins at the library's row `starts[n]`, the row `firsts[n]` of the segment `segments[n]`.
    """

    segments: Rows
    firsts: Rows
    starts: Rows
    """One more than there are runs: the last is the number of rows."""

    @classmethod
    def of(cls, segments: Rows, firsts: Rows, counts: Rows) -> Self:
        """Map runs of `counts` rows each."""
        return cls(segments, firsts, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)]))

    def __len__(self) -> int:
        return int(self.starts[-1])

    def locate(self, rows: npt.ArrayLike) -> tuple[Rows, Rows]:
        """Return the segment of each of the library's `rows`, and its row there. Raises KeyError."""
        wanted = np.asarray(rows, dtype=np.int64)
        if outside := wanted[(wanted < 0) | (wanted >= len(self))].tolist():
            raise KeyError(outside[0])
        run = np.searchsorted(self.starts, wanted, side="right") - 1
        return self.segments[run], wanted - self.starts[run] + self.firsts[run]

    def rows(self, segment: int, rows: npt.ArrayLike) -> Rows:
        """Return the library's rows of a segment's `rows`, -1 for those that are removed, and for -1."""
        wanted = np.asarray(rows, dtype=np.int64)
        if not np.any(self.segments == segment):
            return np.full(wanted.shape, -1)
        run = self.runs(segment, wanted)
        offset = wanted - self.firsts[run]
        inside = (offset >= 0) & (offset < self.starts[run + 1] - self.starts[run])
        return np.where(inside, self.starts[run] + offset, -1)

    def runs(self, segment: int, rows: Rows) -> Rows:
        """Return the run that each of a segment's `rows` is in, or another if it is in none."""
        own = np.flatnonzero(self.segments == segment)  # ascending there, too: ids order both
        return own[np.maximum(np.searchsorted(self.firsts[own], rows, side="right") - 1, 0)]

    def live(self, segment: int, size: int) -> npt.NDArray[np.bool_]:
        """Tell of each of a segment's `size` rows whether it is one of the library's."""
        mask = np.zeros(size, dtype=np.bool_)
        for run in np.flatnonzero(self.segments == segment):
            first = self.firsts[run]
            mask[first : first + self.starts[run + 1] - self.starts[run]] = True
        return mask

    def gather(self, values: Sequence[Floats]) -> Floats:
        """Return what each segment has `values` of, by its rows, in the order of the library's rows."""
        counts = np.diff(self.starts)
        runs = zip(self.segments.tolist(), self.firsts.tolist(), counts.tolist(), strict=True)
        return np.concatenate(
            [np.empty(0, values[0].dtype), *(values[s][first : first + n] for s, first, n in runs)]
        )


@dataclass(frozen=True, slots=True)
class Segments:
    """The segments of an index: how many there are, and what of them counts."""

    count: int
    articles: RowMap
    sentences: RowMap
    passages: RowMap

    @classmethod
    def of(cls, runs: Iterable[SegmentRun], count: int) -> Self:
        """Return `count` segments of which the articles in `runs` count."""
        table = np.array([tuple(run) for run in runs], dtype=np.int64).reshape(-1, len(SegmentRun._fields))
        return cls._of(table, count)

    @classmethod
    def read(cls, folder: Path) -> Self | None:
        """Read the segments of the index in `folder`; None if it is one. Raises IndexDamagedError."""
        path = folder / SEGMENTS_FILE
        if not path.exists():
            return None
        try:
            table = np.load(path, allow_pickle=False)
            if table.dtype != np.int64 or table.ndim != 2 or table.shape[1] != len(SegmentRun._fields):
                raise ValueError(f"unexpected {table.dtype} {table.shape}")
            return cls._of(table[1:], int(table[0, 0]))
        except (OSError, ValueError, EOFError, IndexError) as error:
            raise IndexDamagedError(f"{path}: {error}") from error

    @classmethod
    def _of(cls, table: Rows, count: int) -> Self:
        segments = table[:, 0]
        maps = (RowMap.of(segments, table[:, column], table[:, column + 1]) for column in (1, 3, 5))
        return cls(count, *maps)

    def beginnings(self, segment: int, articles: Rows, sentences: Rows, passages: Rows) -> tuple[Rows, Rows]:
        """Return the library's rows that a segment's `articles` begin at.

        `sentences` and `passages` are the rows there that they begin at; an article may have none.
        """
        run = self.articles.runs(segment, articles)
        return (
            sentences - self.sentences.firsts[run] + self.sentences.starts[run],
            passages - self.passages.firsts[run] + self.passages.starts[run],
        )

    def write(self, folder: Path) -> None:
        """Write the segments to `folder`. Raises OSError."""
        columns = [self.articles.segments]
        for rows in (self.articles, self.sentences, self.passages):
            columns += [rows.firsts, np.diff(rows.starts)]
        header = np.array([[self.count, *[0] * (len(SegmentRun._fields) - 1)]], dtype=np.int64)
        table = np.concatenate([header, np.stack(columns, axis=1)])
        np.save(folder / SEGMENTS_FILE, table, allow_pickle=False)
