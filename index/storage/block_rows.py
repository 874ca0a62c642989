"""Blocks as rows of the catalog."""

import json
from collections.abc import Sequence
from typing import Any

from index.records import Block, BlockKind, Cell, Link
from index.segmentation.search_terms import terms

BLOCK_COLUMNS = 'kind, start, "end", section, lead, cells, links, level, page'.split(", ")
"""What `read_block` reads, of the table `blocks`."""


def block_values(row: int, block: Block) -> tuple[Any, ...]:
    """Return the values of a block's row in the catalog: those of `BLOCK_COLUMNS` and its context's terms."""
    return (
        *(row, block.kind.value, block.start, block.end, _text(block.section), block.lead),
        *(_text([(cell.column, cell.start, cell.end) for cell in block.cells]),),
        *(_text([(link.start, link.end, link.address) for link in block.links]),),
        *(block.level, block.page, " ".join(terms(block.context))),
    )


def read_block(values: Sequence[Any]) -> Block:
    """Return the block of the values of `BLOCK_COLUMNS`."""
    kind, start, end, section, lead, cells, links, level, page = values
    return Block(
        kind=BlockKind(kind),
        start=start,
        end=end,
        section=tuple(_values(section)),
        lead=lead,
        cells=tuple(Cell(*cell) for cell in _values(cells)),
        links=tuple(Link(*link) for link in _values(links)),
        level=level,
        page=page,
    )


def _text(values: Sequence[Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")) if values else ""


def _values(text: str) -> list[Any]:
    values: list[Any] = json.loads(text) if text else []
    return values
