"""The order in which the reader learns: QAMR first, then SQuADShifts, with texts that hold no answer."""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from index.lexical import Lexical, terms
from index.records import Span
from index.training.lessons import Lesson, Text
from index.training.unanswerable import Things, unanswerable_question, unanswering_text
from index.windows import CHARACTERS, window_around

TIMES = {"new_wiki": 2, "amazon_reviews": 1, "reddit": 1}
"""How often a question of each part comes in a round: articles of an encyclopedia are what people ask."""
NULLS = 0.85
"""Examples without an answer for each one with an answer."""
QAMR_NULLS = 0.3
KINDS = {"question": 0.4, "text": 0.2, "removed": 0.12, "neighbour": 0.28}
"""What the examples without an answer are, as shares: see `_null`."""
NEIGHBOURS = 30
"""Nearest other texts of a question, of which hard negatives are drawn."""
NEAREST = {"new_wiki": 0, "amazon_reviews": 4, "reddit": 4}
"""How many of the nearest are passed over: reviews of one product may well answer the same question."""


@dataclass(frozen=True, slots=True)
class Example:
    """A question, the text shown with it, and the place of the answer in that text, if any."""

    question: str
    text: str
    answer: Span | None


def curriculum(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    neighbours: Mapping[str, Sequence[Text]],
    rounds: int,
    seed: int,
) -> list[list[Example]]:
    """Return the examples of each round: round 0 from `sentences` (QAMR), the others from `lessons`.

    `neighbours` holds the nearest other texts of a question. The same arguments give the same examples.
    """
    things = things_of([*lessons, *sentences])
    stages: list[list[Example]] = [list(_sentence_round(sentences, things, random.Random(f"{seed} 0")))]  # noqa: S311
    for number in range(1, rounds + 1):
        source = random.Random(f"{seed} {number}")  # noqa: S311
        stages.append(list(_round(lessons, neighbours, things, source)))
    for number, stage in enumerate(stages):
        random.Random(f"{seed} order {number}").shuffle(stage)  # noqa: S311
    return stages


def things_of(lessons: Sequence[Lesson]) -> dict[str, Things]:
    """Collect what each topic speaks of."""
    topics: dict[str, dict[str, None]] = {}
    for lesson in lessons:
        topics.setdefault(lesson.text.topic, {})[lesson.text.text] = None
    return {topic: Things.of("\n".join(texts)) for topic, texts in topics.items()}


def _round(
    lessons: Sequence[Lesson],
    neighbours: Mapping[str, Sequence[Text]],
    things: Mapping[str, Things],
    source: random.Random,
) -> Iterator[Example]:
    for lesson in lessons:
        for _ in range(TIMES[lesson.text.domain]):
            yield answered(lesson, source)
            if source.random() < NULLS:
                null = _null(lesson, neighbours.get(lesson.question, ()), things[lesson.text.topic], source)
                if null:
                    yield null


def _sentence_round(
    lessons: Sequence[Lesson], things: Mapping[str, Things], source: random.Random
) -> Iterator[Example]:
    topics: dict[str, dict[str, None]] = {}
    for lesson in lessons:
        topics.setdefault(lesson.text.topic, {})[lesson.text.text] = None
    for lesson in lessons:
        start, end = lesson.spans[0]
        text = lesson.text.text
        others = [other for other in topics[lesson.text.topic] if other != text]
        before, after = "", ""
        if others and source.random() < 0.5:  # among other sentences of the same page
            other = source.choice(others)
            if len(other) + len(text) < CHARACTERS:
                before, after = (f"{other} ", "") if source.random() < 0.5 else ("", f" {other}")
        span = (start + len(before), end + len(before))
        yield Example(lesson.question, before + text + after, span)
        if source.random() < QAMR_NULLS:
            if others and source.random() < 0.4:
                yield Example(lesson.question, source.choice(others), None)
            else:
                changed = unanswerable_question(
                    lesson.question, text[start:end], text, things[lesson.text.topic], source
                )
                if changed:
                    yield Example(changed, text, None)


def answered(lesson: Lesson, source: random.Random) -> Example:
    """Return the question with a window that holds its answer, mostly one made around it."""
    span = lesson.spans[0]
    gold = _sentence_of(lesson.text, span)
    centre = gold
    if source.random() < 0.4:  # retrieval may have found the text by a neighbour of the answer
        centre = min(max(0, gold + source.choice((-2, -1, 1, 2))), len(lesson.text.sentences) - 1)
    start, end = _window(lesson.text, centre)
    if not (start <= span[0] < end):
        start, end = _window(lesson.text, gold)
    within = next((one for one in lesson.spans if start <= one[0] and one[1] <= end), span)
    answer = (max(within[0], start) - start, min(within[1], end) - start)
    return Example(lesson.question, lesson.text.text[start:end], answer)


