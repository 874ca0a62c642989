"""Rows of a library counted along runs of its segments' articles."""

from pathlib import Path

import numpy as np
import pytest

from index.errors import IndexDamagedError
from index.storage import segments as module
from index.storage.segments import SegmentRun, Segments, segment_file

# Of the first segment, the articles 0, 2 and 3 count; of the second, 1, which goes between them, and 2.
RUNS = [
    SegmentRun(0, 0, 1, 0, 2, 0, 1),
    SegmentRun(1, 1, 1, 3, 4, 2, 2),
    SegmentRun(0, 2, 2, 5, 3, 3, 2),
    SegmentRun(1, 2, 1, 7, 1, 4, 1),
]


@pytest.fixture
def segments() -> Segments:
    return Segments.of(RUNS, 2)


def test_rows_are_counted_along_the_runs(segments: Segments) -> None:
    assert [len(rows) for rows in (segments.articles, segments.sentences, segments.passages)] == [5, 10, 6]
    places = np.stack(segments.sentences.locate(range(10)), axis=1).tolist()
    assert places == [[0, 0], [0, 1], [1, 3], [1, 4], [1, 5], [1, 6], [0, 5], [0, 6], [0, 7], [1, 7]]
    for row, (segment, own) in enumerate(places):
        assert segments.sentences.rows(segment, own) == row


def test_removed_rows_are_none_of_the_librarys(segments: Segments) -> None:
    assert segments.articles.rows(0, [0, 1, 2, 3, 4]).tolist() == [0, -1, 2, 3, -1]
    assert segments.articles.rows(1, [-1, 0, 1, 2]).tolist() == [-1, -1, 1, 4]
    assert segments.articles.rows(7, [0]).tolist() == [-1]
    assert segments.articles.live(0, 5).tolist() == [True, False, True, True, False]


@pytest.mark.parametrize("row", [-1, 10])
def test_there_are_no_other_rows(segments: Segments, row: int) -> None:
    with pytest.raises(KeyError, match=str(row)):
        segments.sentences.locate([0, row])


def test_values_are_gathered_in_the_librarys_order(segments: Segments) -> None:
    values = [np.arange(9, dtype=np.float32), np.arange(100, 109, dtype=np.float32)]
    assert segments.sentences.gather(values).tolist() == [0, 1, 103, 104, 105, 106, 5, 6, 7, 107]


def test_an_article_without_sentences_has_a_place(segments: Segments) -> None:
    empty = Segments.of(
        [SegmentRun(0, 0, 1, 0, 2, 0, 1), SegmentRun(0, 1, 1, 2, 0, 1, 0), SegmentRun(0, 3, 1, 4, 1, 2, 1)], 1
    )
    begin = empty.beginnings(0, np.array([0, 1, 3]), np.array([0, 2, 4]), np.array([0, 1, 2]))
    assert [rows.tolist() for rows in begin] == [[0, 2, 2], [0, 1, 1]]
    assert empty.sentences.rows(0, [0, 1, 2, 3, 4]).tolist() == [0, 1, -1, -1, 2]
    assert np.stack(empty.sentences.locate([1, 2]), axis=1).tolist() == [[0, 1], [0, 4]]


def test_they_are_read_as_they_were_written(segments: Segments, tmp_path: Path) -> None:
    assert Segments.read(tmp_path) is None
    segments.write(tmp_path)
    read = Segments.read(tmp_path)
    assert read is not None
    assert read.count == 2
    for mine, other in zip(
        (read.articles, read.sentences, read.passages),
        (segments.articles, segments.sentences, segments.passages),
        strict=True,
    ):
        assert np.array_equal(mine.segments, other.segments)
        assert np.array_equal(mine.firsts, other.firsts)
        assert np.array_equal(mine.starts, other.starts)


@pytest.mark.parametrize("content", [b"", b"no array", b"\x80\x04N."])
def test_a_foreign_file_is_damage(tmp_path: Path, content: bytes) -> None:
    (tmp_path / module.SEGMENTS_FILE).write_bytes(content)
    with pytest.raises(IndexDamagedError, match=module.SEGMENTS_FILE):
        Segments.read(tmp_path)
    np.save(tmp_path / module.SEGMENTS_FILE, np.zeros((2, 3)))
    with pytest.raises(IndexDamagedError, match="unexpected float64"):
        Segments.read(tmp_path)


def test_the_first_segments_files_have_the_names_that_others_know() -> None:
    assert segment_file("sentences.faiss", 0) == "sentences.faiss"
    assert segment_file("sentences.faiss", 3) == "3-sentences.faiss"
