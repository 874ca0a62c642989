"""Articles as Discord shows them: a list, an article's beginning, a page with the cited sentence marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.answer_reply import BLUE, BOLD, Button, Reply, notice
from bot.discord.replies.markdown import UNTITLED, cut, escape, link, marked, units, web_address
from bot.discord.replies.tickets import ArticlesTicket, ContextTicket, Mark, PageTicket, sentence_digest
from bot.terminal.blocks import counted
from bot.wording import safe
from index.records import Article, Sentence
from index.retrieval.title_search import article_key
from index.storage.catalog import ArticleRow

PAGE_ROWS = 8
"""Articles on a page of the list."""
PAGE, BEGINNING = 1400, 700  # units of an article's text: a phone's screen, and half of one
SENTENCE = 3500  # of them a single sentence at most, however long a page gets by it
TITLE, FACT = 160, 100
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


@dataclass(frozen=True, slots=True)
class _Pages:
    """An article, cut into pages as a person turns them; sentences are numbered from 0."""

    article: Article
    sentences: Sequence[Sentence]
    mark: Mark | None = None

    def sentence(self, number: int) -> str:
        """Return the verbatim text of a sentence."""
        return self.article.text[self.sentences[number].start : self.sentences[number].end]

    def shown(self, number: int) -> str:
        """Return a sentence as Discord is given it, in bold where it is the marked one."""
        text = self.sentence(number)
        bold = (0, len(text)) if self.mark and self.mark.number == number else None
        return marked(text, bold, SENTENCE)

    def valid(self) -> bool:
        """Return whether the marked sentence still is the one that was marked."""
        if self.mark is None:
            return True
        number = self.mark.number
        return number < len(self.sentences) and sentence_digest(self.sentence(number)) == self.mark.digest

    def around(self, first: int, last: int, *, before: bool, after: bool, room: int) -> range:
        """Widen the run `first` to `last`, exclusive, in turns on the sides that may grow, while it fits."""
        room -= sum(map(self._size, range(first, last)))
        while before or after:
            if after and (after := last < len(self.sentences) and self._size(last) <= room):
                room -= self._size(last)
                last += 1
            if before and (before := first > 0 and self._size(first - 1) <= room):
                first -= 1
                room -= self._size(first)
        return range(first, last)

    def text(self, run: range) -> str:
        """Return a run of sentences as Discord is given them, with the article's paragraphs.

        A title that stands in the text is left out: it stands above.
        """
        if len(run) > 1 and run.start == 0 and self._is_title(0):
            run = run[1:]
        text = self.shown(run.start)
        for number in run[1:]:
            gap = self.article.text[self.sentences[number - 1].end : self.sentences[number].start]
            text += ("\n\n" if gap.count("\n") > 1 else " ") + self.shown(number)
        return text

    def embed(self, run: range) -> discord.Embed:
        """Return a run of sentences under the article's title."""
        return discord.Embed(
            title=cut(escape(self.article.title).strip(), message_limits.TITLE) or UNTITLED,
            url=web_address(self.article.url),
            description=(self.text(run) if run else "").strip() or None,
            colour=BLUE,
        )

    def earlier(self, run: range) -> tuple[Button, ...]:
        """Return the button to what stands before, if anything does."""
        ticket = PageTicket(article_key(self.article.id), run.start, True, self.mark)
        return (Button("Earlier", ticket.custom_id),) if run.start > 0 else ()

    def later(self, run: range, label: str = "Later") -> tuple[Button, ...]:
        """Return the button to what comes next, if anything does."""
        ticket = PageTicket(article_key(self.article.id), run.stop, False, self.mark)
        return (Button(label, ticket.custom_id),) if run.stop < len(self.sentences) else ()

    def _is_title(self, number: int) -> bool:
        marked_ = self.mark is not None and self.mark.number == number
        return not marked_ and self.sentence(number).strip() == self.article.title.strip()

    def _size(self, number: int) -> int:
        return units(self.shown(number)) + len("\n\n")


def context_reply(
    article: Article, sentences: Sequence[Sentence], ticket: ContextTicket | PageTicket
) -> Reply | None:
    """Show a cited sentence in its passage, or the page that a ticket asks for.

    Returns None where the article has changed, so that what was cited is no longer there.
    """
    if isinstance(ticket, ContextTicket):
        number = _number(sentences, ticket)
        pages = _Pages(article, sentences, None if number is None else Mark(number, ticket.digest))
        if number is None or not pages.valid():
            return None
        run = pages.around(number, number + 1, before=True, after=True, room=PAGE)
    else:
        pages = _Pages(article, sentences, ticket.mark)
        first = ticket.number - 1 if ticket.earlier else ticket.number
        if not 0 <= first < len(sentences) or not pages.valid():
            return None
        run = pages.around(first, first + 1, before=ticket.earlier, after=not ticket.earlier, room=PAGE)
    embed = pages.embed(run)
    embed.set_footer(text=_numbers(run, len(sentences)))
    return Reply(embed=embed, buttons=pages.earlier(run) + pages.later(run))


def article_reply(article: Article, sentences: Sequence[Sentence]) -> Reply:
    """Show what is known of an article, and how it begins."""
    pages = _Pages(article, sentences)
    run = range(0)
    if sentences:
        run = pages.around(0, 1, before=False, after=True, room=BEGINNING)
    embed = pages.embed(run)
    if byline := " · ".join(filter(None, map(_fact, (article.author, article.published)))):
        embed.description = f"-# {byline}\n{embed.description or ''}"
    embed.set_footer(text=f"{counted(len(sentences), 'sentence')} · {len(article.text):,} characters")
    return Reply(embed=embed, buttons=pages.later(run, "Read on"))


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


def _number(sentences: Sequence[Sentence], ticket: ContextTicket) -> int | None:
    here = Sentence(ticket.start, ticket.end)
    return next((number for number, sentence in enumerate(sentences) if sentence == here), None)


def _numbers(run: range, of: int) -> str:
    if len(run) == 1:
        return f"Sentence {run.start + 1} of {of}"
    return f"Sentences {run.start + 1}–{run.stop} of {of}"


def _fact(fact: str | None) -> str:
    return cut(escape(fact or "").strip(), FACT)


def _row(row: ArticleRow) -> str:
    facts = " · ".join(filter(None, (_fact(row.published), counted(row.sentences, "sentence"))))
    lines = f"{BOLD}{link(row.title, row.url, TITLE)}{BOLD}\n-# {facts}"
    return lines if units(lines) <= ROW else f"{BOLD}{link(row.title, None, TITLE)}{BOLD}\n-# {facts}"
