"""Records that pass between modules, from an article to a cited answer: one frozen dataclass each.

Offsets count Unicode code points in the text of the article, end exclusive, everywhere in this project.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from index.errors import EmptyQuestionError

Span = tuple[int, int]

NO_ANSWER = "The articles do not say."
"""What front ends say in place of an answer if there is none."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the library, as it was read from its file."""

    id: str
    """Path below the corpus folder, `/` between folders, without the extension."""
    title: str
    text: str
    file: str
    """Path below the corpus folder, `/` between folders, with the extension."""
    url: str | None = None
    published: str | None = None
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article: `article.text[start:end]` is its verbatim text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences that follow each other, small enough for the encoder's window.

    `first` and `last` number the article's sentences from 0, `last` exclusive.
    """

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Source:
    """The article of a citation."""

    id: str
    title: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Citation:
    """One source sentence of an answer, verbatim, with its place in the article.

    `highlight` holds absolute offsets inside `[start, end)`, or None; `score` is a probability, 0 to 1.
    """

    number: int
    article: Source
    sentence: str
    start: int
    end: int
    highlight: Span | None
    score: float


@dataclass(frozen=True, slots=True)
class Question:
    """One of several questions that are asked together; see `Library.ask` for the fields.

    Raises ValueError for a `top_k` below 1.
    """

    question: str
    article: str | None = None
    top_k: int | None = None

    def __post_init__(self) -> None:
        if self.top_k is not None and self.top_k < 1:
            raise ValueError(f"top_k: expected 1 or more, found {self.top_k}")


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a question; `answer` is None if the articles do not say."""

    question: str
    answerable: bool
    confidence: float
    answer: str | None
    citations: tuple[Citation, ...]
    elapsed_ms: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer a question, with what retrieval knows about it.

    `row` is its row in the sentence vectors, `article` its article's. `dense` and `passage` are cosines of
    the question with the sentence and with its passage, `lexical` is its BM25 score. `terms` are
    its search terms, `terms_before` and `terms_after` its neighbours' (none at the ends of the article),
    `terms_title` those of the article's title.
    """

    row: int
    article: int
    start: int
    end: int
    text: str
    dense: float
    passage: float
    lexical: float
    terms: tuple[str, ...]
    terms_before: tuple[str, ...]
    terms_after: tuple[str, ...]
    terms_title: tuple[str, ...]


Ranked = tuple[Candidate, float]
"""A candidate and its score, best first in every sequence; scores compare only within one question."""

Idf = Callable[[str], float]
"""The inverse document frequency of a search term among the library's sentences."""

Progress = Callable[[str, int, int], None]
"""Called with the name of a stage, the units done and the units in all."""


INVISIBLE = {"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp", "Zs"}
"""Unicode's categories of characters that nobody sees: controls, spaces, unassigned."""


def clean_question(question: str) -> str:
    """Return the question with lone surrogates replaced by U+FFFD, NULs by spaces, and its ends trimmed.

    Halves of a surrogate pair join into their character. Raises EmptyQuestionError if no visible character is
    left.
    """
    text = question.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    cleaned = text.replace("\0", " ").strip()
    if all(unicodedata.category(character) in INVISIBLE for character in cleaned):
        raise EmptyQuestionError("The question is empty.")
    return cleaned
