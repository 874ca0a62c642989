"""An article as Discord shows it: its beginning, or a page of it with the cited sentence marked."""

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.markdown import UNTITLED, emphasize, escape_to_fit, units, web_address
from bot.discord.replies.reply import BLUE, Button, Reply
from bot.discord.replies.tickets import ContextTicket, PageTicket, SentenceMark, sentence_digest
from bot.wording import count_with_noun
from index.reading.links import PageText, sentence_link
from index.records import Article, Sentence
from index.storage.catalog import article_key

PAGE_LIMIT, BEGINNING_LIMIT = 1400, 700
"""Units of an article's text on a page, about a phone's screen, and of its beginning."""
LONGEST_SENTENCE = 3500
"""Units of a single sentence, even if the page gets longer than `PAGE_LIMIT` by it."""
BYLINE_LIMIT = 100
"""Units of an author's name or a date."""


@dataclass(frozen=True, slots=True)
class _Pages:
    """An article whose pages are cut when a person turns to them; sentences are numbered from 0."""

    article: Article
    sentences: Sequence[Sentence]
    mark: SentenceMark | None = None

    def sentence(self, number: int) -> str:
        """Return the verbatim text of a sentence."""
        return self.article.text[self.sentences[number].start : self.sentences[number].end]

    def escaped(self, number: int) -> str:
        """Return a sentence escaped for Discord, in bold if it is the marked one."""
        text = self.sentence(number)
        bold = (0, len(text)) if self._is_marked(number) else None
        return emphasize(text, bold, LONGEST_SENTENCE)

    def is_valid(self) -> bool:
        """Return whether the marked sentence is still the one that was marked."""
        if self.mark is None:
            return True
        number = self.mark.number
        return number < len(self.sentences) and sentence_digest(self.sentence(number)) == self.mark.digest

    def around(self, first: int, last: int, *, before: bool, after: bool, room: int) -> range:
        """Widen the run from `first` to `last`, exclusive, while it fits, by turns on the sides allowed."""
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
        """Return a run of sentences escaped for Discord, in the article's paragraphs.

        If the text begins with the title, that is left out: it stands above.
        """
        if len(run) > 1 and run.start == 0 and self._is_title(0):
            run = run[1:]
        text = self.escaped(run.start)
        for number in run[1:]:
            gap = self.article.text[self.sentences[number - 1].end : self.sentences[number].start]
            text += ("\n\n" if gap.count("\n") > 1 else " ") + self.escaped(number)
        return text

    def embed(self, run: range) -> discord.Embed:
        """Return a run of sentences under the article's title."""
        return discord.Embed(
            title=escape_to_fit(self.article.title, message_limits.EMBED_TITLE) or UNTITLED,
            url=web_address(self._link()) or web_address(self.article.url),
            description=(self.text(run) if run else "").strip() or None,
            colour=BLUE,
        )

    def _link(self) -> str | None:
        """Return the address that opens at the marked sentence, None if there is none."""
        if self.mark is None or not self.article.blocks:
            return None
        article, sentence = self.article, self.sentences[self.mark.number]
        block, text = article.blocks[sentence.block], PageText(article.text)
        return sentence_link(article.url, article.file, text, block, sentence.start, sentence.end)

    def previous_button(self, run: range) -> tuple[Button, ...]:
        """Return the button to the page before, if there is one."""
        ticket = PageTicket(article_key(self.article.id), run.start, True, self.mark)
        return (Button("Earlier", ticket.custom_id),) if run.start > 0 else ()

    def next_button(self, run: range, label: str = "Later") -> tuple[Button, ...]:
        """Return the button to the next page, if there is one."""
        ticket = PageTicket(article_key(self.article.id), run.stop, False, self.mark)
        return (Button(label, ticket.custom_id),) if run.stop < len(self.sentences) else ()

    def _is_title(self, number: int) -> bool:
        return not self._is_marked(number) and self.sentence(number).strip() == self.article.title.strip()

    def _is_marked(self, number: int) -> bool:
        return self.mark is not None and self.mark.number == number

    def _size(self, number: int) -> int:
        return units(self.escaped(number)) + len("\n\n")


def context_reply(
    article: Article, sentences: Sequence[Sentence], ticket: ContextTicket | PageTicket
) -> Reply | None:
    """Show a cited sentence in its context, or the page that a ticket asks for.

    Returns None if the article has changed so that what was cited is no longer there.
    """
    if isinstance(ticket, ContextTicket):
        number = _number(sentences, ticket)
        pages = _Pages(article, sentences, None if number is None else SentenceMark(number, ticket.digest))
        if number is None or not pages.is_valid():
            return None
        run = pages.around(number, number + 1, before=True, after=True, room=PAGE_LIMIT)
    else:
        pages = _Pages(article, sentences, ticket.mark)
        first = ticket.number - 1 if ticket.earlier else ticket.number
        if not 0 <= first < len(sentences) or not pages.is_valid():
            return None
        run = pages.around(first, first + 1, before=ticket.earlier, after=not ticket.earlier, room=PAGE_LIMIT)
    embed = pages.embed(run)
    embed.set_footer(text=_position(run, len(sentences)))
    return Reply(embed=embed, buttons=pages.previous_button(run) + pages.next_button(run))


def article_reply(article: Article, sentences: Sequence[Sentence]) -> Reply:
    """Show what is known about an article, and how it begins."""
    pages = _Pages(article, sentences)
    run = range(0)
    if sentences:
        run = pages.around(0, 1, before=False, after=True, room=BEGINNING_LIMIT)
    embed = pages.embed(run)
    byline = [escape_to_fit(fact or "", BYLINE_LIMIT) for fact in (article.author, article.published)]
    if any(byline):
        embed.description = f"-# {' · '.join(filter(None, byline))}\n{embed.description or ''}"
    embed.set_footer(text=f"{count_with_noun(len(sentences), 'sentence')} · {len(article.text):,} characters")
    return Reply(embed=embed, buttons=pages.next_button(run, "Read on"))


def _number(sentences: Sequence[Sentence], ticket: ContextTicket) -> int | None:
    cited = ticket.start, ticket.end
    return next(
        (number for number, sentence in enumerate(sentences) if (sentence.start, sentence.end) == cited), None
    )


def _position(run: range, total: int) -> str:
    if len(run) == 1:
        return f"Sentence {run.start + 1} of {total}"
    return f"Sentences {run.start + 1}–{run.stop} of {total}"
