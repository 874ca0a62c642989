"""Answers composed of readings: which sentences are cited, and whether the articles say at all."""

from collections.abc import Sequence

from index.reading.repeated_sentences import CitedReading
from index.records import Answer, BlockKind, Candidate, Citation, Span
from index.segmentation.rendering import render

_LED = frozenset((BlockKind.LIST_ITEM, BlockKind.DEFINITION, BlockKind.TABLE_ROW))
_LEAD_ENDS = (":", "?", ".", "!", "…")


def compose(
    question: str,
    cited: Sequence[CitedReading],
    threshold: float,
    maybe_from: float,
    elapsed_ms: float,
) -> Answer:
    """Cite the readings, best first; answer with the first if its score reaches `threshold`.

    Below that, from `maybe_from` on, it may answer.

    The answer is the marked span, or the whole sentence. Below the threshold nothing is marked, because a
    sentence that does not answer contains no answer; only in the first, if it may answer, the likely span is.
    """
    confidence = round(cited[0].reading.score, 4) if cited else 0.0
    answerable = bool(cited) and confidence >= threshold
    maybe = bool(cited) and not answerable and confidence >= maybe_from
    citations = tuple(
        _citation(number, reading, 0.0 if number == 1 and maybe else threshold)
        for number, reading in enumerate(cited, 1)
    )
    answer = _answer_text(citations[0]) if answerable else None
    return Answer(question, answerable, confidence, answer, citations, round(elapsed_ms, 1), maybe)


def _citation(number: int, cited: CitedReading, mark_from: float) -> Citation:
    article, candidate, score = cited.article, cited.reading.candidate, round(cited.reading.score, 4)
    mark = cited.reading.highlight if score >= mark_from else None
    block = candidate.block
    shown, shown_mark = _shown(candidate, mark)
    return Citation(
        number=number,
        article=article,
        sentence=candidate.text,
        start=candidate.start,
        end=candidate.end,
        highlight=mark,
        score=score,
        section=block.section,
        page=block.page,
        block=block.kind,
        link=cited.link,
        links=_links(candidate),
        position=candidate.number + 1,
        sentences=article.sentences,
        also=cited.also,
        also_count=cited.also_count,
        shown=shown,
        shown_highlight=shown_mark,
    )


def _shown(candidate: Candidate, mark: Span | None) -> tuple[str, Span | None]:
    """Return a sentence as people should see it: with the names of its columns, or with its lead-in."""
    block = candidate.block
    rendering = render(candidate.text, candidate.start, block)
    if block.lead and block.kind in _LED and not candidate.text.startswith(block.lead):
        ending = " " if block.lead.endswith(_LEAD_ENDS) else ": "
        rendering = rendering.after(block.lead + ending)
    return rendering.text, mark and rendering.span(*mark)


def _links(candidate: Candidate) -> tuple[str, ...]:
    """Return the addresses that a sentence links to and does not show, each once."""
    addresses = (
        link.address
        for link in candidate.block.links
        if candidate.start <= link.start < candidate.end and link.address not in candidate.text
    )
    return tuple(dict.fromkeys(addresses))


def _answer_text(citation: Citation) -> str:
    if citation.highlight is None:
        return citation.sentence
    start, end = citation.highlight
    return citation.sentence[start - citation.start : end - citation.start]
