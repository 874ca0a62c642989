"""The examples of each round of a training.

The first stage goes through QAMR, then through SQuADShifts, with texts that hold no answer among them. The
second stage continues from a trained reader: SQuADShifts once more, mostly its Wikipedia part, with more
questions that were changed by rule, and with questions and texts that were changed alike.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.reading.windows import CHARACTERS
from index.segmentation.search_terms import terms
from index.storage.bm25 import Bm25
from index.training.datasets.lessons import WIKIPEDIA, Lesson, Text
from index.training.examples.example import (
    Example,
    answerable_example,
    changed_pair_example,
    unanswerable_example,
)
from index.training.examples.names_and_numbers import MostSimilar, Replacements, all_similar
from index.training.examples.question_changes import AnsweredQuestion
from index.training.examples.unanswerable import unanswerable_question

QAMR_UNANSWERABLE = 0.3
"""Examples of QAMR without an answer for each one with an answer."""
NEIGHBOURS = 30
"""Nearest other texts of a question, from which hard negatives are drawn."""


@dataclass(frozen=True, slots=True)
class Mix:
    """What a round through SQuADShifts is made of."""

    times: Mapping[str, float]
    """How often a question of each part comes; people ask about articles like those of an encyclopedia."""
    unanswerable: float
    """Examples without an answer for each one with an answer."""
    unanswerable_kinds: Mapping[str, float]
    """What the examples without an answer are, as shares; see `unanswerable_example`."""
    changed_pairs: float = 0.0
    """Share of the answerable questions that are changed together with their text, if a rule fits."""


FIRST_STAGE = Mix(
    times={WIKIPEDIA: 2, "amazon_reviews": 1, "reddit": 1},
    unanswerable=0.85,
    unanswerable_kinds={"question": 0.4, "text": 0.2, "removed": 0.12, "neighbour": 0.28},
)
SECOND_STAGE = Mix(
    times={WIKIPEDIA: 2},
    unanswerable=1.0,
    unanswerable_kinds={
        "question": 0.5,
        "text": 0.12,
        "removed": 0.06,
        "neighbour": 0.16,
        "elsewhere": 0.16,
    },
    changed_pairs=0.4,
)


def first_stage(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    neighbours: Sequence[Sequence[Text]],
    rounds: int,
    seed: int,
    most_similar: MostSimilar = all_similar,
) -> list[list[Example]]:
    """Return the examples of each round: round 0 from `sentences` (QAMR), the others from `lessons`.

    `neighbours` holds the nearest other texts of each lesson. The same arguments give the same examples.
    """
    replacements = replacements_by_topic([*lessons, *sentences], most_similar)
    first = list(_sentence_round(sentences, replacements, random.Random(f"{seed} 0")))  # noqa: S311
    stages: list[list[Example]] = [first]
    for number in range(1, rounds + 1):
        source = random.Random(f"{seed} {number}")  # noqa: S311
        stages.append(list(_round(lessons, neighbours, replacements, FIRST_STAGE, source)))
    return _shuffled(stages, seed)


def second_stage(
    lessons: Sequence[Lesson],
    sentences: Sequence[Lesson],
    neighbours: Sequence[Sequence[Text]],
    rounds: int,
    seed: int,
    other_domains: float,
    most_similar: MostSimilar = all_similar,
) -> list[list[Example]]:
    """Return the examples of each round of the second stage.

    `other_domains` is how often reviews and posts come. Examples from `sentences` (QAMR) are dealt out to the
    rounds, each once.
    """
    times = {**SECOND_STAGE.times, "amazon_reviews": other_domains, "reddit": other_domains}
    mix = replace(SECOND_STAGE, times=times)
    replacements = replacements_by_topic([*lessons, *sentences], most_similar)
    sources = [random.Random(f"{seed} second {number}") for number in range(rounds)]  # noqa: S311
    stages = [list(_round(lessons, neighbours, replacements, mix, source)) for source in sources]
    source = random.Random(f"{seed} second sentences")  # noqa: S311
    short = list(_sentence_round(sentences, replacements, source))
    for number, stage in enumerate(stages):
        stage += short[number::rounds]
    return _shuffled(stages, seed)


def _shuffled(stages: list[list[Example]], seed: int) -> list[list[Example]]:
    for number, stage in enumerate(stages):
        random.Random(f"{seed} order {number}").shuffle(stage)  # noqa: S311
    return stages


def replacements_by_topic(
    lessons: Sequence[Lesson], most_similar: MostSimilar = all_similar
) -> dict[str, Replacements]:
    """Collect the names, numbers and words of each topic."""
    texts = _texts_by_topic(lessons)
    return {topic: Replacements.of("\n".join(some), most_similar) for topic, some in texts.items()}


def _texts_by_topic(lessons: Sequence[Lesson]) -> dict[str, dict[str, None]]:
    topics: dict[str, dict[str, None]] = {}
    for lesson in lessons:
        topics.setdefault(lesson.text.topic, {})[lesson.text.text] = None
    return topics


def _round(
    lessons: Sequence[Lesson],
    neighbours: Sequence[Sequence[Text]],
    replacements: Mapping[str, Replacements],
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
            changed = None
            if source.random() < mix.changed_pairs:
                changed = changed_pair_example(lesson, replacements[topic], source)
            yield changed or answerable_example(lesson, source)
            if source.random() < mix.unanswerable:
                unanswerable = unanswerable_example(
                    lesson, near, topics[topic], replacements[topic], mix.unanswerable_kinds, source
                )
                if unanswerable:
                    yield unanswerable


def _sentence_round(
    lessons: Sequence[Lesson], replacements: Mapping[str, Replacements], source: random.Random
) -> Iterator[Example]:
    topics = _texts_by_topic(lessons)
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
        if source.random() < QAMR_UNANSWERABLE:
            if others and source.random() < 0.4:
                yield Example(lesson.question, source.choice(others), None)
            else:
                topic = replacements[lesson.text.topic]
                case = AnsweredQuestion(lesson.question, text, (start, end), topic)
                changed = unanswerable_question(case, source)
                if changed:
                    yield Example(changed, text, None)


def nearest_texts(lessons: Sequence[Lesson]) -> list[list[Text]]:
    """Find the texts nearest to each lesson's question by BM25: of its article, or its part of the data."""
    texts: dict[str, Text] = {lesson.text.text: lesson.text for lesson in lessons}
    groups: dict[str, list[Text]] = {}
    for text in texts.values():
        groups.setdefault(_group(text), []).append(text)
    bm25 = {name: Bm25.build([terms(text.text) for text in group]) for name, group in groups.items()}
    neighbours: list[list[Text]] = []
    for lesson in lessons:
        name = _group(lesson.text)
        order = np.argsort(-bm25[name].scores(terms(lesson.question)), kind="stable")[: NEIGHBOURS + 1]
        near = [groups[name][row] for row in order]
        neighbours.append([text for text in near if text.text != lesson.text.text][:NEIGHBOURS])
    return neighbours


def _group(text: Text) -> str:
    return text.topic if text.domain == WIKIPEDIA else text.domain
