"""The order in which the reader learns: QAMR first, then SQuADShifts, with texts that hold no answer.

A second stage goes on from a trained reader: SQuADShifts once more, mostly its Wikipedia part, with more
questions that were changed by rule, and with questions and texts that were changed alike; on request with
QAMR, too.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from index.reading.windows import CHARACTERS, window_around
from index.records import Span
from index.segmentation.search_terms import terms
from index.storage.bm25 import Bm25
from index.training.datasets.lessons import Lesson, Text
from index.training.examples.names_and_numbers import Likest, Things, any_of, names
from index.training.examples.unanswerable import Case, answered_again, unanswerable_question, unanswering_text

QAMR_NULLS = 0.3
"""Examples of QAMR without an answer for each one with an answer."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What a round through SQuADShifts is made of."""

    times: Mapping[str, float]
    """How often a question of each part comes: articles of an encyclopedia are what people ask."""
    nulls: float
    """Examples without an answer for each one with an answer."""
    kinds: Mapping[str, float]
    """What the examples without an answer are, as shares: see `_null`."""
    again: float = 0.0
    """Share of the answerable questions that are changed together with their text, where a rule fits."""


FIRST = Mix(
    times={"new_wiki": 2, "amazon_reviews": 1, "reddit": 1},
    nulls=0.85,
    kinds={"question": 0.4, "text": 0.2, "removed": 0.12, "neighbour": 0.28},
)
SECOND = Mix(
    times={"new_wiki": 2},
    nulls=1.0,
    kinds={"question": 0.5, "text": 0.12, "removed": 0.06, "neighbour": 0.16, "elsewhere": 0.16},
    again=0.4,
)
MORE = replace(SECOND, times={"new_wiki": 1, "selqa": 1})
"""The mix of the second stage's questions whose answers nobody marked: each comes once in a round."""
NEIGHBOURS = 30
"""Nearest other texts of a question, of which hard negatives are drawn."""
ELSEWHERE = 20
"""Questions to other texts of an article of which one is asked of this text."""
NEAREST = {"new_wiki": 0, "selqa": 0, "amazon_reviews": 4, "reddit": 4}
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
    neighbours: Sequence[Sequence[Text]],
    rounds: int,
    seed: int,
    likest: Likest = any_of,
) -> list[list[Example]]:
    """Return the examples of each round: round 0 from `sentences` (QAMR), the others from `lessons`.

    `neighbours` holds the nearest other texts of each lesson. The same arguments give the same examples.
    """
    things = things_of([*lessons, *sentences], likest)
    stages: list[list[Example]] = [list(_sentence_round(sentences, things, random.Random(f"{seed} 0")))]  # noqa: S311
    for number in range(1, rounds + 1):
        source = random.Random(f"{seed} {number}")  # noqa: S311
        stages.append(list(_round(lessons, neighbours, things, FIRST, source)))
    return _mixed(stages, seed)


def second_stage(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    neighbours: Sequence[Sequence[Text]],
    rounds: int,
    seed: int,
    others: float,
    likest: Likest = any_of,
    more: Sequence[Lesson] = (),
) -> list[list[Example]]:
    """Return the examples of each round of the second stage; `others` is how often reviews and posts come.

    Examples from `sentences` (QAMR) are dealt out to the rounds, each once; those from `more`, about texts of
    an encyclopedia, come once in each round.
    """
    mix = replace(SECOND, times={**SECOND.times, "amazon_reviews": others, "reddit": others})
    things = things_of([*lessons, *sentences, *more], likest)
    sources = [random.Random(f"{seed} second {number}") for number in range(rounds)]  # noqa: S311
    stages = [list(_round(lessons, neighbours, things, mix, source)) for source in sources]
    short = list(_sentence_round(sentences, things, random.Random(f"{seed} second sentences")))  # noqa: S311
    near = nearest_texts(more)
    for number, stage in enumerate(stages):
        stage += short[number::rounds]
        stage += _round(more, near, things, MORE, random.Random(f"{seed} second more {number}"))  # noqa: S311
    return _mixed(stages, seed)


def _mixed(stages: list[list[Example]], seed: int) -> list[list[Example]]:
    for number, stage in enumerate(stages):
        random.Random(f"{seed} order {number}").shuffle(stage)  # noqa: S311
    return stages


def things_of(lessons: Sequence[Lesson], likest: Likest = any_of) -> dict[str, Things]:
    """Collect what each topic speaks of."""
    topics: dict[str, dict[str, None]] = {}
    for lesson in lessons:
        topics.setdefault(lesson.text.topic, {})[lesson.text.text] = None
    return {topic: Things.of("\n".join(texts), likest) for topic, texts in topics.items()}


