"""Which segments an update keeps, and which it writes again."""

import pytest

from index.building.segment_plan import SEGMENTS_FROM, SMALL, kept_segments

BASE = 50 * SEGMENTS_FROM


@pytest.mark.parametrize(
    ("stored", "kept", "new", "expected"),
    [
        ([], [], 10, 0),
        ([SEGMENTS_FROM - 1], [SEGMENTS_FROM - 1], 10, 0),
        ([BASE], [BASE], 10, 1),
        ([BASE, SMALL - 1], [BASE, SMALL - 1], 10, 1),
        ([BASE, SMALL], [BASE, SMALL], 10, 2),
        ([BASE, 4 * SMALL, SMALL], [BASE, 4 * SMALL, SMALL], SMALL, 2),
        ([BASE, 4 * SMALL, 3 * SMALL], [BASE, 4 * SMALL, 3 * SMALL], 2 * SMALL, 1),
        ([BASE, SMALL // 2], [BASE, SMALL // 2], 0, 2),  # articles were removed, and nothing is written
        ([BASE], [BASE // 2], 10, 0),
        ([BASE], [BASE], BASE // 2, 0),
    ],
)
def test_segments_stay_while_they_are_much_larger_than_what_is_new(
    stored: list[int], kept: list[int], new: int, expected: int
) -> None:
    assert kept_segments(stored, kept, new) == expected


def test_a_growing_library_has_few_segments_and_writes_a_sentence_few_times() -> None:
    stored, written, most = [BASE], 0, 0
    for _ in range(BASE // 5 // 25):
        count = kept_segments(stored, stored, 25)
        assert count > 0
        size = 25 + sum(stored[count:])
        written += size
        stored = [*stored[:count], size]
        most = max(most, len(stored))
    assert most <= 8
    # The smallest segment is written again with each article, and the others as often as they double.
    assert written < (BASE // 5) * (SMALL / 25 + 8)
