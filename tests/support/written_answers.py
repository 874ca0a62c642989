"""Answers and stand-in models, for tests of written answers."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from index.errors import LanguageModelError
from index.records import Answer, Citation, Source
from index.writing.protocols import Message

BRIDGE = (
    "The red bridge of Oslo is 900 metres long.",
    "It was opened on 3 May 1974, after the war.",
    "General Steve Townsend says that no lorries may cross it.",
    "The toll is £3.2m a year, which 72 wardens collect.",
)


def citation(number: int, sentence: str, title: str = "Bridges", section: tuple[str, ...] = ()) -> Citation:
    source = Source("bridges", title, None)
    return Citation(number, source, sentence, 0, len(sentence), None, 0.9, section)


def cited_answer(
    *sentences: str, question: str = "How long is the bridge?", answerable: bool = True
) -> Answer:
    """Return an answer that cites these sentences, or those about a bridge."""
    citations = tuple(citation(number, text) for number, text in enumerate(sentences or BRIDGE, start=1))
    return Answer(question, answerable, 0.9, citations[0].sentence if answerable else None, citations, 1.0)


@dataclass
class ScriptedModel:
    """Says `reply`, or what it makes of the messages, in pieces of `size`; then `error`, if there is one."""

    reply: str | Callable[[Sequence[Message]], str]
    error: LanguageModelError | None = None
    size: int = 7
    name: str = "scripted"
    asked: list[Sequence[Message]] = field(default_factory=list)
    closed: bool = False

    def stream(
        self,
        messages: Sequence[Message],
        most_tokens: int,
        deadline: float,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        self.asked.append(messages)
        text = self.reply if isinstance(self.reply, str) else self.reply(messages)
        try:
            for at in range(0, len(text), self.size):
                yield text[at : at + self.size]
            if self.error:
                raise self.error
        finally:
            self.closed = True


@dataclass
class WordChecker:
    """Finds a statement as likely as the part of its words that the text has; keeps what it was asked."""

    threshold: float = 0.5
    pairs: list[tuple[str, str]] = field(default_factory=list)

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        self.pairs += pairs
        return [
            len({*statement.lower().strip(".").split()} & {*text.lower().replace(".", "").split()})
            / len({*statement.split()})
            for statement, text in pairs
        ]
