"""Pieces of lines on a PDF's page: characters close together on one baseline, with their spaces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from index.articles.document import Run
from index.articles.pdf_glyphs import Glyph, VerticalRule

WIDE_GAP = 0.8
"""Gap in text sizes that may be more than a space between words: between columns, or cells of a table."""

_SPACE_BETWEEN = 0.15  # gap, in text sizes, that is seen as a space
_SPACE_WRITTEN = 0.08  # the same if the file has a space there, which justified lines may squeeze
_TWO_TYPED_SPACES = 1.0  # the same as the wide gap in a typewriter's font, whose spaces are 0.6
_BACKWARDS = 0.4  # text sizes that the next character may begin before the end of the last, as in italics
_SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class LinePart:
    """A part of a line without wide gaps; lengths are in points, y grows upwards."""

    left: float
    right: float
    baseline: float
    size: float
    bold: bool
    fixed_pitch: bool
    runs: tuple[Run, ...]
    text: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", "".join(run.text for run in self.runs))

    @property
    def top(self) -> float:
        """Upper end of the capitals, about."""
        return self.baseline + 0.75 * self.size


Row = list[LinePart]
"""The pieces on one baseline, from left to right."""


def pieces_of(glyphs: Sequence[Glyph], uprights: Sequence[VerticalRule] = ()) -> list[LinePart]:
    """Return the pieces of the characters of a page, each once, from the top down.

    A vertical ruling line divides pieces, too.
    """
    found = _pieces(glyphs, uprights)
    pieces = {(piece.text, round(piece.left), round(piece.baseline)): piece for piece in found}
    joined: list[LinePart] = []
    for row in rows_of(pieces.values()):
        joined += _closed_up(row, uprights)
    return joined


def rows_of(pieces: Iterable[LinePart]) -> list[Row]:
    """Return the pieces row by row from the top down."""
    rows: list[Row] = []
    for piece in sorted(pieces, key=lambda piece: -piece.baseline):
        if rows and rows[-1][0].baseline - piece.baseline <= 0.35 * min(rows[-1][0].size, piece.size):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    for row in rows:
        row.sort(key=lambda piece: piece.left)
    return rows


def joined_row(row: Row) -> LinePart:
    """Return a row as one piece."""
    if len(row) == 1:
        return row[0]
    runs: list[Run] = []
    for before, piece in zip([None, *row], row, strict=False):
        if before is not None:
            typed = round((piece.left - before.right) / (0.6 * piece.size)) if piece.fixed_pitch else 1
            runs.append(Run(" " * max(typed, 1)))
        runs += piece.runs
    longest = max(row, key=lambda piece: len(piece.text))
    letters = [piece for piece in row if any(map(str.isalnum, piece.text))] or row
    return LinePart(
        row[0].left,
        max(piece.right for piece in row),
        longest.baseline,
        longest.size,
        all(piece.bold for piece in letters),
        all(piece.fixed_pitch for piece in row),
        tuple(runs),
    )


def _pieces(glyphs: Sequence[Glyph], uprights: Sequence[VerticalRule]) -> Iterator[LinePart]:
    """Yield the pieces in the order of the file."""
    start = 0
    for end in range(1, len(glyphs) + 1):
        if end == len(glyphs) or not _goes_on(glyphs[start], glyphs[end - 1], glyphs[end], uprights):
            yield _piece(glyphs[start:end])
            start = end


def _goes_on(first: Glyph, last: Glyph, glyph: Glyph, uprights: Sequence[VerticalRule]) -> bool:
    """Tell whether a character continues the piece of the characters from `first` to `last`."""
    size = max(last.size, glyph.size)
    widest = _TWO_TYPED_SPACES if glyph.font.fixed_pitch else WIDE_GAP
    gap = glyph.left - last.right
    if not -_BACKWARDS * size <= gap <= widest * size:
        return False
    if (
        uprights
        and gap > _SPACE_BETWEEN * size
        and _divides(uprights, last.right, glyph.left, glyph.baseline)
    ):
        return False
    if abs(glyph.baseline - first.baseline) <= 0.1 * size:
        return True
    raised = abs(glyph.baseline - last.baseline) <= 0.6 * size
    return (raised and min(glyph.size, last.size) < 0.85 * size) or abs(glyph.baseline - last.baseline) < 0.05


def _piece(glyphs: Sequence[Glyph]) -> LinePart:
    size = max(glyph.size for glyph in glyphs)
    body = [glyph for glyph in glyphs if glyph.size >= 0.85 * size]
    baseline = body[0].baseline
    gaps = [after.left - before.right for before, after in pairwise(glyphs)]
    unspaced = [gap for gap, glyph in zip(gaps, glyphs[1:], strict=False) if not glyph.spaced]
    # In letter-spaced text ("N O T E") every character has a gap.
    usual = max(median(unspaced), 0.0) if len(unspaced) > 2 else 0.0
    runs: list[Run] = []
    for number, glyph in enumerate(glyphs):
        text = glyph.text
        if glyph.size < 0.85 * size and glyph.baseline - baseline > 0.2 * size:
            text = text.translate(_SUPERSCRIPTS)
        if number and gaps[number - 1] - usual > size * (_SPACE_WRITTEN if glyph.spaced else _SPACE_BETWEEN):
            if runs[-1].address == glyph.address:
                text = " " + text
            else:
                runs.append(Run(" "))
        if runs and runs[-1].address == glyph.address:
            runs[-1] = Run(runs[-1].text + text, glyph.address)
        else:
            runs.append(Run(text, glyph.address))
    return LinePart(
        glyphs[0].left,
        glyphs[-1].right,
        baseline,
        size,
        all(glyph.font.bold for glyph in glyphs if glyph.text.isalnum()),
        all(glyph.font.fixed_pitch for glyph in glyphs),
        tuple(runs),
    )


def _divides(uprights: Sequence[VerticalRule], left: float, right: float, baseline: float) -> bool:
    """Tell whether a vertical line stands between two characters."""
    return any(left <= line.x <= right and line.bottom <= baseline + 1 <= line.top for line in uprights)


def _closed_up(row: Row, uprights: Sequence[VerticalRule]) -> Iterator[LinePart]:
    """Yield the pieces of a row, those without a wide gap between them as one."""
    group: Row = []
    for piece in row:
        if group and (
            piece.left - group[-1].right > WIDE_GAP * max(piece.size, group[-1].size)
            or _divides(uprights, group[-1].right, piece.left, piece.baseline)
        ):
            yield _closed_up_piece(group)
            group = []
        group.append(piece)
    if group:
        yield _closed_up_piece(group)


def _closed_up_piece(group: Row) -> LinePart:
    if len(group) == 1:
        return group[0]
    runs: list[Run] = []
    for before, piece in zip([None, *group], group, strict=False):
        if before and piece.left - before.right > _SPACE_BETWEEN * piece.size:
            runs.append(Run(" "))
        runs += piece.runs
    joined = joined_row(group)
    return LinePart(
        joined.left, joined.right, joined.baseline, joined.size, joined.bold, joined.fixed_pitch, tuple(runs)
    )
