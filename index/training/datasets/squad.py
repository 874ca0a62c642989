"""Files of the form of SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016 and 2018)."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from index.records import Sentence

SEPARATOR = "\n\n"
"""What separates the paragraphs of an article."""


class _Record(BaseModel):
    model_config = ConfigDict(frozen=True)


class SquadAnswer(_Record):
    """An answer that a person marked in a paragraph."""

    text: str
    answer_start: int


class SquadQuestion(_Record):
    """A question about a paragraph; without an answer, it may be declared unanswerable.

    `plausible_answers` are then what a careless reader would take for its answer. `of` is the question of the
    same paragraph that it mirrors, if it does.
    """

    id: str = ""
    question: Annotated[str, StringConstraints(strip_whitespace=True)]
    answers: Sequence[SquadAnswer]
    is_impossible: bool = False
    plausible_answers: Sequence[SquadAnswer] = ()
    of: str | None = None


class SquadParagraph(_Record):
    """A paragraph and the questions about it."""

    context: str
    qas: Sequence[SquadQuestion]


class SquadArticle(_Record):
    """An article; in its title, underscores may stand for spaces."""

    title: str
    paragraphs: Sequence[SquadParagraph]


class _SquadFile(_Record):
    data: Sequence[SquadArticle]


def read_squad(path: Path) -> Sequence[SquadArticle]:
    """Read a file of SQuAD's form. Raises OSError, and ValueError if it has another form."""
    return _SquadFile.model_validate_json(path.read_bytes()).data


def join_paragraphs(paragraphs: Iterable[str]) -> tuple[str, list[int]]:
    """Return the text of an article, and where in it each paragraph begins."""
    texts = list(paragraphs)
    offsets = [0]
    for text in texts[:-1]:
        offsets.append(offsets[-1] + len(text) + len(SEPARATOR))
    return SEPARATOR.join(texts), offsets


def sentences_at(sentences: Sequence[Sentence], places: Iterable[int]) -> list[int]:
    """Return the numbers of the sentences that hold or follow the given places of a text, ascending."""
    ends = [sentence.end for sentence in sentences]
    return sorted({bisect_right(ends, place) for place in places if ends and place < ends[-1]})