def _null(
    lesson: Lesson, neighbours: Sequence[Text], things: Things, source: random.Random
) -> Example | None:
    """Return an example without an answer, of a kind drawn by `KINDS`, or of the next one that fits."""
    question, text = lesson.question, lesson.text
    start, end = lesson.spans[0]
    answer = text.text[start:end]
    gold = _sentence_of(text, (start, end))
    makers: dict[str, Callable[[], Example | None]] = {
        "question": partial(changed_question, lesson, things, source),
        "text": partial(_changed_text, lesson, gold, things, source),
        "removed": partial(_without_answer, question, text, gold, answer),
        "neighbour": partial(_neighbour, lesson, neighbours, source),
    }
    drawn = source.choices(list(KINDS), list(KINDS.values()))[0]
    for kind in (drawn, "neighbour", "question"):
        made = makers[kind]()
        if made:
            return made
    return None


def changed_question(lesson: Lesson, things: Things, source: random.Random) -> Example | None:
    """Return the text with another question, which it does not answer."""
    span = lesson.spans[0]
    start, end = _window(lesson.text, _sentence_of(lesson.text, span))
    shown = lesson.text.text[start:end]
    answer = lesson.text.text[span[0] : span[1]]
    changed = unanswerable_question(lesson.question, answer, shown, things, source)
    return Example(changed, shown, None) if changed else None


def _changed_text(lesson: Lesson, gold: int, things: Things, source: random.Random) -> Example | None:
    """Return the question with a text that tells the same of something else."""
    start, end = _window(lesson.text, gold)
    sentence = lesson.text.sentences[gold]
    place = (sentence.start - start, sentence.end - start)
    shown = unanswering_text(lesson.question, lesson.text.text[start:end], place, things, source)
    return Example(lesson.question, shown, None) if shown else None


def _without_answer(question: str, text: Text, gold: int, answer: str) -> Example | None:
    """Return the text without its sentence that answers."""
    start, end = _window(text, gold)
    sentence = text.sentences[gold]
    shown = (text.text[start : sentence.start] + text.text[sentence.end : end]).strip()
    return Example(question, shown, None) if shown and answer.lower() not in shown.lower() else None


def _neighbour(lesson: Lesson, neighbours: Sequence[Text], source: random.Random) -> Example | None:
    """Return a text that is near to the question, and does not hold the words of its answer."""
    answers = [lesson.text.text[start:end].lower() for start, end in lesson.spans]
    asked = set(lesson.question.lower().split())
    for _ in range(4):
        skipped = NEAREST[lesson.text.domain]
        if len(neighbours) <= skipped:
            return None
        near = neighbours[min(skipped + int(source.expovariate(0.25)), len(neighbours) - 1)]
        words = [set(near.text[one.start : one.end].lower().split()) for one in near.sentences]
        likest = max(range(len(words)), key=lambda number: len(words[number] & asked))
        centre = likest if source.random() < 0.7 else source.randrange(len(words))
        start, end = _window(near, centre)
        shown = near.text[start:end]
        if not any(answer in shown.lower() for answer in answers):
            return Example(lesson.question, shown, None)
    return None


def _window(text: Text, centre: int) -> Span:
    first, last = window_around(text.sentences, centre)
    return text.sentences[first].start, text.sentences[last - 1].end


def _sentence_of(text: Text, span: Span) -> int:
    return next(number for number, sentence in enumerate(text.sentences) if span[0] < sentence.end)


def nearest_texts(lessons: Sequence[Lesson]) -> dict[str, list[Text]]:
    """Find the texts nearest to each question by BM25: of its article, or its part of the data."""
    texts: dict[str, Text] = {lesson.text.text: lesson.text for lesson in lessons}
    groups: dict[str, list[Text]] = {}
    for text in texts.values():
        groups.setdefault(_group(text), []).append(text)
    words = {name: Lexical.build([terms(text.text) for text in group]) for name, group in groups.items()}
    found: dict[str, list[Text]] = {}
    for lesson in lessons:
        name = _group(lesson.text)
        order = np.argsort(-words[name].scores(terms(lesson.question)), kind="stable")[: NEIGHBOURS + 1]
        near = [groups[name][row] for row in order]
        found[lesson.question] = [text for text in near if text is not lesson.text][:NEIGHBOURS]
    return found


def _group(text: Text) -> str:
    return text.topic if text.domain == "new_wiki" else text.domain
