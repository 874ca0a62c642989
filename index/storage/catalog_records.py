"""What a catalog says of articles and sentences, and what an article is called by."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, Protocol

from index.errors import UnknownArticleError
from index.records import NO_BLOCK, Block

MOST_COPIES = 100
"""Most articles with the same sentence that are listed; all are counted."""


class _Articles(Protocol):
    def find_row(self, article_id: str) -> int | None: ...

    def nearest_ids(self, article_id: str) -> list[str]: ...


def existing_row(articles: _Articles, article_id: str) -> int:
    """Find the row of an article in a catalog. Raises UnknownArticleError, which names the nearest ids."""
    row = articles.find_row(article_id)
    if row is None:
        near = ", ".join(articles.nearest_ids(article_id))
        raise UnknownArticleError(f"no article has the id {article_id[:200]!r}; the nearest: {near}")
    return row


def article_key(article_id: str) -> str:
    """Name an article in 12 characters of base64url, however long its id: 72 bits of its BLAKE2b digest."""
    digest = blake2b(article_id.encode("utf-8", "surrogatepass"), digest_size=9).digest()
    return urlsafe_b64encode(digest).decode("ascii")


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article as the catalog lists it, without its text; `first_block` is a row of its segment."""

    row: int
    id: str
    title: str
    url: str | None
    published: str | None
    author: str | None
    file: str
    updated: int
    characters: int
    first_sentence: int
    sentences: int
    first_passage: int
    passages: int
    first_block: int = 0
    blocks: int = 0

    @property
    def sentence_rows(self) -> range:
        """Rows of its sentences."""
        return range(self.first_sentence, self.first_sentence + self.sentences)

    @property
    def passage_rows(self) -> range:
        """Rows of its passages."""
        return range(self.first_passage, self.first_passage + self.passages)


class SentenceRow(NamedTuple):
    """A sentence with its place and block, and search terms with spaces between.

    `terms` are its own, `terms_before` and `terms_after` its neighbours' in the same section, `terms_above`
    those of the article's title and of its block's context.
    """

    row: int
    article: int
    number: int
    start: int
    end: int
    text: str
    passage: int
    terms: str
    terms_before: str
    terms_after: str
    terms_above: str
    section: int
    title: str
    outer_title: str
    block: Block


class SentencePlace(NamedTuple):
    """The rows of a sentence's article and passage; equal `wording` means equal but for case and spacing."""

    article: int
    passage: int
    wording: int


class SentenceCopies(NamedTuple):
    """Where a sentence stands: the rows of the sentence by those of the articles, changed last first.

    They are `MOST_COPIES` at most, and none if it stands in one article only; `total` counts the articles.
    """

    rows: dict[int, int]
    total: int


class Copy(NamedTuple):
    """An article's first sentence of some wording: when the article changed, and the rows of both."""

    updated: int
    article: int
    sentence: int


class SentenceText(NamedTuple):
    """A sentence's place, words and block, without its search terms; `section` numbers all sections."""

    row: int
    article: int
    start: int
    end: int
    text: str
    section: int = 0
    block: Block = NO_BLOCK


def copies_in_several(copies: Iterable[Copy], total: int) -> SentenceCopies:
    """Return the articles with the same sentence if there are several; `copies` are the first ones."""
    rows = {copy.article: copy.sentence for copy in copies} if total > 1 else {}
    return SentenceCopies(rows, total if rows else 0)
