"""Articles as Discord shows them: a list, an article's beginning, a page with the cited sentence marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.markdown import UNTITLED, cut, escape, marked, units, web_address
from bot.discord.replies.reply import BLUE, Button, Reply
from bot.discord.replies.tickets import ContextTicket, Mark, PageTicket, sentence_digest
from bot.wording import counted
from index.records import Article, Sentence
from index.retrieval.title_search import article_key

PAGE, BEGINNING = 1400, 700  # units of an article's text: a phone's screen, and half of one
SENTENCE = 3500  # of them a single sentence at most, however long a page gets by it
TITLE, FACT = 160, 100


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
    if byline := " · ".join(filter(None, map(short_fact, (article.author, article.published)))):
        embed.description = f"-# {byline}\n{embed.description or ''}"
    embed.set_footer(text=f"{counted(len(sentences), 'sentence')} · {len(article.text):,} characters")
    return Reply(embed=embed, buttons=pages.later(run, "Read on"))


def _number(sentences: Sequence[Sentence], ticket: ContextTicket) -> int | None:
    here = Sentence(ticket.start, ticket.end)
    return next((number for number, sentence in enumerate(sentences) if sentence == here), None)


def _numbers(run: range, of: int) -> str:
    if len(run) == 1:
        return f"Sentence {run.start + 1} of {of}"
    return f"Sentences {run.start + 1}–{run.stop} of {of}"


def short_fact(fact: str | None) -> str:
    """Return a fact of an article, escaped and cut."""
    return cut(escape(fact or "").strip(), FACT)
