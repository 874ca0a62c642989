"""A training example, and the one that a question with its marked answer makes."""

import random
from dataclasses import dataclass

from index.reading.windows import window_around
from index.records import Span
from index.training.datasets.lessons import Lesson, Text


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the text shown with it, and the place of the answer in that text, if any."""

    question: str
    text: str
    answer: Span | None


def answerable_example(lesson: Lesson, source: random.Random) -> Example:
    """Return the question with a window that holds its answer, mostly one around it."""
    span = lesson.spans[0]
    gold = _sentence_of(lesson.text, span)
    centre = gold
    if source.random() < 0.4:  # retrieval may have found the text by a neighbour of the answer
        centre = min(max(0, gold + source.choice((-2, -1, 1, 2))), len(lesson.text.sentences) - 1)
    start, end = _window(lesson.text, centre)
    if not (start <= span[0] < end):
        start, end = _window(lesson.text, gold)
    whole = next((other for other in lesson.spans if start <= other[0] and other[1] <= end), span)
    answer = (max(whole[0], start) - start, min(whole[1], end) - start)
    return Example(lesson.question, lesson.text.text[start:end], answer)


def _window(text: Text, centre: int) -> Span:
    first, last = window_around(text.sentences, centre)
    return text.sentences[first].start, text.sentences[last - 1].end


def _sentence_of(text: Text, span: Span) -> int:
    return next(number for number, sentence in enumerate(text.sentences) if span[0] < sentence.end)
