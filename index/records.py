"""Records that pass between modules, from an article to a cited answer: one frozen dataclass each.

Offsets count Unicode code points in the text of the article, end exclusive, everywhere in this project.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from index.errors import EmptyQuestionError

Span = tuple[int, int]

NO_ANSWER = "The articles do not say."
"""What front ends say in place of an answer if there is none."""
NOT_SURE = "Not sure, but this may be it:"
"""What front ends say above a sentence that may answer, but is not likely enough to."""


class BlockKind(StrEnum):
    """What a block of an article is."""

    PARAGRAPH = "paragraph"
    HEADING = "heading"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    DEFINITION = "definition"
    """What is said about a term, or the value of a `key: value` line; its `lead` is the term."""
    QUESTION = "question"
    """A question of a list of questions and answers; it is the `lead` of its answer."""
    MESSAGE = "message"
    """What one person says in a chat or in minutes; its `lead` is the speaker, and the time."""
    CODE = "code"
    QUOTATION = "quotation"
    CAPTION = "caption"
    CONTENTS = "contents"
    """A line of a table of contents: no answer to anything."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table row: `text[start:end]`, under the column named `column` ("" if it has no name)."""

    column: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """An address that `text[start:end]` links to."""

    start: int
    end: int
    address: str


@dataclass(frozen=True, slots=True)
class Block:
    """A block of an article, `text[start:end]`, and what a reader of the document sees with it.

    `section` holds the headings above, outermost first, without the article's title. `lead` introduces the
    block: the line before a list and the items around a nested one, the term of a definition, the question of
    an answer, the speaker of a message. `level` is that of a heading, 1 to 6, or the nesting of a list item,
    from 1, and of other blocks in one, from 2; `page` is the page of a PDF, from 1.
    """

    kind: BlockKind
    start: int
    end: int
    section: tuple[str, ...] = ()
    lead: str = ""
    cells: tuple[Cell, ...] = ()
    links: tuple[Link, ...] = ()
    level: int = 0
    page: int | None = None

    @property
    def context(self) -> str:
        """What is seen with the block and is not in it: headings, lead-in and column names."""
        columns = " · ".join(cell.column for cell in self.cells if cell.column)
        return " › ".join(filter(None, (*self.section, self.lead, columns)))


NO_BLOCK = Block(BlockKind.PARAGRAPH, 0, 0)
"""The block of a sentence whose article's blocks are not known."""


@dataclass(frozen=True, slots=True)
class Article:
    """One article of the library, as it was read from its file.

    `text` is what a person who looks at the document sees; its `blocks` ascend and do not overlap.
    """

    id: str
    """Path below the corpus folder, `/` between folders, without the extension."""
    title: str
    text: str
    file: str
    """Path below the corpus folder, `/` between folders, with the extension."""
    url: str | None = None
    published: str | None = None
    author: str | None = None
    blocks: tuple[Block, ...] = ()
    updated: int = 0
    """When it was changed last, in seconds since 1970: its own latest date, else the time of its file."""
    flaw: str = ""
    """What is wrong with its front matter, "" if nothing is; not stored."""

    @property
    def outer_title(self) -> str:
        """The title if it stands outside of the text, as in the front matter or the file's name; else ""."""
        return "" if holds_words(self.text, self.title) else self.title


def holds_words(text: str, words: str) -> bool:
    """Tell whether whole `words` stand together in a text, whatever their case and the space between them."""
    sought = re.escape(" ".join(words.casefold().split()))
    return re.search(rf"(?<!\w){sought}(?!\w)", " ".join(text.casefold().split())) is not None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an article: `article.text[start:end]` is its verbatim text.

    `block` is the number of its block in `article.blocks`, from 0.
    """

    start: int
    end: int
    block: int = 0


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
    """The article of a citation; `sentences` counts its sentences, `updated` is as in `Article`."""

    id: str
    title: str
    url: str | None
    sentences: int = 0
    updated: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """One source sentence of an answer, verbatim, with its place in the article.

    `highlight` holds absolute offsets inside `[start, end)`, or None; `score` is a probability, 0 to 1.
    `section`, `page` and `block` are those of the sentence's block; `link` is an address that opens at the
    sentence, None if there is none, and `links` are those that the sentence links to. It is the sentence
    `position` of all `sentences` of the article, from 1. `also` names other articles with the same sentence,
    those changed last first and `MOST_COPIES` at most; `also_count` counts all of them.

    `shown` is the sentence as people should see it: with the names of its columns or with its lead-in;
    `shown_highlight` marks the answer there.
    """

    number: int
    article: Source
    sentence: str
    start: int
    end: int
    highlight: Span | None
    score: float
    section: tuple[str, ...] = ()
    page: int | None = None
    block: BlockKind = BlockKind.PARAGRAPH
    link: str | None = None
    links: tuple[str, ...] = ()
    position: int = 0
    sentences: int = 0
    also: tuple[Source, ...] = ()
    also_count: int = 0
    shown: str = ""
    shown_highlight: Span | None = None

    @property
    def quotation(self) -> tuple[str, Span | None]:
        """The sentence as people should see it, and where the answer is marked in that."""
        if self.shown:
            return self.shown, self.shown_highlight
        mark = self.highlight and (self.highlight[0] - self.start, self.highlight[1] - self.start)
        return self.sentence, mark


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
    """An answer to a question; `answer` is None if the articles do not say.

    `maybe` says that the first citation, even so, is likely enough to be shown as what may answer.
    `read_as` is the question with its misspelt words corrected, None if none were.
    """

    question: str
    answerable: bool
    confidence: float
    answer: str | None
    citations: tuple[Citation, ...]
    elapsed_ms: float
    maybe: bool = False
    read_as: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer a question, with what retrieval knows about it.

    `number` counts the sentences of its article, from 0; `title` is the article's, and so is `outer_title`
    unless the title stands in the text. `row` is its row in the sentence vectors, `article` its article's.
    `dense` and `passage` are cosines of the question with the sentence and with its passage, `lexical` is its
    BM25 score. `terms` are its search terms, `terms_before` and `terms_after` its neighbours' (none at the
    ends of the section), `terms_above` those of the article's title and of what is seen with its `block`.
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
    terms_above: tuple[str, ...]
    block: Block = NO_BLOCK
    section: int = 0
    number: int = 0
    title: str = ""
    outer_title: str = ""


ScoredCandidate = tuple[Candidate, float]
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
