"""Vectors in FAISS files: exact and approximate search, and what comes back."""

from pathlib import Path

import faiss
import numpy as np
import pytest

from index.arrays import ROWS_AT_ONCE
from index.errors import IndexDamagedError
from index.storage.vectors import RECALL_TARGET, Floats, Vectors


def clusters(count: int, seed: int = 0) -> Floats:
    """Vectors that lie in clusters, as those of real sentences do."""
    random = np.random.default_rng(seed)
    centres = np.random.default_rng(7).standard_normal((40, 32))
    vectors = centres[random.integers(0, 40, count)] + 0.5 * random.standard_normal((count, 32))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def stored(index: Vectors, folder: Path) -> Vectors:
    index.save(folder / "x.faiss")
    return Vectors.load(folder / "x.faiss")


def test_exact_search_is_by_inner_product(tmp_path: Path) -> None:
    made = clusters(500)
    index = stored(Vectors.build(made), tmp_path)
    scores, rows = index.search(made[:3], 10)
    products = made[:3] @ made.T
    assert index.exact
    assert (len(index), index.dimension) == (500, 32)
    assert rows.tolist() == np.argsort(-products, axis=1, kind="stable")[:, :10].tolist()
    assert np.allclose(scores, -np.sort(-products, axis=1)[:, :10], atol=1e-6)
    assert np.array_equal(index.rows(7, 20), made[7:20])
    assert np.allclose(index.scores(made[0], [5, 499, 5]), products[0, [5, 499, 5]], atol=1e-6)


def test_equal_scores_come_by_row(tmp_path: Path) -> None:
    index = stored(Vectors.build(np.repeat(clusters(2), 4, axis=0)), tmp_path)
    assert index.search(index.rows(5, 6), 4)[1].tolist() == [[4, 5, 6, 7]]


def test_few_rows(tmp_path: Path) -> None:
    index = stored(Vectors.build(clusters(2)), tmp_path)
    assert index.search(clusters(1), 10)[1].shape == (1, 2)
    assert index.search(clusters(1)[:0], 10)[1].shape == (0, 2)
    for wrong in ([2], [-1]):
        with pytest.raises(IndexError):
            index.at(wrong)


def test_no_rows(tmp_path: Path) -> None:
    index = stored(Vectors.build(clusters(1)[:0]), tmp_path)
    assert index.search(clusters(2), 10)[0].shape == (2, 0)
    assert index.rows(0, 0).shape == (0, 32)
    assert index.scores(clusters(1)[0], []).shape == (0,)


@pytest.mark.slow
def test_many_rows_are_searched_by_lists(tmp_path: Path) -> None:
    made = clusters(20_000)
    built = Vectors.build(made, exact_up_to=4000)
    index = stored(built, tmp_path)
    assert not index.exact
    assert built.recall is not None
    assert built.recall >= RECALL_TARGET
    asked = clusters(50, seed=1)
    rows = index.search(asked, 10)[1]
    exact = np.argsort(-(asked @ made.T), axis=1)[:, :10]
    recall = np.mean([np.isin(best, some).mean() for best, some in zip(exact, rows, strict=True)])
    assert recall >= RECALL_TARGET - 0.05
    assert np.abs(index.rows(100, 300) - made[100:300]).max() < 5e-4  # half precision
    assert np.allclose(index.scores(asked[0], rows[0]), index.search(asked[:1], 10)[0][0], atol=1e-3)


class InParts:
    """Vectors that are read in parts, and which are read at most at once."""

    def __init__(self, vectors: Floats) -> None:
        self._vectors, self.shape, self.most = vectors, vectors.shape, 0

    def __getitem__(self, part: slice) -> Floats:
        read = self._vectors[part]
        self.most = max(self.most, len(read))
        return read


@pytest.mark.slow
@pytest.mark.parametrize("half", [False, True])
@pytest.mark.parametrize("exact_up_to", [20_000, 4_000])
def test_vectors_that_are_read_in_parts_make_the_same_index(exact_up_to: int, half: bool) -> None:
    made = clusters(20_000)
    parts = InParts(made)
    one, other = (Vectors.build(vectors, exact_up_to=exact_up_to, half=half) for vectors in (made, parts))
    assert (one.visited, one.recall, parts.most) == (other.visited, other.recall, ROWS_AT_ONCE)
    asked = clusters(20, seed=1)
    assert np.array_equal(one.search(asked, 10)[1], other.search(asked, 10)[1])
    assert np.array_equal(one.rows(0, 20_000), other.rows(0, 20_000))


@pytest.mark.slow
def test_the_same_sentence_in_many_articles_does_not_make_a_search_visit_more_lists() -> None:
    """Of more equal rows than are looked for, it is chance which are found."""
    once = clusters(4000)
    many = np.concatenate([once, clusters(10, seed=5)[np.repeat(np.arange(10), 200)]])
    built = [Vectors.build(made, exact_up_to=1000) for made in (once, many)]
    assert all(index.recall is not None and index.recall >= RECALL_TARGET for index in built)
    assert built[1].visited <= 2 * built[0].visited < built[1].lists / 2


