"""Blocks as rows: what goes in comes out."""

import pytest

from index.records import Block, BlockKind, Cell, Link
from index.storage.block_rows import BLOCK_COLUMNS, block_values, read_block

BLOCKS = [
    Block(BlockKind.PARAGRAPH, 0, 9),
    Block(BlockKind.HEADING, 3, 9, section=("Rules", 'At "night"'), level=2),
    Block(
        BlockKind.TABLE_ROW,
        3,
        19,
        lead="Übersicht:",
        cells=(Cell("Boat", 3, 9), Cell("", 10, 19)),
        links=(Link(3, 9, "https://a.b/?x=1"),),
        level=2,
        page=12,
    ),
]


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_comes_back_whole(block: Block) -> None:
    row, *values, terms = block_values(7, block)
    assert row == 7
    assert len(values) == len(BLOCK_COLUMNS)
    assert read_block(values) == block
    assert isinstance(terms, str)


def test_the_terms_are_those_of_headings_lead_in_and_columns() -> None:
    block = Block(BlockKind.TABLE_ROW, 0, 3, ("Ferries",), "Fleet:", (Cell("Captain", 0, 3),))
    assert block_values(0, block)[-1] == "ferri fleet captain"
