"""Copies of a sentence in several articles: cited once, with the other articles named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.reading.reader import RankedQuestion, Reading
from index.records import Candidate, Source, Span
from index.segmentation.search_terms import terms
from index.storage.catalog import ArticleRow, SentenceCopies
from index.storage.joined import AnyCatalog

ALIKE = 0.6
"""Share of search terms, but for numbers, from which two sentences below one title are versions."""
EQUALLY_NEW = 600
"""Seconds: files whose times differ by less may have been copied or checked out together."""


@dataclass(frozen=True, slots=True)
class CitedReading:
    """A reading with its article, and the other articles that have the same sentence; see `Citation`."""

    reading: Reading
    article: Source
    also: tuple[Source, ...] = ()
    also_count: int = 0
    link: str | None = None


def merge_copies(
    question: RankedQuestion, readings: Sequence[Reading], catalog: AnyCatalog
) -> list[CitedReading]:
    """Return the first readings, `count` at most, equal sentences as one: that of the article changed last.

    Of two versions of a sentence, which articles of the same title have, the one changed later comes first;
    the scores keep their places.
    """
    groups: dict[tuple[str, str], list[Reading]] = {}
    for reading in readings:
        candidate = reading.candidate
        wording = " ".join(candidate.text.casefold().split())
        groups.setdefault((wording, candidate.block.context.casefold()), []).append(reading)
    first = list(groups.values())[: max(question.count, 2)]
    copies = [_all_copies(group, catalog) for group in first]
    held = {group[0].candidate.article for group in first}.union(*(found.rows for found in copies))
    articles = {article.row: article for article in catalog.article_rows(held)}
    asked = set(terms(question.question))
    cited = [
        _cite(group, found, articles, catalog, None if question.narrowed else asked)
        for group, found in zip(first, copies, strict=True)
    ]
    for place, older in enumerate(cited):
        newer = max(
            (n for n in range(place + 1, len(cited)) if _is_newer_version(cited[n], older, asked)),
            key=lambda n: cited[n].article.updated,
            default=None,
        )
        if newer is not None:
            cited[place], cited[newer] = (
                _with_score(cited[newer], older.reading.score),
                _with_score(older, cited[newer].reading.score),
            )
    return cited[: question.count]


def _all_copies(group: Sequence[Reading], catalog: AnyCatalog) -> SentenceCopies:
    """Find the copies of a sentence in all indexes that the catalog joins: each knows only its own."""
    rows, total = catalog.copies(group[0].candidate.row)
    for reading in group[1:]:
        if reading.candidate.article not in rows and total <= len(rows):
            found = catalog.copies(reading.candidate.row)
            known = {group[0].candidate.article: group[0].candidate.row} | rows
            rows = known | {reading.candidate.article: reading.candidate.row} | found.rows
            newest = sorted(catalog.article_rows(rows), key=lambda article: -article.updated)
            rows = {article.row: rows[article.row] for article in newest}
            total = len(rows)
    return SentenceCopies(rows, total)


def _cite(
    group: Sequence[Reading],
    copies: SentenceCopies,
    articles: Mapping[int, ArticleRow],
    catalog: AnyCatalog,
    asked: set[str] | None,
) -> CitedReading:
    """Cite the copy of the article changed last, unless the question names the article of the best one.

    `asked` are the terms of the question, None if it was put to one article.
    """
    best = group[0]
    chosen = own = articles[best.candidate.article]
    if asked is not None:
        named = asked & set(terms(own.title))
        holders = (articles[row] for row in copies.rows)
        newest = next((article for article in holders if named <= set(terms(article.title))), own)
        chosen = newest if newest.updated > own.updated + EQUALLY_NEW else own
    reading = best if chosen is own else _reading_in(chosen, group, copies.rows, catalog)
    also = tuple(_source(articles[row]) for row in copies.rows if row != chosen.row)
    return CitedReading(reading, _source(chosen), also, max(0, copies.total - 1))


def _source(article: ArticleRow) -> Source:
    return Source(article.id, article.title, article.url, article.sentences, article.updated)


def _reading_in(
    article: ArticleRow, group: Sequence[Reading], rows: Mapping[int, int], catalog: AnyCatalog
) -> Reading:
    """Return the reading of the copy in an article, with the score and the mark of the best one."""
    best = group[0]
    known = next((copy.candidate for copy in group if copy.candidate.article == article.row), None)
    candidate = known or _candidate(best.candidate, rows[article.row], catalog)
    return Reading(candidate, _same_words(best, candidate), best.score)


def _candidate(best: Candidate, row: int, catalog: AnyCatalog) -> Candidate:
    (sentence,) = catalog.sentences([row])
    return replace(
        best,
        row=row,
        article=sentence.article,
        start=sentence.start,
        end=sentence.end,
        text=sentence.text,
        block=sentence.block,
        section=sentence.section,
        number=sentence.number,
        title=sentence.title,
        outer_title=sentence.outer_title,
    )


def _same_words(best: Reading, candidate: Candidate) -> Span | None:
    """Return where the words that are marked in the best copy stand in another, whatever case and spacing."""
    mark, text = best.highlight, best.candidate.text
    if mark is None:
        return None
    start, end = mark[0] - best.candidate.start, mark[1] - best.candidate.start
    before = len(re.findall(_pattern(text[start:end]), text[:start], re.IGNORECASE))
    matches = re.finditer(_pattern(text[start:end]), candidate.text, re.IGNORECASE)
    spans = [(candidate.start + match.start(), candidate.start + match.end()) for match in matches]
    return spans[before] if before < len(spans) else None


def _pattern(words: str) -> str:
    return r"\s+".join(map(re.escape, words.split()))


def _is_newer_version(second: CitedReading, first: CitedReading, asked: set[str]) -> bool:
    """Tell whether the second says the same of what is `asked` as the first, and is newer.

    Below one title "The web server uses port 80" is no version of "The mail server uses port 25" to a
    question about mail.
    """
    if (
        second.article.updated <= first.article.updated + EQUALLY_NEW
        or first.article.title != second.article.title
    ):
        return False
    own, other = set(first.reading.candidate.terms), set(second.reading.candidate.terms)
    if not (asked & own) <= other:
        return False
    own, other = _words(own), _words(other)
    return bool(own) and len(own & other) >= ALIKE * len(own | other)


def _words(search_terms: set[str]) -> set[str]:
    """Return the terms without a digit: what a newer version changes is a number mostly."""
    return {term for term in search_terms if not any(map(str.isdigit, term))}


def _with_score(cited: CitedReading, score: float) -> CitedReading:
    return replace(cited, reading=replace(cited.reading, score=score))
