"""An answer as a reply, with the places of its sentences; but for the last step it reads the index."""

from bisect import bisect_left
from dataclasses import dataclass

from bot.discord.replies.answer_reply import CITATIONS, Place, Places, answer_reply
from bot.discord.replies.reply import Reply
from index.errors import UnknownArticleError
from index.library import Library
from index.records import Answer
from index.retrieval.title_search import article_key


def find_places(library: Library, answer: Answer) -> Places:
    """Look up where the cited sentences stand in their articles. Raises UnknownArticleError."""
    articles = {citation.article.id for citation in answer.citations}
    starts = {id_: [sentence.start for sentence in library.sentences(id_)] for id_ in articles}
    return {
        citation.number: Place(bisect_left(there, citation.start) + 1, len(there))
        for citation in answer.citations
        for there in (starts[citation.article.id],)
    }


@dataclass(frozen=True, slots=True)
class Manner:
    """How an answer is shown: see `answer_reply`; `asked_in` is an article's id."""

    asked_in: str | None = None
    first: int = 0
    most: int = CITATIONS
    note: str | None = None
    statement: bool = False


def drawn(library: Library, answer: Answer, manner: Manner) -> Reply:
    """Show an answer in a manner.

    `library` is the one that answered. Reads the index: for `desk.run`.
    """
    try:
        places = find_places(library, answer)
    except UnknownArticleError:  # removed since the answer, which stands all the same
        places = {}
    return drawn_at(places, library, answer, manner)


def drawn_at(places: Places, library: Library, answer: Answer, manner: Manner) -> Reply:
    """Show an answer as `drawn` does, its sentences at known places; one without is shown without."""
    return answer_reply(
        answer,
        places=places,
        asked_in=None if manner.asked_in is None else article_key(manner.asked_in),
        fingerprint=library.fingerprint,
        first=manner.first,
        most=manner.most,
        note=manner.note,
        statement=manner.statement,
    )
