"""Running headers, footers and page numbers of a PDF: lines that stand at the same place on several pages."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from index.articles.pdf_lines import LinePart, Row, rows_of

_OUTERMOST = 4  # rows at the top and at the bottom of a page that may be repeated
_PAGES_APART = 2  # headers may differ between left and right pages
_SAME_HEIGHT = 4.0  # points
_USUAL_HEADER = 3  # pages with a repeated row make the other rows at that height headers, too
_NUMBER = re.compile(r"\d{1,9}")
# A page number that needs no other page to be recognised: "Page 3", "page 1 of 2", "Seite 3/12", "- 3 -".
_PAGE_NUMBER = re.compile(
    r"(?:page|seite|p[aá]gina)\s+\d+(?:\s*(?:of|/|von|de)\s*\d+)?|[-–]\s*\d+\s*[-–]", re.I
)
_ROMAN = re.compile(r"[ivxlc]+")


def without_furniture(pages: Sequence[Sequence[LinePart]]) -> list[list[LinePart]]:
    """Return the pieces of each page without those of running headers, footers and page numbers."""
    rows = [rows_of(pieces) for pieces in pages]
    furniture: list[set[LinePart]] = [set() for _ in pages]
    for edge in (_from_top, _from_bottom):
        outermost = [list(edge(page)) for page in rows]
        repeated = [
            [_is_repeated(row, number, outermost) for row in page] for number, page in enumerate(outermost)
        ]
        heights = Counter(
            round(row[0].baseline)
            for page, flags in zip(outermost, repeated, strict=True)
            for row, flag in zip(page, flags, strict=True)
            if flag
        )
        for page, flags, pieces in zip(outermost, repeated, furniture, strict=True):
            for row, flag in zip(page, flags, strict=True):
                at_usual_height = heights[round(row[0].baseline)] >= _USUAL_HEADER
                if not (flag or at_usual_height or _PAGE_NUMBER.fullmatch(_text(row))):
                    break
                pieces.update(row)
    return [
        [piece for piece in page if piece not in pieces]
        for page, pieces in zip(pages, furniture, strict=True)
    ]


def _from_top(rows: Sequence[Row]) -> Iterable[Row]:
    return rows[:_OUTERMOST]


def _from_bottom(rows: Sequence[Row]) -> Iterable[Row]:
    return rows[: -_OUTERMOST - 1 : -1]


def _is_repeated(row: Row, page: int, outermost: Sequence[Sequence[Row]]) -> bool:
    """Tell whether a near page has the same row at the same height, but for numbers that count the pages."""
    for other in range(max(page - _PAGES_APART, 0), min(page + _PAGES_APART + 1, len(outermost))):
        if other == page:
            continue
        for candidate in outermost[other]:
            near = abs(candidate[0].baseline - row[0].baseline) <= _SAME_HEIGHT
            if near and _is_same(_text(row), _text(candidate), other - page):
                return True
    return False


def _is_same(text: str, other: str, distance: int) -> bool:
    """Tell whether two texts are the same, but for numbers that differ by the distance of their pages."""
    if text == other:
        return True
    if _ROMAN.fullmatch(text) and _ROMAN.fullmatch(other):
        return True
    if _NUMBER.sub("", text) != _NUMBER.sub("", other):
        return False
    numbers = zip(map(int, _NUMBER.findall(text)), map(int, _NUMBER.findall(other)), strict=True)
    return all(after - before in (0, distance) for before, after in numbers)


def _text(row: Row) -> str:
    return " ".join(" ".join(piece.text for piece in row).casefold().split())
