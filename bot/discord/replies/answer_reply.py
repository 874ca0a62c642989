"""The reply to a question: the answer in bold, below it each sentence that supports it and its source.

A reply is its own memory. What a click or a follow-up needs is read back from the message (`read_back`), so
neither a restart nor another process breaks a button.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.discord.replies import message_limits
from bot.discord.replies.markdown import (
    ELLIPSIS,
    UNTITLED,
    cut,
    emphasize,
    escape,
    escape_to_fit,
    link,
    unescape,
    units,
    web_address,
)
from bot.discord.replies.reply import AMBER, BLUE, BOLD, EMPTY_LINE, GREEN, QUOTE, TITLE_LIMIT, Button, Reply
from bot.discord.replies.tickets import (
    AnswerTicket,
    ContextTicket,
    MoreTicket,
    Ticket,
    VerdictTicket,
    parse_ticket,
    sentence_digest,
)
from bot.shown_citations import answering_together
from bot.wording import GREEN_FROM, also_in, confidence_in_words, place, read_as_in_words, safe
from index.records import NOT_SURE, Answer, Citation
from index.storage.catalog import article_key

QUESTION_LIMIT = 500
"""Characters of a question that is accepted; a reply quotes all of it, because a follow-up reads it back."""
CITATION_LIMIT = 5
"""Citations in one reply, but for a whole list; further ones are for the button "More sources"."""
CONTEXT_BUTTONS = 3
"""Citations in a reply that have a button; Discord has room for five in a row."""
ANSWER_LIMIT = 1000
"""Units of an answer; with these limits the first citation always fits."""
QUOTATION_LIMIT = 500
"""Units of a quoted sentence."""
SECTION_LIMIT = 60
"""Units of a heading above a quoted sentence."""
LINKS, LINK_LIMIT = 2, 100
"""Addresses that a quoted sentence links to and a reply shows, and the units of the longest."""
REPEATED_TITLE_LIMIT = 40
"""Units of the title of an article that an earlier citation in the same reply has named."""

DECLINED = "The articles don't say."
NEAREST_HEADING = "Nearest sentences, which are not an answer:"
NOT_IN_ARTICLE = " doesn't say. I looked only there."
LOOKED_EVERYWHERE = " doesn't say, so I looked in all articles."
ARTICLE_GONE = "The article of that answer is no longer in the library, so I looked in all."
NEXT_BEST = "-# Next best:"
NEAR_STATEMENT = "Nearest sentences in the articles:"
MORE_OF_ANSWER = "More sources:"
MORE_NEAR_STATEMENT = "More of the nearest sentences:"
MORE_NEAREST_SENTENCES = "More of the nearest sentences, which are not an answer:"
NO_MORE = "There are no more sentences about this."
CONTEXT_LABEL, MORE_LABEL = "Show in context", "More sources"
RIGHT_LABEL, WRONG_LABEL = "Was this right? Yes", "No"
ANSWER_LABEL = "Answer it"
"""Labels of buttons; the second citation's and the third's say "2 in context" and "3 in context"."""
# The bold words of an escaped line, as "Steve" of "> \\*General\\* **Steve** predicts"
_BOLD_WORDS = re.compile(r"(?:\\.|[^\\*])*\*\*((?:\\.|[^\\*])*)\*\*")


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """An answer as read back from the message that shows it: enough to ask again, to page and to judge.

    `answer` is None if the articles did not say; words that may answer are an answer here. `asked_in` is the
    key of the article that was asked in. For a `statement` only sentences near it were shown.
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
    def asker(self) -> int:
        """The id of who wrote the question; 0 if that is not known."""
        return next((ticket.asker for ticket in self.tickets if isinstance(ticket, VerdictTicket)), 0)

    @property
    def offset(self) -> int | None:
        """Number of citations shown so far; None if there are no more."""
        return next((ticket.offset for ticket in self.tickets if isinstance(ticket, MoreTicket)), None)


