"""Answers composed of readings: which sentences are cited, and whether the articles say at all."""

from collections.abc import Callable, Sequence

from index.reading.reader import Reading
from index.records import Answer, Citation, Source


def compose(
    question: str,
    readings: Sequence[Reading],
    source: Callable[[int], Source],
    threshold: float,
    elapsed_ms: float,
) -> Answer:
    """Cite the readings, best first; answer with the first if its score reaches `threshold`.

    The answer is the marked span, or the whole sentence. Below the threshold nothing is marked: a sentence
    that does not answer contains no answer. `source` returns the article of an article row.
    """
    citations = tuple(
        _citation(number, reading, source(reading.candidate.article), threshold)
        for number, reading in enumerate(readings, 1)
    )
    confidence = citations[0].score if citations else 0.0
    answerable = bool(citations) and confidence >= threshold
    answer = _answer_text(citations[0]) if answerable else None
    return Answer(question, answerable, confidence, answer, citations, round(elapsed_ms, 1))


def _citation(number: int, reading: Reading, article: Source, threshold: float) -> Citation:
    candidate, score = reading.candidate, round(reading.score, 4)
    mark = reading.highlight if score >= threshold else None
    return Citation(number, article, candidate.text, candidate.start, candidate.end, mark, score)


def _answer_text(citation: Citation) -> str:
    if citation.highlight is None:
        return citation.sentence
    start, end = citation.highlight
    return citation.sentence[start - citation.start : end - citation.start]
