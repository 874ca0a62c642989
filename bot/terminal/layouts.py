"""Layouts of answers, articles and checks: blocks for a terminal or a pipe."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.doctor.check import Check
from bot.shown_citations import answering_together, shown_citations
from bot.terminal.blocks import BLANK_LINE, StyledText, TextBlock
from bot.wording import also_in, count_with_noun, place, read_as_in_words, safe, safe_link
from index.records import NO_ANSWER, NOT_SURE, Answer, Article, Citation, Sentence
from index.segmentation.characters import escape_unseen

if TYPE_CHECKING:
    from index.storage.catalog import ArticleRow


AROUND = 5
"""Sentences shown before and after the one that is asked for."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Layout of citations shown together: their indent, and the titles that several articles share."""

    indent: int
    shared_titles: frozenset[str]

    @classmethod
    def of(cls, citations: Sequence[Citation]) -> "_Layout":
        width = max((len(str(citation.number)) for citation in citations), default=1)
        titles = {citation.article.id: safe(citation.article.title) for citation in citations}
        return cls(
            width + len("[] "), frozenset(title for title, n in Counter(titles.values()).items() if n > 1)
        )


def answer_blocks(answer: Answer, contact: str = "") -> list[TextBlock]:
    """Lay out an answer: the answer itself, its sentence and source; then others that are worth showing.

    `contact` says whom to ask instead if the articles do not say. What was taken for a misspelt word is shown
    first.
    """
    read_as = read_as_in_words(answer)
    above = [TextBlock((StyledText(read_as, "aside"),))] if read_as else []
    return above + _answer_blocks(answer, contact)


def _answer_blocks(answer: Answer, contact: str) -> list[TextBlock]:
    citations = shown_citations(answer)
    layout = _Layout.of(citations)
    if answer.answer is None and not answer.maybe:
        blocks = [TextBlock((StyledText(NO_ANSWER, "unanswered"),))]
        if contact:
            blocks.append(TextBlock((StyledText(safe(contact)),)))
        if citations:
            blocks += [
                BLANK_LINE,
                TextBlock((StyledText("The nearest sentences, for you to judge:", "aside"),)),
            ]
        return blocks + _citation_blocks(citations, layout)
    together = answering_together(citations)
    (first, *items), others = citations[:together], citations[together:]
    opening = (
        StyledText(NOT_SURE, "unanswered")
        if answer.answer is None
        else StyledText(safe(answer.answer), "answer")
    )
    blocks = [TextBlock((opening,)), BLANK_LINE]
    if answer.answer == first.quotation[0]:
        blocks.append(TextBlock(_source(first, layout), _lead(first, layout)))
    else:
        blocks += _citation_blocks([first], layout)
    blocks += _citation_blocks(items, layout, first)
    if others:
        blocks += [BLANK_LINE, TextBlock((StyledText("Next best:", "aside"),))]
    return blocks + _citation_blocks(others, layout, first)


def citation_blocks(citations: Sequence[Citation]) -> list[TextBlock]:
    """Lay out citations one below the other; an article is not named twice in a row."""
    return _citation_blocks(citations, _Layout.of(citations))


def _citation_blocks(
    citations: Sequence[Citation], layout: _Layout, before: Citation | None = None
) -> list[TextBlock]:
    blocks = []
    for citation in citations:
        blocks.append(TextBlock(_sentence(citation), _lead(citation, layout)))
        same = before is not None and before.article.id == citation.article.id
        source = _place_below(citation) if same else _source(citation, layout)
        blocks.append(TextBlock(source, " " * layout.indent))
        before = citation
    return blocks


def _place_below(citation: Citation) -> tuple[StyledText, ...]:
    """Say where a sentence stands below another one of the same article."""
    first, *rest = _place(citation)
    text = first.text.removeprefix(", ").removeprefix(" ")
    return replace(first, text=text, link=safe_link(citation.link)), *rest


def _lead(citation: Citation, layout: _Layout) -> str:
    return f"[{citation.number}]".ljust(layout.indent)


def _sentence(citation: Citation) -> tuple[StyledText, ...]:
    text, mark = citation.quotation
    if mark is None:
        return (StyledText(safe(text)),)
    first, last = mark
    return (
        StyledText(safe(text[:first])),
        StyledText(safe(text[first:last]), "mark"),
        StyledText(safe(text[last:])),
    )


def _source(citation: Citation, layout: _Layout) -> tuple[StyledText, ...]:
    article = citation.article
    title = safe(article.title)
    shared = f" ({escape_unseen(article.id)})" if title in layout.shared_titles else ""
    link = safe_link(citation.link) or safe_link(article.url)
    return (StyledText(title, "title", link), StyledText(shared, "aside"), *_place(citation))


def _place(citation: Citation) -> tuple[StyledText, ...]:
    """Say where in the article a sentence stands, what it links to, and which articles hold it as well."""
    section = "".join(f" › {safe(heading).rstrip(': ')}" for heading in citation.section)
    likely = f" · {citation.score:.0%}" if citation.score >= 0.01 else ""
    pieces = [StyledText(f"{section}, {place(citation)}{likely}", "aside")]
    for address in citation.links:
        pieces += [StyledText(" · ", "aside"), StyledText(safe(address), "aside", safe_link(address))]
    if others := also_in(citation, lambda source: escape_unseen(source.id)):
        pieces.append(StyledText(f" · {others}", "aside"))
    return tuple(pieces)


def sentences_around(number: int, count: int) -> range:
    """Return the places, from 0, of the sentences nearest to number `number` of `count`."""
    middle = min(number, count) - 1
    return range(max(0, middle - AROUND), min(count, middle + AROUND + 1))


def article_blocks(
    article: Article, sentences: Sequence[Sentence], shown: range | None = None
) -> list[TextBlock]:
    """Lay out one article: its title, its metadata, and its sentences numbered from 1.

    With `shown`, only the sentences at these places, from 0, are.
    """
    url = safe_link(article.url)
    metadata = [
        StyledText(fact, "aside")
        for fact in (safe(article.author or ""), safe(article.published or ""), escape_unseen(article.file))
        if fact
    ]
    if url:
        metadata.append(StyledText(url, "aside", url))
    blocks = [TextBlock((StyledText(safe(article.title), "answer"),))]
    blocks += [TextBlock((piece,)) for piece in metadata] + [BLANK_LINE]
    width = len(str(len(sentences)))
    for at in range(len(sentences)) if shown is None else shown:
        text = article.text[sentences[at].start : sentences[at].end]
        blocks.append(TextBlock((StyledText(safe(text)),), f"{at + 1:>{width}}  "))
    return blocks


def list_blocks(articles: "Sequence[ArticleRow]") -> list[TextBlock]:
    """Lay out a list of articles: each id, below it the title and the size."""
    blocks = []
    for info in articles:
        title = StyledText(safe(info.title), "title", safe_link(info.url))
        blocks.append(TextBlock((StyledText(escape_unseen(info.id), "answer"),)))
        blocks.append(
            TextBlock(
                (title, StyledText(f", {count_with_noun(info.sentences, 'sentence')}", "aside")), "    "
            )
        )
    return blocks


def check_blocks(check: Check, *, verbose: bool = False) -> list[TextBlock]:
    """Lay out a check: its name beside what was found, the remedy below; `verbose` adds what few need."""
    lead = f"{check.status:<5}{check.check:<15}"
    blocks = [TextBlock((StyledText(safe(check.detail)),), lead, check.status)]
    for text in (check.more if verbose else "", check.remedy):
        if text:
            blocks.append(TextBlock((StyledText(safe(text), "aside"),), " " * len(lead)))
    return blocks