def answer_reply(
    answer: Answer,
    *,
    asked_in: str | None,
    fingerprint: str,
    asked_title: str | None = None,
    asker: int = 0,
    offset: int = 0,
    limit: int = CITATION_LIMIT,
    note: str | None = None,
    contact: str = "",
    statement: bool = False,
    answer_button: bool = False,
    written: str = "",
) -> Reply:
    """Show an answer with its citations from `offset` on: as many as fit, `limit` or a whole list at most.

    `asked_in` is the key of the article that was asked in, `asked_title` its title, `fingerprint` the
    index's, `asker` the id of who wrote the question, 0 if that is not known. With an `offset`, neither the
    answer nor the confidence is repeated. `note` is a line in the bot's own words, in small print,
    `contact` one in the owner's words, with Discord's markup, where the articles do not say; there, with
    `answer_button`, is the button to answer. A `statement` has no answer: only sentences near it are shown.
    `written` are lines below the answer (`written_text`).
    """
    opening = _opening(answer, offset, asked_title if asked_in else None, note, contact, statement)
    blocks = ["\n".join(filter(None, (opening, written)))]
    room = message_limits.EMBED_DESCRIPTION - units(blocks[0])
    together = answering_together(answer.citations) if answer.answerable or answer.maybe else 0
    most = min(limit, CITATION_LIMIT) if offset else max(min(limit, CITATION_LIMIT), together)
    citations = answer.citations[offset : offset + most]
    next_best = None if statement or offset else _next_best(answer)
    for at, citation in enumerate(citations):
        repeated = any(earlier.article.id == citation.article.id for earlier in citations[:at])
        block = _source(citation, REPEATED_TITLE_LIMIT if repeated else TITLE_LIMIT)
        is_answer = not statement and citation.number == 1 and citation.quotation[0] == answer.answer
        if not is_answer:  # the answer itself stands above
            block = f"{_quotation(citation, None if statement else answer)}\n{block}"
        if citation.number == next_best:
            block = f"{NEXT_BEST}\n{block}"
        room -= len(EMPTY_LINE) + units(block)
        if room < 0:
            break
        blocks.append(block)
    shown = citations[: len(blocks) - 1]
    colour = BLUE if statement else GREEN if answer.answerable and answer.confidence >= GREEN_FROM else AMBER
    embed = discord.Embed(description=EMPTY_LINE.join(blocks), colour=colour)
    buttons = _context_buttons(shown)
    rest = MoreTicket(asked_in, offset + len(shown))
    if len(answer.citations) > rest.offset:
        buttons.append(Button(MORE_LABEL, rest.custom_id))
    if offset == 0 and not statement:
        embed.set_footer(text=_footer(answer))
        for right, label, emoji in ((True, RIGHT_LABEL, "👍"), (False, WRONG_LABEL, "👎")):
            verdict = VerdictTicket(right, fingerprint, asked_in, asker)
            buttons.append(Button(label, verdict.custom_id, row=1, emoji=emoji))
        if answer_button and not (answer.answerable or answer.maybe):
            buttons.append(Button(ANSWER_LABEL, AnswerTicket().custom_id, row=1, emoji="✏️"))
    elif read_as := read_as_in_words(answer) if offset == 0 else "":
        embed.set_footer(text=read_as)
    return Reply(_question(answer.question), embed, tuple(buttons), rest, len(shown))


def read_back(message: discord.Message) -> SentAnswer | None:
    """Read the answer back from a message that `answer_reply` made; None for any other message.

    If embeds are not shown, all of it stands in the message's content (`without_embed`).
    """
    question, _, rest = message.content.partition("\n")
    if not question.startswith(QUOTE) or bool(rest) == bool(message.embeds):
        return None
    opening, _, below = (rest or message.embeds[0].description or "").partition("\n")
    answer = _read_likely_words(below) if opening == NOT_SURE else _read_answer(opening)
    if rest and answer is None and not _is_opening_without_answer(opening):
        return None
    buttons = [
        item for row in message.components if isinstance(row, discord.ActionRow) for item in row.children
    ]
    tickets = tuple(
        ticket
        for button in buttons
        if button.custom_id and (ticket := parse_ticket(button.custom_id)) is not None
    )
    asked_in = next(
        (ticket.asked_in for ticket in tickets if isinstance(ticket, MoreTicket | VerdictTicket)), None
    )
    statement = opening in (NEAR_STATEMENT, MORE_NEAR_STATEMENT)
    return SentAnswer(unescape(question.removeprefix(QUOTE)), answer, asked_in, tickets, statement)


def in_bold(title: str) -> str:
    """Return the title of an article in bold."""
    return f"{BOLD}{escape_to_fit(title, TITLE_LIMIT) or UNTITLED}{BOLD}"


def _question(question: str) -> str:
    text = safe(question).strip()
    return QUOTE + escape(text if len(text) <= QUESTION_LIMIT else cut(text, QUESTION_LIMIT))


