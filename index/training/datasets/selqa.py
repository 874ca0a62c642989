"""SelQA (Jurczyk et al. 2016): questions about sections of Wikipedia, with the sentences that answer them."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.records import Sentence
from index.training.datasets.lessons import Text

DOMAIN = "selqa"


@dataclass(frozen=True, slots=True)
class SectionQuestion:
    """A question about a section, and the numbers of its sentences that answer, ascending and not empty."""

    question: str
    text: Text
    gold: Sequence[int]


def read_selqa(path: Path) -> list[SectionQuestion]:
    """Read a file of SelQA, the sentences of a section as given, with a space between them.

    Blank sentences are left out, and questions that no sentence answers. Questions about the same section
    have the same text. Raises ValueError if the file is not of SelQA's form, or no question is left.
    """
    try:
        questions = list(_section_questions(json.loads(path.read_text(encoding="utf-8"))))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a file of SelQA's form: {error!r}") from error
    if not questions:
        raise ValueError(f"{path}: it holds no question with a sentence that answers it")
    return questions


def _section_questions(rows: Sequence[Any]) -> Iterator[SectionQuestion]:
    texts: dict[tuple[str, ...], Text] = {}
    for row in rows:
        numbers = [number for number, sentence in enumerate(row["candidates"]) if sentence.strip()]
        gold = [place for place, number in enumerate(numbers) if number in row["answers"]]
        if gold:
            sentences = [row["candidates"][number] for number in numbers]
            text = texts.setdefault((row["article"], *sentences), _text(row["article"], sentences))
            yield SectionQuestion(row["question"].strip(), text, gold)


def _text(topic: str, texts: Sequence[str]) -> Text:
    sentences: list[Sentence] = []
    for text in texts:
        start = sentences[-1].end + 1 if sentences else 0
        sentences.append(Sentence(start, start + len(text)))
    return Text(DOMAIN, topic, " ".join(texts), sentences, held_out=False)
