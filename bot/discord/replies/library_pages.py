"""The library as Discord shows it: lists of articles, titles for autocompletion, what the bot is.

Functions that take a library read the index, so they run off the event loop (`QuestionQueue.run`).
"""

from collections.abc import Sequence
from importlib.metadata import metadata, version

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.article_pages import article_reply
from bot.discord.replies.markdown import UNTITLED, cut, escape, escape_to_fit, link, units
from bot.discord.replies.reply import BLUE, BOLD, TITLE_LIMIT, Button, Reply, notice
from bot.discord.replies.tickets import ArticlesTicket, clean_query
from bot.wording import count_with_noun, safe
from index.errors import UnknownArticleError
from index.library import Library
from index.storage.catalog import ArticleRow, article_key

DISTRIBUTION = "footnote-bot"
ROWS_PER_PAGE = 8
"""Articles on a page of a list."""
ROW_LIMIT = message_limits.EMBED_DESCRIPTION // ROWS_PER_PAGE - len("\n")
"""Units of one article in a list."""
DATE_LIMIT = 100
"""Units of a date in a list."""
TYPED_TITLE_LIMIT = 100
"""Units of a title that somebody typed, in the line that no article is called so."""
SUGGESTIONS = 3
"""Titles that are named if there is no article of the title that was given."""
SEARCH_LIMIT = 200
"""Articles that a search lists; for others, people search for more words."""

ABOUT = (
    "I answer questions over a library of articles and show the exact sentences that say so. "
    "Where the articles don't say, I say that.\n\n"
    "Ask with `/ask`, mention me, or write to me directly. To look up what somebody else wrote, open the "
    "message's menu: Apps, Find sources. Reply to an answer to ask on in the same article."
)
FEEDBACK = (
    "If you judge the answer to your own question, the question, the answer and your note are kept on the "
    "bot's own machine; of anybody else's question, only the verdict and your note."
)
UNLOGGED = "Questions are otherwise neither kept nor logged."
LOGGED = "Questions are also kept in the log there."
UNANSWERED = "Questions that I can't answer are kept there for {days}, without who asked them or where."
UNANSWERED_HERE = (
    "Questions that I can't answer are kept there for {days}, with what was added in this server, but "
    "without who asked them."
)
OWN = (
    "What is added in this server is neither asked nor shown anywhere else, and deleted {days} after I am "
    "removed from it."
)

WRITTEN = (
    "Those who may change the library can add what somebody wrote in a server, or their own answer to a "
    "question: the words, the date and a link are then kept there, {author} the author's name."
)


def article_id(library: Library, reference: str) -> str:
    """Return the id of the article whose key, id or title is given. Raises UnknownArticleError."""
    row = library.titles.resolve(reference)
    if row is None:
        raise UnknownArticleError(f"No article is called {reference!r}.")
    return row.id


def choices(library: Library, typed: str) -> list[tuple[str, str]]:
    """Return the name and the key of each article that matches what is typed, the best match first."""
    rows = library.titles.search(typed, message_limits.CHOICES)
    titles = [choice(row.title) for row in rows]
    ambiguous = {title for title in titles if titles.count(title) > 1}
    names = [
        choice(f"{row.id}: {row.title}") if title in ambiguous else title
        for row, title in zip(rows, titles, strict=True)
    ]
    return [(name, article_key(row.id)) for name, row in zip(names, rows, strict=True)]


def choice(title: str) -> str:
    """Return a title as autocompletion shows it."""
    return cut(safe(title).strip(), message_limits.CHOICE) or UNTITLED


