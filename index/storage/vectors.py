"""Vectors of sentences or passages in one FAISS file: exact search while they are few, approximate beyond.

An approximate search visits some of many lists, in which rows stand as short codes (product quantization,
Jégou et al., PAMI 2011, as 4 bits that are added up in registers: André et al., VLDB 2015), and compares the
best of them with the vectors themselves, in half precision.

All scores are inner products of L2-normalised vectors, that is cosines: higher is nearer.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import faiss
import numpy as np
import numpy.typing as npt

from index.arrays import Floats, Rows, VectorRows, parts_of, rows_at
from index.errors import IndexDamagedError

SENTENCES_FILE = "sentences.faiss"
PASSAGES_FILE = "passages.faiss"

EXACT_UP_TO = 20_000  # rows; docs/scale.md has the figures behind these constants
RECALL_TARGET = 0.99  # share of the 100 nearest rows, as many as retrieval asks for, that must be found
SAME_SCORE = 0.0001  # half floats change a score by less
_RECALL_AT = 100
_RECALL_SAMPLE = 300
_TRAINING_ROWS_PER_LIST = 50
_CODE_BITS = 4  # of a number from 0 to 15 that stands for two dimensions: 16 of them fill a register
_LEAST_REFINED, _MOST_REFINED = 8, 64  # rows that are compared exactly, for each that is asked for
_MOST_GROWTH = 2.0  # an index that has grown or shrunk by more since its lists were made gets new ones


class Vectors:
    """Vectors that can be searched and read back: exact if few, in half precision if many."""

    def __init__(
        self, index: Any, recall: float | None = None, live: npt.NDArray[np.bool_] | None = None
    ) -> None:
        self._index = index
        self._rows = index if self._is_exact(index) else faiss.downcast_index(index.refine_index)
        self._live = int(index.ntotal if live is None else np.count_nonzero(live))
        self._parameters = None if live is None else _only(index, live)
        self.recall = recall
        """Measured recall of the approximate search just built; None for exact search."""

    @classmethod
    def build(
        cls,
        vectors: VectorRows,
        previous: "Vectors | None" = None,
        exact_up_to: int = EXACT_UP_TO,
        *,
        half: bool = False,
    ) -> Self:
        """Index `vectors`, [n, dimension]; search is exact for up to `exact_up_to` of them.

        They are read several times, in parts, and not kept. The lists of a `previous`, similar index are
        reused. With `half`, few vectors are rounded as many are.
        """
        rows, dimension = vectors.shape
        if rows <= exact_up_to:
            index = faiss.IndexFlatIP(dimension)
            codec = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16)
            for _, part in parts_of(vectors):
                index.add(codec.decode(codec.compute_codes(part)) if half else part)
            return cls(index)
        index = _inverted_lists(vectors, previous)
        for _, part in parts_of(vectors):
            index.add(part)
        return cls(index, _tune(index, vectors))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open the file at `path`; the vectors stay in it and are read as they are needed.

        Raises IndexDamagedError.
        """
        try:
            index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
        except RuntimeError as error:
            raise _damaged(path, error) from error
        if not isinstance(index, faiss.IndexFlatIP | faiss.IndexRefine):
            raise _damaged(path, f"unexpected {type(index).__name__}")
        if isinstance(index, faiss.IndexRefine):
            parts = _lists(index), faiss.downcast_index(index.refine_index)
            expected = faiss.IndexIVFPQFastScan, faiss.IndexScalarQuantizer
            if not all(map(isinstance, parts, expected)):
                raise _damaged(path, f"unexpected {' and '.join(type(part).__name__ for part in parts)}")
        if index.metric_type != faiss.METRIC_INNER_PRODUCT:
            raise _damaged(path, "unexpected metric")
        return cls(index)

    def save(self, path: Path) -> None:
        """Write the file at `path`. Raises OSError."""
        try:
            faiss.write_index(self._index, str(path))
        except RuntimeError as error:
            raise OSError(f"{path.name} cannot be written: {error}") from error

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return int(self._index.d)

    @property
    def lists(self) -> int:
        """Number of inverted lists, 0 if the search is exact."""
        return 0 if self.exact else int(_lists(self._index).nlist)

    @property
    def visited(self) -> int:
        """Number of lists that a search visits, 0 if it is exact."""
        return 0 if self.exact else int(_lists(self._index).nprobe)

    @property
    def exact(self) -> bool:
        """Whether the search compares with every row."""
        return self._is_exact(self._index)

    @staticmethod
    def _is_exact(index: Any) -> bool:
        return isinstance(index, faiss.IndexFlatIP)

    def only(self, live: npt.NDArray[np.bool_]) -> "Vectors":
        """Return the same vectors, of which a search finds only those that are `live`: [rows]."""
        return self if live.all() else Vectors(self._index, self.recall, live)

    def search(self, queries: Floats, k: int) -> tuple[Floats, Rows]:
        """Find the `k` nearest rows of each of `queries`, [q, dimension]: scores and rows, [q, min(k, rows)].

        Best first, equal scores by row. Approximate search may find fewer: row -1, score -inf, at the end.
        """
        k = min(k, self._live)
        if k == 0 or not len(queries):
            return np.empty((len(queries), k), np.float32), np.empty((len(queries), k), np.int64)
        # How many rows an approximate search compares exactly is in proportion to how many it finds.
        found = k if self.exact else min(max(k, _RECALL_AT), self._live)
        with _one_thread():
            scores, rows = self._index.search(queries, found, params=self._parameters)
        scores[rows < 0] = -np.inf
        order = np.lexsort((rows, -scores), axis=1)[:, :k]
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)

    def rows(self, start: int, stop: int) -> Floats:
        """Read the vectors of the rows `start` to `stop`, exclusive: float32 [stop - start, dimension]."""
        return self.at(np.arange(start, stop))

    def at(self, rows: npt.ArrayLike) -> Floats:
        """Read the vectors of `rows`: float32 [rows, dimension]. Raises IndexError."""
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= len(self)):
            raise IndexError(f"rows {wanted.min()} to {wanted.max()} of {len(self)}")
        if not wanted.size:
            return np.empty((0, self.dimension), np.float32)
        vectors: Floats = self._rows.reconstruct_batch(wanted)
        return vectors

    def scores(self, query: Floats, rows: npt.ArrayLike) -> Floats:
        """Compare one `query`, [dimension], with `rows`: float32 [rows]. Raises IndexError."""
        scores: Floats = self.at(rows) @ query
        return scores


