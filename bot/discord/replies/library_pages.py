"""What the library holds, as replies. All of it reads the index: for `desk.run`, never for the event loop."""

from importlib.metadata import metadata, version

from bot.discord.replies.answer_reply import Reply
from bot.discord.replies.article_pages import (
    PAGE_ROWS,
    about_reply,
    article_reply,
    articles_reply,
    choice,
    unknown_article_reply,
)
from bot.discord.replies.message_limits import CHOICES
from bot.discord.replies.tickets import clean_query
from index.errors import UnknownArticleError
from index.library import Library
from index.retrieval.title_search import article_key

DISTRIBUTION = "footnote-bot"
NEAREST = 3
FOUND = 200
"""Articles that a search lists at most: who wants others searches for more words."""


def article_id(library: Library, given: str) -> str:
    """Return the id of the article whose key, id or title was given. Raises UnknownArticleError."""
    row = library.titles.resolve(given)
    if row is None:
        raise UnknownArticleError(f"No article is called {given!r}.")
    return row.id


def unknown_article(library: Library, given: str) -> Reply:
    """Say that no article is called what was given, and which are called something like it."""
    return unknown_article_reply(given, [row.title for row in library.titles.search(given, NEAREST)])


def choices(library: Library, typed: str) -> list[tuple[str, str]]:
    """Return the name and the key of each article that best matches what is typed, best first."""
    rows = library.titles.search(typed, CHOICES)
    titles = [choice(row.title) for row in rows]
    twice = {title for title in titles if titles.count(title) > 1}
    names = [
        choice(f"{row.id}: {row.title}") if title in twice else title
        for row, title in zip(rows, titles, strict=True)
    ]
    return [(name, article_key(row.id)) for name, row in zip(names, rows, strict=True)]


def articles_page(library: Library, query: str, page: int) -> Reply:
    """Show a page, from 0, of the articles that a query finds; "" finds all. A page too far is the last."""
    query = clean_query(query)
    titles = library.titles
    found = titles.search(query, FOUND) if query else []
    total = len(found) if query else len(titles)
    pages = max(1, -(-total // PAGE_ROWS))
    page = min(page, pages - 1)
    first = page * PAGE_ROWS
    rows = found[first : first + PAGE_ROWS] if query else titles.page(first, PAGE_ROWS)
    return articles_reply(rows, page=page, pages=pages, total=total, query=query)


def article_page(library: Library, given: str) -> Reply:
    """Show the article whose key, id or title was given, or what is called something like it."""
    try:
        found = article_id(library, given)
        return article_reply(library.article(found), library.sentences(found))
    except UnknownArticleError:
        return unknown_article(library, given)


def about(library: Library, log_questions: bool) -> Reply:
    """Say what the bot is."""
    return about_reply(
        articles=len(library.titles),
        version=version(DISTRIBUTION),
        source=_source(),
        log_questions=log_questions,
    )


def _source() -> str:
    """Say where the source is: where the package says that it or the project is, else in the package."""
    entries = metadata(DISTRIBUTION).get_all("Project-URL") or ()
    urls = {label.casefold(): url for label, _, url in (str(entry).partition(", ") for entry in entries)}
    named = (urls[label] for label in ("source", "repository", "homepage") if label in urls)
    return next(named, f"the Python package {DISTRIBUTION}")
