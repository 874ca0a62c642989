"""Miniature data sets of SQuADShifts' and QAMR's form, about bridges that were built and drawn by people."""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer

from index.records import Span
from index.segmentation.sentences import split_sentences
from index.training.datasets.lessons import QAMR, SQUADSHIFTS, Lesson, Text
from index.training.examples.batches import Batch, make_batches
from index.training.examples.example import Example, answerable_example

NAMES = "Anna Bela Carl Dina Emil Fred Gina Hans Ines Jana".split()
QUESTION = "who built the bridge?"


def text_of(
    context: str, topic: str = "Bridges", domain: str = "new_wiki", *, held_out: bool = False
) -> Text:
    return Text(domain, topic, context, split_sentences(context), held_out)


def lesson_of(question: str, text: Text, *answers: str) -> Lesson:
    spans = [(text.text.index(answer), text.text.index(answer) + len(answer)) for answer in answers]
    return Lesson(question, text, spans)


def short_lessons(count: int, domain: str = "new_wiki") -> list[Lesson]:
    """Lessons of two short sentences each, of a few articles, one in five held out."""
    lessons = []
    first = {"new_wiki": 1800, "amazon_reviews": 1500, "reddit": 1600}[domain]
    for number in range(count):
        name, other = NAMES[number % 10], NAMES[(number * 3 + 1) % 10]
        context = f"In {first + number} the bridge was built by {name}. The river was in {other}."
        text = text_of(context, f"Topic {number % 3}", domain, held_out=number % 5 == 0)
        lessons.append(lesson_of(QUESTION, text, name))
        lessons.append(lesson_of(f"What was built in {first + number}?", text, "bridge"))
    return lessons


def short_sentences(count: int) -> list[Lesson]:
    """Lessons of one sentence each, as QAMR has them."""
    lessons = []
    for number in range(count):
        context = f"The river was built by {NAMES[number % 10]} in {1700 + number}."
        text = Text("qamr", f"Page {number % 2}", context, [(split_sentences(context))[0]], held_out=False)
        lessons.append(lesson_of("Who built the river?", text, NAMES[number % 10]))
    return lessons


def squad_entry(title: str, paragraphs: Sequence[tuple[str, Sequence[tuple[str, Sequence[Any]]]]]) -> Any:
    """An article of SQuAD's form: paragraphs, questions, answers as texts or as start and text."""
    entry: dict[str, Any] = {"title": title, "paragraphs": []}
    for context, questions in paragraphs:
        qas = []
        for question, answers in questions:
            marked = [one if isinstance(one, tuple) else (context.index(one), one) for one in answers]
            qas.append(
                {
                    "question": question,
                    "answers": [{"answer_start": start, "text": text} for start, text in marked],
                }
            )
        entry["paragraphs"].append({"context": context, "qas": qas})
    return entry


def write_squadshifts(folder: Path, lessons: Sequence[Lesson]) -> Path:
    """Write lessons as the three files of SQuADShifts, by their domains."""
    folder.mkdir(exist_ok=True)
    domains: dict[str, dict[str, dict[str, list[tuple[str, list[str]]]]]] = {part: {} for part in SQUADSHIFTS}
    for lesson in lessons:
        answers = [lesson.text.text[start:end] for start, end in lesson.spans]
        paragraphs = domains[lesson.text.domain].setdefault(lesson.text.topic, {})
        paragraphs.setdefault(lesson.text.text, []).append((lesson.question, answers))
    for domain, topics in domains.items():
        data = [squad_entry(topic, list(paragraphs.items())) for topic, paragraphs in topics.items()]
        (folder / f"{domain}.json").write_text(json.dumps({"data": data}), encoding="utf-8")
    return folder


def write_qamr(folder: Path, sentences: Sequence[str], rows: Sequence[tuple[int, str, str]]) -> Path:
    """Write sentences of tokens, and questions: number of the sentence, question, answer's token numbers."""
    folder.mkdir(exist_ok=True)
    names = [f"Wiki1k:page {number // 2}:{number}:0" for number in range(len(sentences))]
    lines = [f"{name}\t{sentence}\n" for name, sentence in zip(names, sentences, strict=True)]
    (folder / "wiki-sentences.tsv").write_text("".join(lines), encoding="utf-8")
    for path in (folder / name for name in QAMR):
        kept = [row for number, row in enumerate(rows) if (number % 2 == 0) == (path.name == QAMR[0])]
        lines = [f"{names[row]}\t0\t0\t0\t0\t{question}\t{answer}\tmore\n" for row, question, answer in kept]
        path.write_text("".join(lines), encoding="utf-8")
    return folder


def part(text: str, span: Span) -> str:
    return text[span[0] : span[1]]


def lesson_batches(reader: Path, tokens: int = 1024, count: int = 10) -> list[Batch]:
    """Batches of `short_lessons`, each with its text and with another, for the tokenizer in a folder."""
    lessons, source = short_lessons(count), random.Random(1)
    answerable = [answerable_example(lesson, source) for lesson in lessons]
    others = [
        Example(lesson.question, lessons[row - 3].text.text, None) for row, lesson in enumerate(lessons)
    ]
    tokenizer = Tokenizer.from_file(str(reader / "tokenizer.json"))
    return make_batches([[*pair] for pair in zip(answerable, others, strict=True)], tokenizer, tokens, source)
