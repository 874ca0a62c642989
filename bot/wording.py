"""Wording for people: text made safe to print, counts with their nouns, errors in one line."""

import re
from typing import TYPE_CHECKING

from index.records import Answer
from index.segmentation.characters import CONTROLS, LINE_BREAKS_AND_TABS, USELESS_JOINERS, ZERO_WIDTH

if TYPE_CHECKING:
    from collections.abc import Callable

    from index.records import Citation, Source

_LINK = re.compile(r"https?://[^\s\"'<>\\^`{|}]+", re.IGNORECASE)


def safe(text: str) -> str:
    """Return `text` on one line, without anything that a terminal obeys or a person cannot see.

    Escape and other control characters and lone surrogates become U+FFFD, line breaks and tabs a space;
    bidirectional controls and zero-width characters are removed. Safe text stays as it is.
    """
    visible = ZERO_WIDTH.sub("", CONTROLS.sub("\ufffd", LINE_BREAKS_AND_TABS.sub(" ", text)))
    return USELESS_JOINERS.sub("", visible)  # last: their neighbours may be gone


def safe_link(url: str | None) -> str | None:
    """Return `url` if it is a plain web address, else None: no other scheme is ever linked or opened."""
    return url if url and _LINK.fullmatch(url) and safe(url) == url else None


def place(citation: "Citation") -> str:
    """Say where in its article a citation stands: its page in a PDF, else which of the sentences it is."""
    if citation.page is not None:
        return f"page {citation.page}"
    return f"sentence {citation.position} of {citation.sentences}"


def also_in(citation: "Citation", name: "Callable[[Source], str]") -> str:
    """Say in which other articles a sentence stands: two by their names, and how many more; "" for none."""
    named = [name(source) for source in citation.also[:2]]
    more = citation.also_count - len(named)
    if more > 0:
        return f"also in {', '.join(named)} and {more} more"
    return f"also in {' and '.join(named)}" if named else ""


GREEN_FROM = 0.5
"""Confidence from which an answer is shown in green."""
CONFIDENCE_LEVELS = (
    (0.9, "Very confident"),
    (0.7, "Confident"),
    (GREEN_FROM, "Fairly confident"),
    (0.0, "Not very confident"),  # what only may answer is introduced with NOT_SURE
)


def confidence_in_words(confidence: float, *, answerable: bool) -> str:
    """Say how sure an answer is, or how unsure the lack of one: "Confident (78%)"."""
    if not answerable:
        return f"Too unsure to answer ({percent(confidence)})"
    level = next(words for least, words in CONFIDENCE_LEVELS if confidence >= least)
    return f"{level} ({percent(confidence)})"


def read_as_in_words(answer: Answer) -> str:
    """Say what a question was taken for whose misspelt words were corrected; nothing if none were."""
    return "" if answer.read_as is None else f"Read as: {safe(answer.read_as)}"


def percent(probability: float) -> str:
    """Return a probability as people read it: never 0% or 100% when it is only nearly so."""
    if 0 < probability < 0.01:
        return "under 1%"
    return f"{min(round(probability * 100), 99 if probability < 1 else 100)}%"


def count_with_noun(count: int, noun: str) -> str:
    """Return a count with its noun, in the plural unless the count is 1."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def error_message(error: Exception) -> str:
    """Describe an unexpected error in one line."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"unexpected {type(error).__name__}: {error}".rstrip(": ")
