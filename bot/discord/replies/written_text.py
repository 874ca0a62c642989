"""What a language model wrote, as lines of a reply: checked sentences, each with footnotes to its sources."""

from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from bot.discord.replies import message_limits
from bot.discord.replies.markdown import ELLIPSIS, escape, escape_to_fit, units, web_address
from bot.discord.replies.reply import Reply
from bot.wording import count_with_noun
from index.errors import Reason
from index.records import Citation
from index.writing.written_answer import WrittenAnswer, WrittenSentence

Keeps = Callable[[str, Collection[int]], bool]
"""Tells whether a reply with these lines still shows the citations of these numbers."""

LEAST_ROOM, MOST_ROOM = 700, 1500
"""Units of written sentences with their links: at least, for which citations that no footnote names may have
to wait for "More sources", and at most."""
LEAST_ROOM_WITHOUT_EMBED = 400
SMALL_PRINT = 350
"""Units of the lines around the sentences, at most."""
MODEL_LIMIT = 60
"""Units of a model's name."""

WRITING = "-# {model} is writing …"
HEADING = "-# Written by {model}, each sentence checked against those below:"
STRUCK_ALL = "-# What {model} wrote is left out: the sentences that it names don't say so."
NO_ROOM = "-# What {model} wrote is left out: there is no room for it beside its sources."
DECLINED = "-# {model} finds that these sentences don't answer it."
RESTARTING = "-# I'm restarting, so {model} stopped writing."
WITHDRAWN = "-# The question was deleted, so {model} stopped writing."
_FAILURES: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.LANGUAGE_MODEL_BUSY: "-# {model} has too much to write right now.",
        Reason.LANGUAGE_MODEL_CUT_OFF: "-# {model} stopped in the middle.",
        Reason.LANGUAGE_MODEL_EMPTY: "-# {model} wrote nothing.",
        Reason.LANGUAGE_MODEL_ENDLESS: "-# {model} came to no end, so the rest is left out.",
        Reason.LANGUAGE_MODEL_LATE: "-# {model} took too long.",
    }
)
FAILED = "-# {model} could not write about this."
"""What people read of other failures: their causes are the owner's to know, and stand in the log."""


def writing_lines(
    sentences: Sequence[WrittenSentence],
    citations: Sequence[Citation],
    model: str,
    *,
    room: int = LEAST_ROOM,
    keeps: Keeps = lambda lines, numbers: True,
) -> str:
    """Return what is shown while a model writes: the sentences that were checked so far.

    `room` and `keeps` are as those of `written_lines`.
    """
    text, _ = _fitting(sentences, citations, room, keeps)
    return f"{_named(HEADING, model)}\n{text} {ELLIPSIS}" if text else _named(WRITING, model)


def written_lines(
    written: WrittenAnswer,
    citations: Sequence[Citation],
    *,
    room: int = LEAST_ROOM,
    keeps: Keeps = lambda lines, numbers: True,
    note: str = "",
) -> str:
    """Return what is shown of a written answer: its supported sentences, and in small print what is missing.

    `room` is the number of units of the sentences with their footnotes; whole sentences are left out to keep
    within it, and so that the reply `keeps` the citations that the others name. `note` is a line in place of
    the one on a failure.
    """
    text, left_out = _fitting(written.sentences, citations, room, keeps)
    lines = [f"{_named(HEADING, written.model)}\n{text}"] if text else []
    if written.declined and not (text or left_out):
        lines.append(_named(DECLINED, written.model))
    elif written.struck and not (text or left_out):
        lines.append(_named(STRUCK_ALL, written.model))
    elif written.struck:
        count = count_with_noun(written.struck, "sentence")
        whose = "its sources don't" if written.struck == 1 else "their sources don't"
        lines.append(f"-# {count} left out: {whose} say so.")
    if left_out and text:
        which = "it" if left_out == 1 else "them"
        lines.append(f"-# {count_with_noun(left_out, 'sentence')} left out: there is no room for {which}.")
    elif left_out:
        lines.append(_named(NO_ROOM, written.model))
    if note:
        lines.append(_named(note, written.model))
    elif written.failure is not None:
        lines.append(_named(_FAILURES.get(written.failure, FAILED), written.model))
    return "\n".join(lines) or failure_line(Reason.LANGUAGE_MODEL_EMPTY, written.model)


def failure_line(reason: Reason, model: str) -> str:
    """Return a line in small print that says why nothing is written, to those who cannot mend it."""
    return _named(_FAILURES.get(reason, FAILED), model)


def room_in(reply: Reply) -> int:
    """Return how many units of written sentences fit into a reply, whose citations have to stay."""
    if reply.embed is not None:
        left = message_limits.EMBED_DESCRIPTION - units(reply.embed.description or "")
        return min(max(left - SMALL_PRINT, LEAST_ROOM), MOST_ROOM)
    left = message_limits.CONTENT - units(reply.content or "")
    return min(max(left - SMALL_PRINT, LEAST_ROOM_WITHOUT_EMBED), MOST_ROOM)


def _named(line: str, model: str) -> str:
    return line.replace("{model}", escape_to_fit(model, MODEL_LIMIT) or "The language model")


def _fitting(
    sentences: Sequence[WrittenSentence], citations: Sequence[Citation], room: int, keeps: Keeps
) -> tuple[str, int]:
    """Return the supported sentences that fit, whole and with their footnotes; and how many do not.

    Links that leave no room are given up before sentences are.
    """
    supported = [sentence for sentence in sentences if sentence.supported]
    addresses = {citation.number: _address(citation) for citation in citations}

    def fits(text: str, shown: Sequence[WrittenSentence]) -> bool:
        named = set(chain.from_iterable(sentence.citations for sentence in shown))
        # What is small print in the end is not known yet, and no sentence should have to go again for it.
        return units(text) <= room and keeps(f"{text}\n{'-' * SMALL_PRINT}", named)

    def those_that_fit(links: Mapping[int, str | None]) -> list[int]:
        found: list[int] = []
        for at in range(len(supported)):
            shown = [supported[each] for each in (*found, at)]
            if fits(_text(shown, links), shown):
                found.append(at)
        return found

    linked = _text(supported, addresses)
    if fits(linked, supported):
        return linked, 0
    with_links, without = those_that_fit(addresses), those_that_fit({})
    kept, links = (with_links, addresses) if set(without) <= set(with_links) else (without, {})
    return _text([supported[at] for at in kept], links), len(supported) - len(kept)


def _text(sentences: Sequence[WrittenSentence], addresses: Mapping[int, str | None]) -> str:
    return " ".join(_sentence(sentence, addresses) for sentence in sentences)


def _sentence(sentence: WrittenSentence, addresses: Mapping[int, str | None]) -> str:
    footnotes = (
        f"[{number}](<{address}>)" if (address := addresses.get(number)) else f"\\[{number}\\]"
        for number in sentence.citations
    )
    return " ".join((escape(sentence.text).strip(), *footnotes))


def _address(citation: Citation) -> str | None:
    return web_address(citation.link) or web_address(citation.article.url)
