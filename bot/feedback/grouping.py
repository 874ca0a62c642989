"""Groups of questions that are alike."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bot.feedback.unanswered import UnansweredQuestion
from index.arrays import Floats

LIKENESS = 0.8
"""Least cosine between a group's latest question and another one of it.

With the default encoder, "How do I reset the siren?" has 0.98 with "How can I reset my siren?", but 0.69 with
"How do I install the siren?".
"""


@dataclass(frozen=True, slots=True)
class SameWords:
    """A question that was asked in the same words `count` times, as it was asked last."""

    latest: UnansweredQuestion
    count: int


def in_same_words(questions: Iterable[UnansweredQuestion]) -> list[SameWords]:
    """Count questions, given latest first, that differ at most in case and white space."""
    counts: dict[str, SameWords] = {}
    for question in questions:
        words = " ".join(question.question.casefold().split())
        before = counts.get(words)
        counts[words] = SameWords(before.latest if before else question, 1 + (before.count if before else 0))
    return list(counts.values())


def group_alike(questions: Iterable[SameWords], vectors: Floats) -> list[list[SameWords]]:
    """Group questions, given latest first, by their normalised vectors.

    Each goes into the group whose latest question is most similar, or begins another group if none is similar
    enough. So groups are ordered by their latest question, too.
    """
    groups: list[list[SameWords]] = []
    firsts = np.empty_like(vectors)
    for question, vector in zip(questions, vectors, strict=True):
        similarities = firsts[: len(groups)] @ vector
        if len(groups) and similarities.max() >= LIKENESS:
            groups[int(similarities.argmax())].append(question)
        else:
            firsts[len(groups)] = vector
            groups.append([question])
    return groups
