"""The reply to a question: the answer in bold, below it each sentence that says so and where it stands.

A reply is its own memory. What a click or a follow-up needs is read back from the message (`read_back`), so
that neither a restart nor another process breaks a button.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.markdown import ELLIPSIS, UNTITLED, cut, escape, link, marked, unescape, units
from bot.discord.replies.reply import AMBER, BLUE, BOLD, EMPTY_LINE, GREEN, QUOTE, Button, Reply
from bot.discord.replies.tickets import (
    ContextTicket,
    MoreTicket,
    Ticket,
    VerdictTicket,
    parse,
    sentence_digest,
)
from bot.wording import safe
from index.records import Answer, Citation
from index.retrieval.title_search import article_key

QUESTION = 500  # characters of a question that a reply quotes
CITATIONS = 5  # of one reply: more are for "More sources"
IN_CONTEXT = 3  # of them with a button: a row has room for five
ANSWER, SENTENCE, TITLE = 1000, 500, 160  # units; the first citation always fits
TITLE_AGAIN = 40  # of an article that was named above

DECLINED = "The articles don't say."
NEAREST = "Nearest sentences, which are not an answer:"
ONLY_THERE = " doesn't say. I looked only there."
LOOKED_ON = " doesn't say, so I looked in all articles."
GONE = "The article of that answer is no longer in the library, so I looked in all."
NEXT_BEST = "-# Next best:"
OF_STATEMENT = "Nearest sentences in the articles:"
MORE = "More sources:"
MORE_OF_STATEMENT = "More of the nearest sentences:"
MORE_NEAREST = "More of the nearest sentences, which are not an answer:"
NO_MORE = "There are no more sentences about this."
CONTEXT, MORE_SOURCES = "Show in context", "More sources"
RIGHT, WRONG = "Was this right? Yes", "No"
"""Labels of buttons; the second citation's and the third's say "2 in context" and "3 in context"."""
SURE = 0.5  # confidence from which an answer is green
LEVELS = ((0.9, "Very confident"), (0.7, "Confident"), (SURE, "Fairly confident"), (0.0, "Not sure"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands: the `number`th, from 1, of its article's `of`."""

    number: int
    of: int


Places = Mapping[int, Place]
"""The place of each citation, by its number."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a message that the bot once sent says: enough to ask again, to page and to judge.

    `answer` is None where the articles did not say. `asked_in` is the key of the article that was asked in.
    To a `statement` only sentences near it were shown.
    """

    question: str
    answer: str | None
    asked_in: str | None
    tickets: tuple[Ticket, ...]
    statement: bool = False

    @property
    def article(self) -> str | None:
        """Key of the article that a follow-up keeps: the one asked in, else that of the first citation."""
        cited = (ticket.key for ticket in self.tickets if isinstance(ticket, ContextTicket))
        return self.asked_in or next(cited, None)

    @property
    def first(self) -> int | None:
        """How many citations have been shown; None where there are no more."""
        return next((ticket.first for ticket in self.tickets if isinstance(ticket, MoreTicket)), None)


def answer_reply(
    answer: Answer,
    *,
    places: Places,
    asked_in: str | None,
    fingerprint: str,
    first: int = 0,
    most: int = CITATIONS,
    note: str | None = None,
    statement: bool = False,
) -> Reply:
    """Show an answer with the citations after the first `first` ones, as many as fit, `most` at most.

    `asked_in` is the key of the article that was asked in, `fingerprint` the index's. After
    the first citations neither the answer nor the confidence is said again. `note` is a line of the bot's
    own, in small print. What is said to a `statement` is no answer: only sentences near it are shown.
    """
    blocks = [_opening(answer, first, asked_in, note, statement)]
    room = message_limits.DESCRIPTION - units(blocks[0])
    citations = answer.citations[first : first + min(most, CITATIONS)]
    next_best = None if statement or first else _next_best(answer)
    for at, citation in enumerate(citations):
        again = any(earlier.article.id == citation.article.id for earlier in citations[:at])
        title_limit = TITLE_AGAIN if again else TITLE
        quoted = statement or citation.number > 1 or citation.sentence != answer.answer
        block = _source(citation, places.get(citation.number), title_limit)
        if quoted:  # what is the answer itself is not said again
            block = f"{_quotation(citation, answer.answerable and not statement)}\n{block}"
        if citation.number == next_best:
            block = f"{NEXT_BEST}\n{block}"
        room -= len(EMPTY_LINE) + units(block)
        if room < 0:
            break
        blocks.append(block)
    shown = citations[: len(blocks) - 1]
    colour = BLUE if statement else GREEN if answer.answerable and answer.confidence >= SURE else AMBER
    embed = discord.Embed(description=EMPTY_LINE.join(blocks), colour=colour)
    buttons = _context_buttons(shown)
    rest = MoreTicket(asked_in, first + len(shown))
    if len(answer.citations) > rest.first:
        buttons.append(Button(MORE_SOURCES, rest.custom_id))
    if first == 0 and not statement:
        embed.set_footer(text=_footer(answer))
        for right, label, emoji in ((True, RIGHT, "👍"), (False, WRONG, "👎")):
            verdict = VerdictTicket(right, fingerprint, asked_in)
            buttons.append(Button(label, verdict.custom_id, row=1, emoji=emoji))
    return Reply(_question(answer.question), embed, tuple(buttons), rest)


