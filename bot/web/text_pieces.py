"""Pieces of an article's text: what is a link, what is marked as the answer, what is a term or a speaker."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.wording import safe_link
from index.records import Citation, Link, Span


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Some text that is shown in one way; `link` is a web address, "" for none."""

    text: str
    link: str = ""
    marked: bool = False
    lead: bool = False


def cut_pieces(
    text: str,
    start: int,
    end: int,
    marks: Sequence[Span] = (),
    links: Sequence[Link] = (),
    lead: Span | None = None,
) -> tuple[TextPiece, ...]:
    """Cut `text[start:end]` where links, marks and the lead begin and end.

    `marks` and `links` ascend, and neither overlap each other.
    """
    near = [link for link in _near(links, start, end) if safe_link(link.address)]
    marked = [
        marks[at]
        for at in range(
            bisect_right(marks, start, key=lambda mark: mark[1]),
            bisect_left(marks, end, key=lambda mark: mark[0]),
        )
    ]
    spans = [*marked, *((link.start, link.end) for link in near), *([lead] if lead else [])]
    cuts = sorted({start, end, *(offset for span in spans for offset in span if start < offset < end)})
    return tuple(
        TextPiece(
            text[first:last],
            next((link.address for link in near if link.start <= first < link.end), ""),
            any(mark[0] <= first < mark[1] for mark in marked),
            lead is not None and lead[0] <= first < lead[1],
        )
        for first, last in pairwise(cuts)
    )


def quotation_pieces(citation: Citation, *, likely: bool) -> tuple[TextPiece, ...]:
    """Cut a cited sentence, as people should see it, at the mark of the answer, if it is `likely` one."""
    text, mark = citation.quotation
    return cut_pieces(text, 0, len(text), [mark] if mark and likely else [])


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans, ascending, those that overlap as one."""
    apart: list[Span] = []
    for start, end in sorted(spans):
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart


def _near(links: Sequence[Link], start: int, end: int) -> Sequence[Link]:
    first = bisect_right(links, start, key=lambda link: link.end)
    return links[first : bisect_left(links, end, key=lambda link: link.start)]