def _round(
    lessons: Sequence[Lesson],
    neighbours: Sequence[Sequence[Text]],
    things: Mapping[str, Things],
    mix: Mix,
    source: random.Random,
) -> Iterator[Example]:
    topics: dict[str, list[Lesson]] = {}
    for lesson in lessons:
        topics.setdefault(lesson.text.topic, []).append(lesson)
    for lesson, near in zip(lessons, neighbours, strict=True):
        topic = lesson.text.topic
        whole, part = divmod(mix.times[lesson.text.domain], 1)
        for _ in range(int(whole) + (source.random() < part)):
            again = _again(lesson, things[topic], source) if source.random() < mix.again else None
            yield again or answered(lesson, source)
            if source.random() < mix.nulls:
                null = _null(lesson, near, topics[topic], things[topic], mix.kinds, source)
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
                case = Case(lesson.question, text, (start, end), things[lesson.text.topic])
                changed = unanswerable_question(case, source)
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
    lesson: Lesson,
    neighbours: Sequence[Text],
    others: Sequence[Lesson],
    things: Things,
    kinds: Mapping[str, float],
    source: random.Random,
) -> Example | None:
    """Return an example without an answer, of a kind drawn by `kinds`, or of the next one that fits.

    `others` are the lessons of the same topic.
    """
    question, text = lesson.question, lesson.text
    start, end = lesson.spans[0]
    gold = _sentence_of(text, (start, end))
    makers: dict[str, Callable[[], Example | None]] = {
        "question": partial(changed_question, lesson, things, source),
        "text": partial(_changed_text, lesson, things, source),
        "removed": partial(_without_answer, question, text, gold, text.text[start:end]),
        "neighbour": partial(_neighbour, lesson, neighbours, source),
        "elsewhere": partial(_elsewhere, lesson, others, source),
    }
    drawn = source.choices(list(kinds), list(kinds.values()))[0]
    for kind in (drawn, "neighbour", "question"):
        made = makers[kind]()
        if made:
            return made
    return None


def _case(lesson: Lesson, things: Things) -> Case:
    """Return the question with the window around its answer."""
    span = lesson.spans[0]
    start, end = _window(lesson.text, _sentence_of(lesson.text, span))
    answer = (span[0] - start, min(span[1], end) - start)
    return Case(lesson.question, lesson.text.text[start:end], answer, things)


def changed_question(lesson: Lesson, things: Things, source: random.Random) -> Example | None:
    """Return the text with another question, which it does not answer."""
    case = _case(lesson, things)
    changed = unanswerable_question(case, source)
    return Example(changed, case.text, None) if changed else None


def _changed_text(lesson: Lesson, things: Things, source: random.Random) -> Example | None:
    """Return the question with a text that tells the same of something else."""
    shown = unanswering_text(_case(lesson, things), source)
    return Example(lesson.question, shown, None) if shown else None


def _again(lesson: Lesson, things: Things, source: random.Random) -> Example | None:
    """Return question and text changed alike, with the answer at its new place."""
    made = answered_again(_case(lesson, things), source)
    return Example(made.question, made.text, made.answer) if made else None


def _elsewhere(lesson: Lesson, others: Sequence[Lesson], source: random.Random) -> Example | None:
    """Return a question to another text of the article, asked of something that this text speaks of.

    Of a few such questions it takes the one that shares most words with the text.
    """
    if lesson.text.domain != "new_wiki":  # the other parts have no topics of many texts about many things
        return None
    text = _case(lesson, Things({}, (), {})).text
    own = [text[start:end] for start, end in names(text)]
    words = set(terms(text))
    best: tuple[int, str] | None = None
    for other in source.sample(list(others), min(ELSEWHERE, len(others))):
        asked = names(other.question)
        answers = [other.text.text[start:end].lower() for start, end in other.spans]
        if other.text is lesson.text or not asked or any(answer in text.lower() for answer in answers):
            continue
        start, end = source.choice(asked)
        named = other.question[start:end]
        fitting = [name for name in own if (" " in name) == (" " in named) and name not in other.question]
        if not fitting and named not in text:
            continue
        name = named if named in text else source.choice(fitting)
        question = other.question[:start] + name + other.question[end:]
        shared = len(words & set(terms(question)))
        if best is None or shared > best[0]:
            best = (shared, question)
    return Example(best[1], text, None) if best else None


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


def nearest_texts(lessons: Sequence[Lesson]) -> list[list[Text]]:
    """Find the texts nearest to each lesson's question by BM25: of its article, or its part of the data."""
    texts: dict[str, Text] = {lesson.text.text: lesson.text for lesson in lessons}
    groups: dict[str, list[Text]] = {}
    for text in texts.values():
        groups.setdefault(_group(text), []).append(text)
    words = {name: Bm25.build([terms(text.text) for text in group]) for name, group in groups.items()}
    found: list[list[Text]] = []
    for lesson in lessons:
        name = _group(lesson.text)
        order = np.argsort(-words[name].scores(terms(lesson.question)), kind="stable")[: NEIGHBOURS + 1]
        near = [groups[name][row] for row in order]
        found.append([text for text in near if text.text != lesson.text.text][:NEIGHBOURS])
    return found


def _group(text: Text) -> str:
    return text.topic if text.domain == "new_wiki" else text.domain
