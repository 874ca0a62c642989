"""Copies of a sentence in several articles: cited once, with the other articles named."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.reading.reader import Reading
from index.records import Source

ALIKE = 0.6
"""Share of search terms from which two sentences of articles with one title are versions of each other."""


_ISO_DATE = re.compile(r"\d{4}-\d\d")


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
    for copies in list(groups.values())[: max(count, 2)]:
        sources = [source(reading.candidate.article) for reading in copies]
        newest = max(range(len(copies)), key=lambda place: (_date(sources[place]), -place))
        others = tuple(article for place, article in enumerate(sources) if place != newest)
        cited.append(CitedReading(_in_place_of(copies[0], copies[newest]), sources[newest], others))
    if len(cited) > 1 and _is_newer_version(cited[1], cited[0]):
        older, newer = cited[:2]
        cited[:2] = [_with_score(newer, older.reading.score), _with_score(older, newer.reading.score)]
    return cited[:count]


def _date(article: Source) -> str:
    """Return the date of an article in a form that sorts, "" for any other than 2024-05-01 or 2024-05."""
    date = article.published or ""
    return date if _ISO_DATE.match(date) else ""


def _in_place_of(best: Reading, newest: Reading) -> Reading:
    """Return the reading of a copy with the score and the mark of the best one."""
    if newest is best or newest.candidate.text != best.candidate.text:
        return Reading(newest.candidate, newest.highlight, best.score)
    shift = newest.candidate.start - best.candidate.start
    mark = best.highlight and (best.highlight[0] + shift, best.highlight[1] + shift)
    return Reading(newest.candidate, mark, best.score)


def _is_newer_version(second: CitedReading, first: CitedReading) -> bool:
    date, other_date = _date(first.article), _date(second.article)
    if not date or date >= other_date or first.article.title != second.article.title:
        return False
    own, other = set(first.reading.candidate.terms), set(second.reading.candidate.terms)
    return len(own & other) >= ALIKE * len(own | other)


def _with_score(cited: CitedReading, score: float) -> CitedReading:
    reading = cited.reading
    return CitedReading(Reading(reading.candidate, reading.highlight, score), cited.article, cited.also)
