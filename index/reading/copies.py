"""Copies of a sentence in several articles: cited once, with the other articles named."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.reading.reader import Reading
from index.records import Source

ALIKE = 0.6
"""Share of search terms from which two sentences of articles with one title are versions of each other."""


@dataclass(frozen=True, slots=True)
class CitedReading:
    """A reading with its article, and the other articles that have the same sentence."""

    reading: Reading
    article: Source
    also: tuple[Source, ...] = ()


def merge_copies(
    readings: Sequence[Reading], source: Callable[[int], Source], count: int
) -> list[CitedReading]:
    """Return the first `count` readings, equal sentences as one: that of the article published last.

    Of two versions of a sentence, which articles of the same title have, the one published later comes first;
    the scores keep their places.
    """
    groups: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        candidate = reading.candidate
        wording = " ".join(candidate.text.casefold().split())
        groups.setdefault((wording, candidate.block.context.casefold()), []).append(reading)
    cited: list[CitedReading] = []
    for copies in list(groups.values())[:count]:
        sources = [source(reading.candidate.article) for reading in copies]
        newest = max(range(len(copies)), key=lambda place: (sources[place].published or "", -place))
        others = tuple(article for place, article in enumerate(sources) if place != newest)
        first = copies[newest]
        cited.append(
            CitedReading(Reading(first.candidate, first.highlight, copies[0].score), sources[newest], others)
        )
    if len(cited) > 1 and _is_newer_version(cited[1], cited[0]):
        older, newer = cited[:2]
        cited[:2] = [_with_score(newer, older.reading.score), _with_score(older, newer.reading.score)]
    return cited


def _is_newer_version(second: CitedReading, first: CitedReading) -> bool:
    dates = (first.article.published, second.article.published)
    if None in dates or dates[0] >= dates[1] or first.article.title != second.article.title:  # type: ignore[operator]
        return False
    own, other = set(first.reading.candidate.terms), set(second.reading.candidate.terms)
    return len(own & other) >= ALIKE * len(own | other)


def _with_score(cited: CitedReading, score: float) -> CitedReading:
    reading = cited.reading
    return CitedReading(Reading(reading.candidate, reading.highlight, score), cited.article, cited.also)
