"""Blocks: paragraphs, headings, list items and table rows, without their marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.segmentation.blocks import split_blocks, without_closing_hashes


def blocks(text: str) -> list[str]:
    return [text[start:end] for start, end in split_blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.\n\nThree.", ["One. Two.", "Three."]),
        ("A sentence that was\nwrapped by hand.", ["A sentence that was\nwrapped by hand."]),
        (
            "A title\nA body that is longer than its title.",
            ["A title", "A body that is longer than its title."],
        ),
        ("# A heading #\nIts text.", ["A heading", "Its text."]),
        ("* one\n- [x] two\n1. three\n(b) four", ["one", "two", "1. three", "(b) four"]),
        (
            "1. An item that is long enough to fill its line and\n2. the next, which follows it.",
            ["1. An item that is long enough to fill its line and", "2. the next, which follows it."],
        ),
        (
            "It is open to everybody from the first of May to the\n2. of September, and free of charge.",
            ["It is open to everybody from the first of May to the\n2. of September, and free of charge."],
        ),
        ("· one\n■ two\n\uf0b7 three", ["one", "two", "three"]),
        ("> a quotation\n> of two lines", ["a quotation\n> of two lines"]),
        ("| a | b |\n|---|---|\n| c | d |", ["| a | b |", "| c | d |"]),
        ("***\n---\n", []),
    ],
)
def test_a_text_is_split_where_its_parts_end(text: str, expected: list[str]) -> None:
    assert blocks(text) == expected


@given(st.text(st.sampled_from("aB1 \n#>-*|.\r\u2028é中"), max_size=200))
def test_blocks_follow_each_other_and_hold_every_letter(text: str) -> None:
    end = 0
    for start, stop in split_blocks(text):
        assert not any(map(str.isalnum, text[end:start]))
        assert end <= start < stop
        end = stop
    assert not any(map(str.isalnum, text[end:]))


@pytest.mark.parametrize(
    ("heading", "shown"), [("Title #", "Title"), ("Title ## ", "Title"), ("About C#", "About C#"), ("", "")]
)
def test_closing_hashes_are_no_part_of_a_heading(heading: str, shown: str) -> None:
    assert without_closing_hashes(heading) == shown
