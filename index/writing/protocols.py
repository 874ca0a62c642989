"""Protocols of what writes and of what checks: any language model, and any model that judges support."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Protocol


class MessageRole(StrEnum):
    """Who says a message: the instructions, or the question with its sentences."""

    SYSTEM = auto()
    USER = auto()


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a language model."""

    role: MessageRole
    content: str


class LanguageModel(Protocol):
    """A language model that continues a conversation, at temperature 0."""

    @property
    def name(self) -> str:
        """Name of the model, as people know it: `llama3.2`."""
        ...

    def stream(
        self,
        messages: Sequence[Message],
        most_tokens: int,
        deadline: float,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the reply piece by piece, `most_tokens` at most, until `deadline` by `time.monotonic`.

        It may be closed at any time, and then asks for no more; so it does, and ends, once another thread
        sets `stop`. Raises LanguageModelError, in the middle of a reply, too.
        """
        ...


class SupportChecker(Protocol):
    """Judges whether a text says what a statement says."""

    @property
    def threshold(self) -> float:
        """Least probability of a statement that counts as supported."""
        ...

    def scores(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return for each pair of a statement and a text the probability, 0 to 1, that the text says so.

        The text is the title of an article and below it the cited sentences, a line each.
        """
        ...