@pytest.mark.slow
def test_similar_lists_are_taken_over(tmp_path: Path) -> None:
    made = clusters(6000)
    earlier = stored(Vectors.build(made, exact_up_to=1000), tmp_path)
    changed = clusters(5000, seed=2)
    grown = Vectors.build(changed, earlier, exact_up_to=1000)
    assert grown.recall is not None
    assert grown.recall >= RECALL_TARGET
    assert np.abs(grown.rows(0, 5000) - changed).max() < 5e-4
    assert np.array_equal(
        earlier.rows(0, 10), stored(Vectors.build(made, exact_up_to=1000), tmp_path).rows(0, 10)
    )
    assert Vectors.build(changed[:500], earlier, exact_up_to=1000).exact


@pytest.mark.slow
def test_lists_are_renewed_however_slowly_an_index_grows() -> None:
    made = clusters(4100)
    lists, index = [], None
    for count in (2000, 3000, 3900, 4100):
        index = Vectors.build(made[:count], index, exact_up_to=1000)
        lists.append(index.lists)
    assert lists == [178, 178, 178, 256]


def test_building_prints_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    Vectors.build(clusters(1001), exact_up_to=1000)
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_building_is_repeatable() -> None:
    asked = clusters(5, seed=1)
    first, second = (Vectors.build(clusters(5000), exact_up_to=1000).search(asked, 20) for _ in range(2))
    assert np.array_equal(first[1], second[1])
    assert np.array_equal(first[0], second[0])


@pytest.mark.parametrize("content", [b"", b"no index", b"IxFI" + bytes(30)])
def test_a_foreign_file_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.faiss").write_bytes(content)
    with pytest.raises(IndexDamagedError, match=r"x\.faiss"):
        Vectors.load(tmp_path / "x.faiss")


@pytest.mark.parametrize(
    "index",
    [
        faiss.IndexFlatL2(4),
        faiss.IndexHNSWFlat(4, 8),
        faiss.IndexIVFScalarQuantizer(  # as Footnote wrote them once
            faiss.IndexFlatIP(4), 4, 2, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
        ),
        faiss.IndexRefineFlat(faiss.IndexFlatIP(4)),
    ],
)
def test_another_kind_of_index_is_damage(tmp_path: Path, index: faiss.Index) -> None:
    faiss.write_index(index, str(tmp_path / "x.faiss"))
    with pytest.raises(IndexDamagedError, match="unexpected"):
        Vectors.load(tmp_path / "x.faiss")


def test_only_live_rows_are_found_among_many(tmp_path: Path) -> None:
    made = clusters(5000)
    live = np.arange(len(made)) % 4 > 0  # when more have gone, an update writes all again
    built = stored(Vectors.build(made, exact_up_to=1000), tmp_path).only(live)
    scores, rows = built.search(made[:20], 50)
    assert live[rows[rows >= 0]].all()
    exact = Vectors.build(made).only(live).search(made[:20], 50)[1]
    assert np.mean([len({*few} & {*all_}) / 50 for few, all_ in zip(rows, exact, strict=True)]) > 0.9
    assert (np.diff(scores, axis=1) <= 0).all()


def test_vectors_of_an_odd_length_are_searched_by_lists(tmp_path: Path) -> None:
    made = np.ascontiguousarray(clusters(3000)[:, :15])
    made /= np.linalg.norm(made, axis=1, keepdims=True)
    built = stored(Vectors.build(made, exact_up_to=1000), tmp_path)
    assert built.lists
    assert (
        built.search(made[:50], 1)[1][:, 0] == Vectors.build(made).search(made[:50], 1)[1][:, 0]
    ).mean() > 0.9


def test_a_missing_file_is_damage_and_a_missing_folder_an_error(tmp_path: Path) -> None:
    with pytest.raises(IndexDamagedError):
        Vectors.load(tmp_path / "x.faiss")
    with pytest.raises(OSError, match=r"x\.faiss"):
        Vectors.build(clusters(3)).save(tmp_path / "none" / "x.faiss")


def test_llama_index_opens_the_file(tmp_path: Path) -> None:
    from llama_index.core.vector_stores.types import VectorStoreQuery
    from llama_index.vector_stores.faiss import FaissVectorStore

    made = clusters(50)
    Vectors.build(made).save(tmp_path / "x.faiss")
    store = FaissVectorStore.from_persist_path(str(tmp_path / "x.faiss"))
    query = VectorStoreQuery(query_embedding=made[9].tolist(), similarity_top_k=2)
    result = store.query(query)
    assert result.ids is not None
    assert result.ids[0] == "9"
    assert result.similarities is not None
    assert result.similarities[0] == pytest.approx(1.0, abs=1e-5)
