"""Vectors and BM25 of several segments: those of an index that was built at once."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import Floats
from index.storage.bm25 import Bm25
from index.storage.joined import JoinedBm25
from index.storage.segmented import SegmentedBm25, SegmentedVectors
from index.storage.segments import RowMap
from index.storage.vectors import Vectors

WORDS = ("us", "raqqa", "fight", "90000", "京欢")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6), min_size=1, max_size=6)


def place_of(parts: Sequence[Sequence[object]], removed: set[tuple[int, int]]) -> RowMap:
    """Map all rows but the removed ones, the segments after each other."""
    runs = [(s, row) for s, part in enumerate(parts) for row in range(len(part)) if (s, row) not in removed]
    segments, firsts = np.array(runs, dtype=np.int64).reshape(-1, 2).T
    return RowMap.of(segments, firsts, np.ones(len(runs), dtype=np.int64))


@given(st.lists(TEXTS, min_size=2, max_size=3), st.data())
def test_scores_are_those_of_all_sentences_together(
    parts: list[list[list[str]]], data: st.DataObject
) -> None:
    every = [(s, row) for s, part in enumerate(parts) for row in range(len(part))]
    removed = data.draw(st.sets(st.sampled_from(every), max_size=len(every) - 1))
    place = place_of(parts, removed)
    segmented = SegmentedBm25.of([Bm25.build(part) for part in parts], place)
    at_once = Bm25.build(parts[s][row] for s, row in every if (s, row) not in removed)
    question = data.draw(st.lists(st.sampled_from([*WORDS, "zzz"]), max_size=5))
    assert np.array_equal(segmented.scores(question), at_once.scores(question))
    assert [segmented.frequency(word) for word in WORDS] == [at_once.frequency(word) for word in WORDS]
    assert (segmented.size, segmented.terms) == (at_once.size, at_once.terms)


@given(TEXTS, TEXTS, st.lists(st.sampled_from([*WORDS, "zzz"]), max_size=5))
def test_two_indexes_read_as_one_score_as_one(
    own: list[list[str]], common: list[list[str]], question: list[str]
) -> None:
    joined = JoinedBm25(SegmentedBm25.of([Bm25.build(own)], place_of([own], set())), Bm25.build(common))
    assert np.array_equal(joined.scores(question), Bm25.build([*own, *common]).scores(question))


def random_vectors(count: int, seed: int) -> Floats:
    vectors = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    normal: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normal


@pytest.mark.parametrize("exact_up_to", [10_000, 100])
def test_only_what_is_left_is_found_and_all_of_it(exact_up_to: int) -> None:
    vectors = [random_vectors(2_000, 1), random_vectors(50, 2)]
    removed = {(0, row) for row in range(0, 2_000, 3)} | {(1, 7)}
    place = place_of(vectors, removed)  # type: ignore[arg-type]
    parts = [Vectors.build(part, exact_up_to=exact_up_to) for part in vectors]
    segmented = SegmentedVectors.of(parts, place)
    left = np.array([vectors[s][row] for s, row in np.stack(place.locate(range(len(place))), axis=1)])
    assert np.allclose(segmented.at(range(len(place))), left, atol=1e-3)
    queries = random_vectors(20, 3)
    scores, rows = segmented.search(queries, 10)
    expected = np.argsort(-(queries @ left.T), axis=1)[:, :10]
    assert np.mean([np.isin(e, f).mean() for e, f in zip(expected, rows, strict=True)]) > 0.95
    assert (np.diff(scores, axis=1) <= 0).all()
    all_rows = segmented.search(queries[:1], 5_000)[1][0]
    assert sorted(all_rows[all_rows >= 0]) == sorted(set(all_rows[all_rows >= 0]))
    if exact_up_to > 2_000:
        assert (rows == expected).all()
        assert sorted(all_rows) == list(range(len(place)))


def test_there_are_no_other_vectors() -> None:
    vectors = [random_vectors(5, 1), random_vectors(5, 2)]
    segmented = SegmentedVectors.of([Vectors.build(v) for v in vectors], place_of(vectors, {(0, 1)}))  # type: ignore[arg-type]
    with pytest.raises(IndexError):
        segmented.at([9])


def test_few_vectors_are_rounded_as_many_are() -> None:
    vectors = random_vectors(500, 1)
    few, many = Vectors.build(vectors, half=True), Vectors.build(vectors, exact_up_to=100)
    assert few.exact
    assert np.array_equal(few.at(range(500)), many.at(range(500)))