def read_back(message: discord.Message) -> Shown | None:
    """Read what a message made by `answer_reply` says; None where it is another message.

    Where embeds are not shown, all of it stands in the message's content (`without_embed`).
    """
    question, _, rest = message.content.partition("\n")
    if not question.startswith(QUOTE) or bool(rest) == bool(message.embeds):
        return None
    opening = (rest or message.embeds[0].description or "").split("\n", 1)[0]
    answer = _in_bold(opening)
    if rest and answer is None and not _without_answer(opening):
        return None
    buttons = [
        item for row in message.components if isinstance(row, discord.ActionRow) for item in row.children
    ]
    tickets = tuple(
        ticket for button in buttons if button.custom_id and (ticket := parse(button.custom_id)) is not None
    )
    asked_in = next(
        (ticket.asked_in for ticket in tickets if isinstance(ticket, MoreTicket | VerdictTicket)), None
    )
    statement = opening in (OF_STATEMENT, MORE_OF_STATEMENT)
    return Shown(unescape(question.removeprefix(QUOTE)), answer, asked_in, tickets, statement)


def _question(question: str) -> str:
    text = safe(question).strip()
    return QUOTE + escape(text if len(text) <= QUESTION else cut(text, QUESTION))


def title_of(answer: Answer) -> str:
    """Return the title of the first citation's article, in bold."""
    return f"{BOLD}{cut(escape(answer.citations[0].article.title).strip(), TITLE) or UNTITLED}{BOLD}"


def _opening(answer: Answer, first: int, asked_in: str | None, note: str | None, statement: bool) -> str:
    if first:
        nearest = MORE_OF_STATEMENT if statement else MORE if answer.answerable else MORE_NEAREST
        return nearest if len(answer.citations) > first else NO_MORE
    if statement and answer.citations:
        return OF_STATEMENT
    lines = [note and f"-# {note}"]
    if answer.answer is not None:
        lines.insert(0, f"{BOLD}{cut(escape(answer.answer).strip(), ANSWER) or ELLIPSIS}{BOLD}")
    elif answer.citations:
        lines.insert(0, title_of(answer) + ONLY_THERE if asked_in else DECLINED)
        lines.append(NEAREST)
    else:
        lines.insert(0, DECLINED)
    return "\n".join(filter(None, lines))


def _without_answer(opening: str) -> bool:
    known = (DECLINED, MORE, MORE_NEAREST, NO_MORE, OF_STATEMENT, MORE_OF_STATEMENT)
    return opening in known or opening.endswith(BOLD + ONLY_THERE)


def _in_bold(line: str) -> str | None:
    if not line.startswith(BOLD) or _without_answer(line):
        return None
    return unescape(line.removeprefix(BOLD).removesuffix(BOLD))  # a line that was cut has lost its end


def _next_best(answer: Answer) -> int | None:
    """Return the number of the first citation below the answer that has no words of an answer in it."""
    below = answer.citations[1:] if answer.answerable else ()
    return next((citation.number for citation in below if citation.highlight is None), None)


def _quotation(citation: Citation, answerable: bool) -> str:
    """Quote a sentence, its answer in bold where it is one."""
    span = None
    if citation.highlight and answerable:
        span = (citation.highlight[0] - citation.start, citation.highlight[1] - citation.start)
    return f"{QUOTE}{marked(citation.sentence, span, SENTENCE)}"


def _source(citation: Citation, place: Place | None, title_limit: int) -> str:
    title = link(citation.article.title, citation.article.url, title_limit)
    where = f" · sentence {place.number} of {place.of}" if place else ""
    return f"-# {citation.number} · {title}{where}"


def _context_buttons(citations: Sequence[Citation]) -> list[Button]:
    buttons = []
    for citation in citations[:IN_CONTEXT]:
        key, digest = article_key(citation.article.id), sentence_digest(citation.sentence)
        ticket = ContextTicket(key, citation.start, citation.end, digest)
        label = CONTEXT if citation.number == 1 else f"{citation.number} in context"
        buttons.append(Button(label, ticket.custom_id))
    return buttons


def _footer(answer: Answer) -> str:
    percent = _percent(answer.confidence)
    level = next(words for least, words in LEVELS if answer.confidence >= least)
    seconds = max(answer.elapsed_ms / 1000, 0.01)
    said = f"{level} ({percent})" if answer.answerable else f"Too unsure to answer ({percent})"
    return f"{said} · {seconds:.2f} s"


def _percent(share: float) -> str:
    """Return a probability as people read it; neither certain nor impossible where it only is nearly so."""
    if 0 < share < 0.01:
        return "under 1%"
    return f"{min(round(share * 100), 99 if share < 1 else 100)}%"
