"""An answer as its page shows it: what Discord and the terminal show, with a link to each sentence."""

from dataclasses import dataclass

from bot.explanation_words import ExplanationWords
from bot.shown_citations import answering_together, shown_citations
from bot.web.addresses import article_path, citation_path
from bot.web.text_pieces import TextPiece, quotation_pieces
from bot.wording import also_in, confidence_in_words, percent, place, read_as_in_words, safe_link
from index.records import NO_ANSWER, NOT_SURE, Answer, Citation
from index.segmentation.characters import escape_unseen

NEAREST_HEADING = "The nearest sentences, for you to judge:"
NEXT_BEST = "Next best"


@dataclass(frozen=True, slots=True)
class SourceView:
    """A cited sentence: where it can be read, and what is said about it.

    `quotation` is empty if the answer is all of the sentence, which stands above; `path` is its address below
    the site's root, `url` that of the source, "" if there is none.
    """

    number: int
    quotation: tuple[TextPiece, ...]
    title: str
    path: str
    section: tuple[str, ...]
    place: str
    score: str
    also: str
    url: str
    links: tuple[str, ...]
    is_next_best: bool = False


@dataclass(frozen=True, slots=True)
class AnswerView:
    """An answer; `verdict` is "answered", "maybe" or "declined", and `opening` the words for it.

    If one article alone was asked, `asked_title` is its title and `asked_article` its id.
    """

    question: str
    verdict: str
    opening: str
    confidence: str
    seconds: str
    sources: tuple[SourceView, ...]
    sources_heading: str
    contact: str
    read_as: str
    asked_title: str = ""
    asked_article: str = ""
    why: ExplanationWords | None = None


def answer_view(
    answer: Answer,
    *,
    limit: int,
    contact: str = "",
    asked_title: str = "",
    asked_article: str = "",
    why: ExplanationWords | None = None,
) -> AnswerView:
    """Lay out an answer with `limit` citations at most, or as many as answer together.

    `contact` says whom to ask where the articles do not say, `asked_title` and `asked_article` name the only
    article that was asked.
    """
    likely = answer.answerable or answer.maybe
    shown = shown_citations(answer)
    together = answering_together(shown) if likely else 0
    citations = shown[: max(limit, together)]
    below = citations[together:] if likely else ()
    next_best = next((citation.number for citation in below if citation.highlight is None), 0)
    verdict = "answered" if answer.answerable else "maybe" if answer.maybe else "declined"
    opening = answer.answer if answer.answer is not None else NOT_SURE if answer.maybe else NO_ANSWER
    return AnswerView(
        answer.question,
        verdict,
        opening,
        confidence_in_words(answer.confidence, answerable=answer.answerable),
        f"{max(answer.elapsed_ms / 1000, 0.01):.2f} s",
        tuple(_source(citation, answer, citation.number == next_best) for citation in citations),
        NEAREST_HEADING if citations and not likely else "",
        contact if verdict == "declined" else "",
        read_as_in_words(answer),
        asked_title,
        asked_article,
        why,
    )


def _source(citation: Citation, answer: Answer, is_next_best: bool) -> SourceView:
    likely = answer.answerable or answer.maybe
    is_answer = citation.number == 1 and citation.quotation[0] == answer.answer
    return SourceView(
        citation.number,
        () if is_answer else quotation_pieces(citation, likely=likely),
        citation.article.title,
        citation_path(citation, answer.question),
        tuple(heading.rstrip(": ") for heading in citation.section),
        place(citation),
        percent(citation.score) if citation.score >= 0.01 else "",
        also_in(citation, lambda source: escape_unseen(source.id)),
        safe_link(citation.link) or safe_link(citation.article.url) or "",
        tuple(filter(None, map(safe_link, citation.links))),
        is_next_best,
    )


@dataclass(frozen=True, slots=True)
class ArticleLink:
    """An article in a list."""

    title: str
    path: str
    about: str


def article_link(article_id: str, title: str, about: str) -> ArticleLink:
    """Return an article as it stands in a list, with what is said `about` it."""
    return ArticleLink(title or escape_unseen(article_id), article_path(article_id), about)
