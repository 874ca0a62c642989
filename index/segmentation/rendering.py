"""Text as it is read by models and shown to people: a sentence with the names of its columns, say.

What is put in lies in no article: pieces tell which parts of a rendering stand where in the article's text.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from index.arrays import Rows
from index.records import Block, BlockKind, Span
from index.segmentation.folding import fold_text


class RenderedSpan(NamedTuple):
    """A part of a rendering that is `length` code points of the article's text from `source` on."""

    start: int
    source: int
    length: int


@dataclass(frozen=True, slots=True)
class Rendering:
    """A rendered text with its pieces, ascending."""

    text: str
    pieces: tuple[RenderedSpan, ...]

    def after(self, prefix: str) -> "Rendering":
        """Return the rendering behind a text that lies in no article."""
        moved = (RenderedSpan(piece.start + len(prefix), piece.source, piece.length) for piece in self.pieces)
        return Rendering(prefix + self.text, tuple(moved))

    def sources(self, starts: Rows, ends: Rows) -> tuple[Rows, Rows]:
        """Return where spans of the rendering stand in the article; -1 for those that lie in no one piece."""
        if not self.pieces:
            return np.full_like(starts, -1), np.full_like(ends, -1)
        piece_starts, sources, lengths = np.array(self.pieces, dtype=np.int64).T
        number = np.maximum(np.searchsorted(piece_starts, starts, "right") - 1, 0)
        shift = sources[number] - piece_starts[number]
        inside = (starts >= piece_starts[number]) & (ends <= piece_starts[number] + lengths[number])
        return np.where(inside, starts + shift, -1), np.where(inside, ends + shift, -1)

    def span(self, start: int, end: int) -> Span | None:
        """Return where a span of the article stands in the rendering, None if an end of it is not shown."""
        places = [
            piece.start + offset - piece.source
            for offset in (start, end - 1)
            for piece in self.pieces
            if piece.source <= offset < piece.source + piece.length
        ]
        return (places[0], places[1] + 1) if len(places) == 2 else None


def render(text: str, start: int, block: Block) -> Rendering:
    """Render a sentence of a block, `text`, that stands at the offset `start` of the article.

    Each cell of a table row follows the name of its column: "Boat: Marigold · Seats: 120".
    """
    if block.kind is not BlockKind.TABLE_ROW or not block.cells:
        return Rendering(text, (RenderedSpan(0, start, len(text)),))
    shown, pieces = "", []
    # Of a row with thousands of cells, which is many sentences, only those of this one are looked at.
    first_cell = bisect_right(block.cells, start, key=lambda cell: cell.end)
    end_cell = bisect_left(block.cells, start + len(text), key=lambda cell: cell.start)
    for cell in block.cells[first_cell:end_cell]:
        first, last = max(cell.start, start), min(cell.end, start + len(text))
        shown += " · " * bool(shown) + (f"{cell.column}: " if cell.column else "")
        pieces.append(RenderedSpan(len(shown), first, last - first))
        shown += text[first - start : last - start]
    return Rendering(shown, tuple(pieces))


def embedded_text(text: str, start: int, block: Block) -> str:
    """Return what the encoder sees of a sentence: headings and lead-in, then the sentence, all folded."""
    shown = render(text, start, block).text
    return fold_text(above((*block.section, block.lead)) + shown).text


def above(headings: Iterable[str]) -> str:
    """Return what models see above a text: "Rules: At night: Not allowed: "."""
    return "".join(f"{heading.rstrip(':')}: " for heading in headings if heading)
