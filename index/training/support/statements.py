"""Statements written by hand, each with a text that says so or does not, to learn support from.

A line of such a file is an object with `title`, `text`, `statement`, `supported` and `kind`. In place of the
`text`, `paragraph` and `sentences` may say where it stands: the sha256 of a paragraph of `train.json`, its
first 16 digits, and start and end of each sentence in it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from index.training.datasets.squad import SquadArticle

STATEMENTS = Path(__file__).with_name("statements")
"""Folder of the statements that are learnt; learning those in its folder `newer` has not paid yet."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, and a text below its `title` that says so if it is `supported`."""

    title: str
    text: str
    statement: str
    supported: bool
    kind: str

    @property
    def shown(self) -> str:
        """The text as the model reads it: below its title."""
        return f"{self.title}\n{self.text}"


class _StatementLine(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    title: str
    statement: str = Field(min_length=1)
    supported: bool
    kind: str
    text: str = ""
    paragraph: str = ""
    sentences: list[Annotated[list[int], Field(min_length=2, max_length=2)]] = []


def digest(paragraph: str) -> str:
    """Return what names a paragraph: the first 16 hexadecimal digits of its sha256."""
    return hashlib.sha256(paragraph.encode()).hexdigest()[:16]


def paragraphs_by_digest(articles: Sequence[SquadArticle]) -> dict[str, str]:
    """Return the paragraphs of articles by their digests."""
    return {
        digest(paragraph.context): paragraph.context
        for article in articles
        for paragraph in article.paragraphs
    }


def read_statements(path: Path, paragraphs: Mapping[str, str]) -> list[Statement]:
    """Read the statements in the file at `path`; `paragraphs` are looked up by their digests.

    Raises ValueError, which names the line, for one that is not a statement or whose paragraph is not known.
    """
    found = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            line = _StatementLine.model_validate(json.loads(text))
        except (ValidationError, ValueError) as error:
            raise ValueError(f"{path}, line {number}: not a statement: {error}") from None
        shown = line.text
        if line.paragraph:
            if line.paragraph not in paragraphs:
                raise ValueError(f"{path}, line {number}: no paragraph {line.paragraph}")
            paragraph = paragraphs[line.paragraph]
            shown = "\n".join(paragraph[start:end] for start, end in line.sentences)
        if not shown:
            raise ValueError(f"{path}, line {number}: no text")
        found.append(Statement(line.title, shown, line.statement, line.supported, line.kind))
    return found
