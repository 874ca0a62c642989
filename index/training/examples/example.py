"""Training examples made from a lesson: with its answer, or without one in several ways."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from index.reading.windows import window_around
from index.records import Span
from index.segmentation.search_terms import terms
from index.training.datasets.lessons import WIKIPEDIA, Lesson, Text
from index.training.examples.names_and_numbers import NO_REPLACEMENTS, Replacements, find_names
from index.training.examples.question_changes import AnsweredQuestion
from index.training.examples.unanswerable import (
    change_question_and_text,
    unanswerable_question,
    unanswerable_text,
)

ELSEWHERE = 20
"""Questions about other texts of an article, of which one is asked about this text."""
SKIPPED_NEIGHBOURS = {WIKIPEDIA: 0, "amazon_reviews": 4, "reddit": 4}
"""How many of the nearest texts are skipped: reviews of one product may well answer the same question."""


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


def unanswerable_example(
    lesson: Lesson,
    neighbours: Sequence[Text],
    others: Sequence[Lesson],
    replacements: Replacements,
    kinds: Mapping[str, float],
    source: random.Random,
) -> Example | None:
    """Return an example without an answer, of a kind drawn by the shares in `kinds`, or of one that fits.

    The kinds are: "question" and "text" change one of them by rule, "removed" takes out the sentence that
    answers, "neighbour" shows another text, one of `neighbours`, and "elsewhere" asks a question about
    another text, of one of `others`, which are the lessons of the same topic.
    """
    makers: dict[str, Callable[[], Example | None]] = {
        "question": partial(changed_question_example, lesson, replacements, source),
        "text": partial(_changed_text_example, lesson, replacements, source),
        "removed": partial(removed_sentence_example, lesson),
        "neighbour": partial(neighbour_example, lesson, neighbours, source),
        "elsewhere": partial(elsewhere_example, lesson, others, source),
    }
    drawn = source.choices(list(kinds), list(kinds.values()))[0]
    for kind in (drawn, "neighbour", "question"):
        example = makers[kind]()
        if example:
            return example
    return None


def changed_question_example(
    lesson: Lesson, replacements: Replacements, source: random.Random
) -> Example | None:
    """Return the text with a changed question, which it does not answer."""
    case = _answered_question(lesson, replacements)
    changed = unanswerable_question(case, source)
    return Example(changed, case.text, None) if changed else None


def changed_pair_example(lesson: Lesson, replacements: Replacements, source: random.Random) -> Example | None:
    """Return question and text changed alike, with the answer at its new place."""
    changed = change_question_and_text(_answered_question(lesson, replacements), source)
    return Example(changed.question, changed.text, changed.answer) if changed else None


def removed_sentence_example(lesson: Lesson) -> Example | None:
    """Return the text without its sentence that answers."""
    text, span = lesson.text, lesson.spans[0]
    gold = _sentence_of(text, span)
    start, end = _window(text, gold)
    sentence = text.sentences[gold]
    remaining = (text.text[start : sentence.start] + text.text[sentence.end : end]).strip()
    if not remaining or text.text[slice(*span)].lower() in remaining.lower():
        return None
    return Example(lesson.question, remaining, None)


def neighbour_example(lesson: Lesson, neighbours: Sequence[Text], source: random.Random) -> Example | None:
    """Return a text that is near to the question, and does not hold the words of its answer."""
    answers = [lesson.text.text[start:end].lower() for start, end in lesson.spans]
    question_words = set(lesson.question.lower().split())
    skipped = SKIPPED_NEIGHBOURS[lesson.text.domain]
    if len(neighbours) <= skipped:
        return None
    for _ in range(4):
        near = neighbours[min(skipped + int(source.expovariate(0.25)), len(neighbours) - 1)]
        words = [set(near.text[sentence.start : sentence.end].lower().split()) for sentence in near.sentences]
        most_shared = max(range(len(words)), key=lambda number: len(words[number] & question_words))
        centre = most_shared if source.random() < 0.7 else source.randrange(len(words))
        start, end = _window(near, centre)
        shown = near.text[start:end]
        if not any(answer in shown.lower() for answer in answers):
            return Example(lesson.question, shown, None)
    return None


def elsewhere_example(lesson: Lesson, others: Sequence[Lesson], source: random.Random) -> Example | None:
    """Return a question about another text of the article, asked of a name that this text mentions.

    Of a few such questions it takes the one that shares most words with the text.
    """
    if lesson.text.domain != WIKIPEDIA:  # the other parts have no topics of many texts about many things
        return None
    text = _answered_question(lesson, NO_REPLACEMENTS).text
    text_names = [text[start:end] for start, end in find_names(text)]
    words = set(terms(text))
    best: tuple[int, str] | None = None
    for other in source.sample(list(others), min(ELSEWHERE, len(others))):
        places = find_names(other.question)
        answers = [other.text.text[start:end].lower() for start, end in other.spans]
        if other.text is lesson.text or not places or any(answer in text.lower() for answer in answers):
            continue
        start, end = source.choice(places)
        name = other.question[start:end]
        fitting = [
            candidate
            for candidate in text_names
            if (" " in candidate) == (" " in name) and candidate not in other.question
        ]
        if not fitting and name not in text:
            continue
        new = name if name in text else source.choice(fitting)
        question = other.question[:start] + new + other.question[end:]
        shared = len(words & set(terms(question)))
        if best is None or shared > best[0]:
            best = (shared, question)
    return Example(best[1], text, None) if best else None


def _changed_text_example(
    lesson: Lesson, replacements: Replacements, source: random.Random
) -> Example | None:
    """Return the question with a text that says the same of something else."""
    changed = unanswerable_text(_answered_question(lesson, replacements), source)
    return Example(lesson.question, changed, None) if changed else None


def _answered_question(lesson: Lesson, replacements: Replacements) -> AnsweredQuestion:
    """Return the question with the window around its answer."""
    span = lesson.spans[0]
    start, end = _window(lesson.text, _sentence_of(lesson.text, span))
    answer = (span[0] - start, min(span[1], end) - start)
    return AnsweredQuestion(lesson.question, lesson.text.text[start:end], answer, replacements)


def _window(text: Text, centre: int) -> Span:
    first, last = window_around(text.sentences, centre)
    return text.sentences[first].start, text.sentences[last - 1].end


def _sentence_of(text: Text, span: Span) -> int:
    return next(number for number, sentence in enumerate(text.sentences) if span[0] < sentence.end)