@contextmanager
def _one_thread() -> Iterator[None]:
    """Have a search run on this thread alone: with one question, threads mostly wait for each other.

    On a busy machine, an exact search of 14,000 rows took ten times the processor time on two threads.
    """
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(threads)


def _only(index: Any, live: npt.NDArray[np.bool_]) -> Any:
    """Return the parameters of a search that finds `live` rows alone."""
    made: Any = faiss  # its types do not know how these are made in Python
    selector = made.IDSelectorBitmap(np.packbits(live, bitorder="little"))
    if isinstance(index, faiss.IndexRefine):
        in_lists = made.SearchParametersIVF(sel=selector, nprobe=_lists(index).nprobe)
        return made.IndexRefineSearchParameters(k_factor=index.k_factor, base_index_params=in_lists)
    return made.SearchParameters(sel=selector)


def _lists(index: Any) -> Any:
    """Return the inverted lists of an approximate index."""
    return faiss.downcast_index(index.base_index)


def _inverted_lists(vectors: VectorRows, previous: Vectors | None) -> Any:
    """Return an empty index of inverted lists: 4·√n, as the FAISS wiki recommends up to a million rows."""
    count, dimension = vectors.shape
    centres = faiss.IndexFlatIP(dimension)
    lists = int(4 * np.sqrt(count))
    previous_rows = (previous.lists / 4) ** 2 if previous else 0  # that its lists were made for
    if previous and 1 / _MOST_GROWTH < previous_rows / count < _MOST_GROWTH:
        lists = previous.lists
        centres.add(_lists(previous._index).quantizer.reconstruct_n(0, lists))
    numbers = dimension // 2 if dimension % 2 == 0 else dimension
    index = faiss.IndexIVFPQFastScan(
        centres, dimension, lists, numbers, _CODE_BITS, faiss.METRIC_INNER_PRODUCT
    )
    index.by_residual = False  # one table of products serves all lists
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1  # or FAISS may warn on stderr
    sample_size = min(count, _TRAINING_ROWS_PER_LIST * lists)
    sample = np.random.default_rng(0).choice(count, sample_size, replace=False)
    index.train(rows_at(vectors, np.sort(sample)))  # leaves existing centres as they are
    refine = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    refine.train(vectors[0:1])  # half floats need none, but FAISS asks for it
    return faiss.IndexRefine(index, refine)


