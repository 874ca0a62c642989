"""Questions with the texts that answer them and texts that only look alike, for an encoder to learn from."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from index.models.encoder import Encoder
from index.models.span_model import cores
from index.segmentation.folding import fold_text
from index.training.datasets.lessons import Lesson
from index.training.datasets.training_libraries import SegmentedArticle, typed_in_a_hurry
from index.training.examples.retrieved import HURRIED, MISSPELT, misspelt

NEGATIVES = 5
"""Sentences of the same article that are most like a question and do not answer it."""
CHUNK = 8
"""Questions about one article that stand together in a batch, where each one's answers mislead the others."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question with what is embedded of the sentences that answer it, and of the ones nearest to these.

    `group` names the article, or the paragraph. `negatives` are best first.
    """

    group: str
    question: str
    positives: Sequence[str]
    negatives: Sequence[str]


@dataclass(frozen=True, slots=True)
class Triplet:
    """A question as it is typed, with a text that answers it and one that does not."""

    question: str
    positive: str
    negative: str


def article_pairs(group: str, article: SegmentedArticle, encoder: Encoder) -> Iterator[Pair]:
    """Yield the answerable questions of an article; `encoder` finds the negatives."""
    questions = [(question.text, question.gold) for question in article.questions if question.gold]
    yield from _pairs(group, article.sentence_texts, questions, encoder)


def lesson_pairs(lessons: Sequence[Lesson], encoder: Encoder) -> Iterator[Pair]:
    """Yield questions with their paragraphs; one of a single sentence has no negatives."""
    paragraphs: dict[int, list[Lesson]] = {}
    for lesson in lessons:
        paragraphs.setdefault(id(lesson.text), []).append(lesson)
    for number, about in enumerate(paragraphs.values()):
        text = about[0].text
        texts = [fold_text(text.text[sentence.start : sentence.end]).text for sentence in text.sentences]
        questions = [(lesson.question, _gold(lesson)) for lesson in about]
        yield from _pairs(f"{text.domain} {number}", texts, questions, encoder)


def _gold(lesson: Lesson) -> frozenset[int]:
    start = lesson.spans[0][0]
    sentences = lesson.text.sentences
    return frozenset(n for n, sentence in enumerate(sentences) if sentence.start <= start < sentence.end)


def _pairs(
    group: str, texts: Sequence[str], questions: Sequence[tuple[str, frozenset[int]]], encoder: Encoder
) -> Iterator[Pair]:
    answered = [(question, gold) for question, gold in questions if gold]
    if not answered:
        return
    vectors = encoder.encode_texts(texts, workers=cores())
    asked = encoder.encode_queries([fold_text(question).text for question, _ in answered])
    for (question, gold), scores in zip(answered, asked @ vectors.T, strict=True):
        positives = [texts[number] for number in sorted(gold)]
        ordered = dict.fromkeys(texts[number] for number in np.argsort(-scores, kind="stable"))
        negatives = [text for text in ordered if text not in positives]
        yield Pair(group, question, positives, negatives[:NEGATIVES])


def triplets(pairs: Sequence[Pair], batch: int, source: random.Random) -> list[Triplet]:
    """Return the triplets of one round through the questions, in batches of `batch`, one after the other.

    All other texts of a batch count as negatives, too, so it has no text twice that answers a question.
    A quarter of the questions are typed in a hurry, and some are misspelt.
    """
    chunks = list(_chunks(pairs, source))
    source.shuffle(chunks)
    ordered = [pair for chunk in chunks for pair in chunk]
    everything = [text for pair in pairs for text in pair.negatives]
    rows: list[Triplet] = []
    for start in range(0, len(ordered) - batch + 1, batch):
        together = ordered[start : start + batch]
        answers = {text for pair in together for text in pair.positives}
        for pair in together:
            choices = [text for text in pair.negatives if text not in answers] or everything
            rows.append(
                Triplet(_typed(pair.question, source), source.choice(pair.positives), source.choice(choices))
            )
    return rows


def _chunks(pairs: Sequence[Pair], source: random.Random) -> Iterator[list[Pair]]:
    """Yield the questions of each article in chunks in which no two have the same answer."""
    groups: dict[str, list[Pair]] = {}
    for pair in pairs:
        groups.setdefault(pair.group, []).append(pair)
    for members in groups.values():
        source.shuffle(members)
        while members:
            chunk: list[Pair] = []
            answers: set[str] = set()
            left: list[Pair] = []
            for pair in members:
                if len(chunk) < CHUNK and answers.isdisjoint(pair.positives):
                    chunk.append(pair)
                    answers.update(pair.positives)
                else:
                    left.append(pair)
            yield chunk
            members = left


def _typed(question: str, source: random.Random) -> str:
    text = typed_in_a_hurry(question) if source.random() < HURRIED else question
    text = misspelt(text, source) if source.random() < MISSPELT else text
    return fold_text(text).text