def _opening(
    answer: Answer, offset: int, asked_title: str | None, note: str | None, contact: str, statement: bool
) -> str:
    if offset:
        if len(answer.citations) <= offset:
            return NO_MORE
        if statement:
            return MORE_NEAR_STATEMENT
        return MORE_OF_ANSWER if answer.answerable else MORE_NEAREST_SENTENCES
    if statement and answer.citations:
        return NEAR_STATEMENT
    lines = [note and f"-# {note}"]
    if answer.answer is not None:
        lines.insert(0, f"{BOLD}{escape_to_fit(answer.answer, ANSWER_LIMIT) or ELLIPSIS}{BOLD}")
    elif answer.maybe:
        lines.insert(0, NOT_SURE)
    else:
        lines.insert(0, DECLINED if asked_title is None else in_bold(asked_title) + NOT_IN_ARTICLE)
        lines.append(contact)
        if answer.citations:
            lines.append(NEAREST_HEADING)
    return "\n".join(filter(None, lines))


def _is_opening_without_answer(line: str) -> bool:
    fixed = (
        DECLINED,
        NOT_SURE,
        MORE_OF_ANSWER,
        MORE_NEAREST_SENTENCES,
        NO_MORE,
        NEAR_STATEMENT,
        MORE_NEAR_STATEMENT,
    )
    return line in fixed or line.endswith(BOLD + NOT_IN_ARTICLE)


def _read_answer(opening: str) -> str | None:
    """Read the answer out of a reply's first line, where it is bold; None if that line holds none."""
    if not opening.startswith(BOLD) or _is_opening_without_answer(opening):
        return None
    return unescape(opening.removeprefix(BOLD).removesuffix(BOLD))  # a line that was cut has lost its end


def _read_likely_words(below: str) -> str | None:
    """Read what may answer out of the first quotation, where it is bold."""
    quotation = next((line for line in below.split("\n") if line.startswith(QUOTE)), "")
    match = _BOLD_WORDS.match(quotation)
    return unescape(match[1]) if match else None


def _next_best(answer: Answer) -> int | None:
    """Return the number of the first citation below what answers in which no words answer the question."""
    together = answering_together(answer.citations)
    below = answer.citations[together:] if answer.answerable or answer.maybe else ()
    return next((citation.number for citation in below if citation.highlight is None), None)


def _quotation(citation: Citation, answer: Answer | None) -> str:
    """Quote a sentence, the words that answer the question in bold; if it only may answer, always some."""
    text, mark = citation.quotation
    if answer is None or not (answer.answerable or answer.maybe):
        mark = None
    elif mark is None and answer.maybe and citation.number == 1:
        mark = (0, len(text))
    return f"{QUOTE}{emphasize(text, mark, QUOTATION_LIMIT)}"


def _source(citation: Citation, title_limit: int) -> str:
    title = link(citation.article.title, web_address(citation.link) or citation.article.url, title_limit)
    section = "".join(
        f" › {escape_to_fit(heading.rstrip(': '), SECTION_LIMIT)}" for heading in citation.section[-2:]
    )
    titles = [source.title for source in (citation.article, *citation.also[:2])]
    also = also_in(
        citation,
        lambda source: (
            escape_to_fit(source.id if titles.count(source.title) > 1 else source.title, REPEATED_TITLE_LIMIT)
            or UNTITLED
        ),
    )
    also = also and f" · {also}"
    addresses = [address for address in map(web_address, citation.links[:LINKS]) if address]
    links = "".join(f" · {address}" for address in addresses if units(address) <= LINK_LIMIT)
    return f"-# {citation.number} · {title}{section} · {place(citation)}{also}{links}"


def _context_buttons(citations: Sequence[Citation]) -> list[Button]:
    buttons = []
    for citation in citations[:CONTEXT_BUTTONS]:
        key, digest = article_key(citation.article.id), sentence_digest(citation.sentence)
        ticket = ContextTicket(key, citation.start, citation.end, digest)
        label = CONTEXT_LABEL if citation.number == 1 else f"{citation.number} in context"
        buttons.append(Button(label, ticket.custom_id))
    return buttons


def _footer(answer: Answer) -> str:
    seconds = max(answer.elapsed_ms / 1000, 0.01)
    confidence = confidence_in_words(answer.confidence, answerable=answer.answerable)
    return " · ".join(filter(None, (read_as_in_words(answer), confidence, f"{seconds:.2f} s")))
