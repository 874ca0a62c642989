"""What the library holds, as replies. All of it reads the index: for `desk.run`, never for the event loop."""

from collections.abc import Sequence
from importlib.metadata import metadata, version

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.article_pages import FACT, TITLE, article_reply, short_fact
from bot.discord.replies.markdown import UNTITLED, cut, escape, link, units
from bot.discord.replies.message_limits import CHOICES
from bot.discord.replies.reply import BLUE, BOLD, Button, Reply, notice
from bot.discord.replies.tickets import ArticlesTicket, clean_query
from bot.wording import counted, safe
from index.errors import UnknownArticleError
from index.library import Library
from index.retrieval.title_search import article_key
from index.storage.catalog import ArticleRow

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


PAGE_ROWS = 8
"""Articles on a page of the list."""


ROW = message_limits.DESCRIPTION // PAGE_ROWS - len("\n")


ABOUT = (
    "I answer questions over a library of articles and show the exact sentences that say so. "
    "Where the articles don't say, I say that.\n\n"
    "Ask with `/ask`, mention me, or write to me directly. To look up what somebody else wrote, open the "
    "message's menu: Apps, Find sources. Reply to an answer to ask on in the same article."
)


FEEDBACK = "If you judge an answer, the question, the answer and your note are kept on the bot's own machine."


UNLOGGED = "Questions are otherwise neither kept nor logged."


LOGGED = "Questions are also kept in the log there."


def articles_reply(rows: Sequence[ArticleRow], *, page: int, pages: int, total: int, query: str) -> Reply:
    """Show the articles of one page, from 0, of `pages`; `total` are all that the query finds."""
    title = f"Articles like “{cut(escape(query), message_limits.TITLE - 20)}”" if query else "Articles"
    nothing = "No article's title is like that." if query else "There are no articles yet."
    embed = discord.Embed(title=title, description="\n".join(map(_row, rows)) or nothing, colour=BLUE)
    if rows:
        embed.set_footer(text=f"{counted(total, 'article')} · page {page + 1} of {pages}")
    buttons = []
    if page > 0:
        buttons.append(Button("Previous", ArticlesTicket(page - 1, query).custom_id))
    if page + 1 < pages:
        buttons.append(Button("Next", ArticlesTicket(page + 1, query).custom_id))
    return Reply(embed=embed, buttons=tuple(buttons))


def unknown_article_reply(typed: str, nearest: Sequence[str]) -> Reply:
    """Say that no article is called what was typed, and which titles are like it."""
    text = f"No article is called “{cut(escape(typed), FACT)}”."
    if nearest:
        text += " Nearest: " + ", ".join(f"“{cut(escape(title), TITLE)}”" for title in nearest[:5]) + "."
    return notice(text)


def about_reply(*, articles: int, version: str, source: str, log_questions: bool) -> Reply:
    """Say what the bot is, what it knows, what it keeps, and where its source is."""
    embed = discord.Embed(title="Footnote", description=ABOUT, colour=BLUE)
    embed.add_field(name="Library", value=f"{articles:,} article{'' if articles == 1 else 's'}")
    embed.add_field(name="Version", value=version)
    embed.add_field(name="Source", value=source)
    embed.add_field(name="Privacy", value=f"{FEEDBACK} {LOGGED if log_questions else UNLOGGED}", inline=False)
    return Reply(embed=embed)


def choice(title: str) -> str:
    """Return a title as autocompletion shows it."""
    return cut(safe(title).strip(), message_limits.CHOICE) or UNTITLED


def _row(row: ArticleRow) -> str:
    facts = " · ".join(filter(None, (short_fact(row.published), counted(row.sentences, "sentence"))))
    lines = f"{BOLD}{link(row.title, row.url, TITLE)}{BOLD}\n-# {facts}"
    return lines if units(lines) <= ROW else f"{BOLD}{link(row.title, None, TITLE)}{BOLD}\n-# {facts}"
