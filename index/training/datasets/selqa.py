"""SelQA (Jurczyk et al. 2016): questions to sections of an encyclopedia, with the sentences that answer."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.models.span_model import SpanModel
from index.records import Sentence
from index.training.datasets.lessons import Lesson, Text
from index.training.reader.marking import best_in

DOMAIN = "selqa"
PARTS = 2
"""Parts of the articles: two, so that one can be learnt from and the other one measured on."""


@dataclass(frozen=True, slots=True)
class SectionQuestion:
    """A question to a section, and the numbers of its sentences that answer, ascending and not empty."""

    question: str
    text: Text
    gold: Sequence[int]


def part_of(topic: str) -> int:
    """Return the part that an article belongs to, from 0 on."""
    return random.Random(f"{DOMAIN} {topic}").randrange(PARTS)  # noqa: S311


def read_selqa(path: Path, part: int | None = None) -> list[SectionQuestion]:
    """Read a file of SelQA or a part of it, the sentences of a section as given, with a space between them.

    Blank sentences are left out, and questions that no sentence answers. Questions to the same section have
    the same text. Raises ValueError where the file is not of SelQA's form, or no question is left.
    """
    try:
        asked = list(_asked(json.loads(path.read_text(encoding="utf-8"))))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: not a file of SelQA's form: {error!r}") from error
    chosen = [one for one in asked if part in (None, part_of(one.text.topic))]
    if not chosen:
        where = "" if part is None else f" in part {part}"
        raise ValueError(f"{path}: it holds no question{where} with a sentence that answers it")
    return chosen


def _asked(rows: Sequence[Any]) -> Iterator[SectionQuestion]:
    texts: dict[tuple[str, ...], Text] = {}
    for row in rows:
        kept = [number for number, sentence in enumerate(row["candidates"]) if sentence.strip()]
        gold = [place for place, number in enumerate(kept) if number in row["answers"]]
        if gold:
            sentences = [row["candidates"][number] for number in kept]
            text = texts.setdefault((row["article"], *sentences), _text(row["article"], sentences))
            yield SectionQuestion(row["question"].strip(), text, gold)


def _text(topic: str, texts: Sequence[str]) -> Text:
    sentences: list[Sentence] = []
    for text in texts:
        start = sentences[-1].end + 1 if sentences else 0
        sentences.append(Sentence(start, start + len(text)))
    return Text(DOMAIN, topic, " ".join(texts), sentences, held_out=False)


def section_lessons(asked: Sequence[SectionQuestion], model: SpanModel) -> list[Lesson]:
    """Return the questions with the words that the model marks in the sentences that answer."""
    lessons = []
    for one in asked:
        found = best_in(one.question, one.text, one.gold, model)
        if found:
            lessons.append(Lesson(one.question, one.text, [found.highlight]))
    return lessons