def _tune(index: Any, vectors: VectorRows) -> float:
    """Set how many rows a search compares exactly, and how many lists it visits; return the recall.

    Each is the fewest, doubling, that are enough: the rows, when all lists are visited, for half of what
    RECALL_TARGET lets a search miss, and then the lists for RECALL_TARGET. Measured against exact search, on
    sampled rows that look for their nearest other rows.
    """
    rows = vectors.shape[0]
    sample = np.sort(np.random.default_rng(1).choice(rows, min(rows, _RECALL_SAMPLE), replace=False))
    queries = rows_at(vectors, sample)
    exact = _nearest(queries, vectors)

    def recall() -> float:
        return _mean_recall(exact, index.search(queries, _RECALL_AT + 1), sample)

    lists = _lists(index)
    lists.nprobe, index.k_factor = lists.nlist, _LEAST_REFINED
    while recall() < (1 + RECALL_TARGET) / 2 and index.k_factor < _MOST_REFINED:
        index.k_factor *= 2
    found, lists.nprobe = 0.0, 4
    while found < RECALL_TARGET and lists.nprobe < lists.nlist:
        lists.nprobe = min(2 * lists.nprobe, lists.nlist)
        found = recall()
    return found


def _nearest(queries: Floats, vectors: VectorRows) -> tuple[Floats, Rows]:
    """Find the nearest rows of each of `queries` exactly: scores and rows, [q, _RECALL_AT + 1]."""
    heap = faiss.ResultHeap(len(queries), _RECALL_AT + 1, keep_max=True)
    for start, part in parts_of(vectors):
        k = min(_RECALL_AT + 1, len(part))
        scores, rows = faiss.knn(queries, part, k, metric=faiss.METRIC_INNER_PRODUCT)
        heap.add_result(scores, rows + start)
    heap.finalize()
    return heap.D, heap.I


def _mean_recall(exact: tuple[Floats, Rows], approximate: tuple[Floats, Rows], queries: Rows) -> float:
    """Return the share of the nearest other rows of each of `queries` that is found, as a mean.

    Both searches are scores and rows, [q, _RECALL_AT + 1]. A row as near as the last of the nearest counts,
    too: which copies of a repeated sentence are found is chance.
    """
    recalls = []
    for exact_scores, exact_rows, scores, rows, query in zip(*exact, *approximate, queries, strict=True):
        nearest = exact_scores[exact_rows != query][:_RECALL_AT]
        near = (rows != query) & (scores >= nearest[-1] - SAME_SCORE)
        recalls.append(min(1.0, np.count_nonzero(near) / len(nearest)))
    return float(np.mean(recalls))


def _damaged(path: Path, problem: object) -> IndexDamagedError:
    return IndexDamagedError(f"{path}: {problem}")