def articles_page(library: Library, query: str, page: int, *, changeable: bool = False) -> Reply:
    """Show a page, from 0, of the articles that match a query; "" matches all.

    A page beyond the last is the last. The buttons turn through what is `changeable`, if `library` is that.
    """
    query = clean_query(query)
    titles = library.titles
    matches = titles.search(query, SEARCH_LIMIT) if query else []
    total = len(matches) if query else len(titles)
    pages = max(1, -(-total // ROWS_PER_PAGE))
    page = min(page, pages - 1)
    first = page * ROWS_PER_PAGE
    rows = matches[first : first + ROWS_PER_PAGE] if query else titles.page(first, ROWS_PER_PAGE)
    return articles_reply(rows, page=page, pages=pages, total=total, query=query, changeable=changeable)


def articles_reply(
    rows: Sequence[ArticleRow],
    *,
    page: int,
    pages: int,
    total: int,
    query: str,
    changeable: bool = False,
) -> Reply:
    """Show the articles of one page, from 0, of `pages`; `total` articles match the query."""
    title = f"Articles like “{cut(escape(query), message_limits.EMBED_TITLE - 20)}”" if query else "Articles"
    nothing = "No article's title is like that." if query else "There are no articles yet."
    embed = discord.Embed(title=title, description="\n".join(map(_row, rows)) or nothing, colour=BLUE)
    if rows:
        embed.set_footer(text=f"{count_with_noun(total, 'article')} · page {page + 1} of {pages}")
    buttons = []
    if page > 0:
        buttons.append(Button("Previous", ArticlesTicket(page - 1, query, changeable).custom_id))
    if page + 1 < pages:
        buttons.append(Button("Next", ArticlesTicket(page + 1, query, changeable).custom_id))
    return Reply(embed=embed, buttons=tuple(buttons))


def article_page(library: Library, reference: str) -> Reply:
    """Show the article whose key, id or title is given, or suggest articles with a similar title."""
    try:
        id_ = article_id(library, reference)
        return article_reply(library.article(id_), library.sentences(id_))
    except UnknownArticleError:
        return unknown_article(library, reference)


def unknown_article(library: Library, typed: str) -> Reply:
    """Say that no article is called what was typed, and suggest the most similar titles."""
    return unknown_article_reply(typed, [row.title for row in library.titles.search(typed, SUGGESTIONS)])


def unknown_article_reply(typed: str, suggestions: Sequence[str]) -> Reply:
    """Say that no article is called what was typed, and name the titles that are suggested instead."""
    text = f"No article is called “{cut(escape(typed), TYPED_TITLE_LIMIT)}”."
    if suggestions:
        titles = (cut(escape(title), TITLE_LIMIT) for title in suggestions[:5])
        text += " Nearest: " + ", ".join(f"“{title}”" for title in titles) + "."
    return notice(text)


def about_page(
    library: Library,
    log_questions: bool,
    keep_unanswered_days: int = 0,
    name_authors: bool = False,
    common_articles: int | None = None,
    keep_left_days: int = 0,
) -> Reply:
    """Say what the bot is; `common_articles` of the articles are no server's own, None: all are."""
    return about_reply(
        articles=len(library.titles),
        version=version(DISTRIBUTION),
        source=_source(),
        log_questions=log_questions,
        keep_unanswered_days=keep_unanswered_days,
        name_authors=name_authors,
        keep_left_days=keep_left_days,
        own_articles=None if common_articles is None else len(library.titles) - common_articles,
    )


def about_reply(
    *,
    articles: int,
    version: str,
    source: str,
    log_questions: bool,
    keep_unanswered_days: int = 0,
    name_authors: bool = False,
    own_articles: int | None = None,
    keep_left_days: int = 0,
) -> Reply:
    """Say what the bot is, what it knows, what it stores, and where its source is.

    Unanswered questions are kept for `keep_unanswered_days`; 0: not at all. With `name_authors`, so are the
    names of those who wrote what was added to the library. `own_articles` of the articles are this server's
    own, deleted `keep_left_days` after the bot was removed; None: all servers have the same.
    """
    kept = [FEEDBACK]
    if keep_unanswered_days:
        unanswered = UNANSWERED if own_articles is None else UNANSWERED_HERE
        kept.append(unanswered.format(days=count_with_noun(keep_unanswered_days, "day")))
    kept.append(WRITTEN.format(author="with" if name_authors else "without"))
    kept.append(LOGGED if log_questions else UNLOGGED)
    size = f"{articles:,} article{'' if articles == 1 else 's'}"
    if own_articles is not None:
        kept.insert(0, OWN.format(days=count_with_noun(keep_left_days, "day")))
        size += f", {own_articles:,} of them added in this server"
    embed = discord.Embed(title="Footnote", description=ABOUT, colour=BLUE)
    embed.add_field(name="Library", value=size)
    embed.add_field(name="Version", value=version)
    embed.add_field(name="Source", value=source)
    embed.add_field(name="Privacy", value=" ".join(kept), inline=False)
    return Reply(embed=embed)


def _source() -> str:
    """Return the address of the source or of the project, if the metadata has one; else name the package."""
    entries = metadata(DISTRIBUTION).get_all("Project-URL") or ()
    urls = {label.casefold(): url for label, _, url in (str(entry).partition(", ") for entry in entries)}
    addresses = (urls[label] for label in ("source", "repository", "homepage") if label in urls)
    return next(addresses, f"the Python package {DISTRIBUTION}")


def _row(row: ArticleRow) -> str:
    facts = " · ".join(
        filter(
            None, (escape_to_fit(row.published or "", DATE_LIMIT), count_with_noun(row.sentences, "sentence"))
        )
    )
    lines = f"{BOLD}{link(row.title, row.url, TITLE_LIMIT)}{BOLD}\n-# {facts}"
    return (
        lines
        if units(lines) <= ROW_LIMIT
        else f"{BOLD}{link(row.title, None, TITLE_LIMIT)}{BOLD}\n-# {facts}"
    )
