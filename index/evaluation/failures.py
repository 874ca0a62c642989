"""Failed questions: which they are, and whether the articles hold what was expected at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from index.evaluation.gold_questions import GoldQuestion
from index.evaluation.measures import first_hit, holds_known_answer, holds_words, words_in
from index.records import Answer


class FailureKind(StrEnum):
    """How a question failed."""

    ANSWERED_WRONGLY = "answered with another sentence"
    MARKED_WRONGLY = "the right sentence, but another answer is marked in it"
    DECLINED = "declined, though the articles say it"
    NOT_DECLINED = "answered, though the articles do not say"


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that was not handled correctly; `rank` is the number of the first right citation, if any."""

    question: GoldQuestion
    answer: Answer
    kind: FailureKind
    rank: int | None


def failures(questions: Sequence[GoldQuestion], answers: Sequence[Answer], threshold: float) -> list[Failure]:
    """Return the questions that count as wrong in the accuracy at `threshold`, in their order.

    So are those whose right sentence is first while its answer, what is marked in it, holds no known answer.
    """
    found = []
    for question, answer in zip(questions, answers, strict=True):
        rank, answered = first_hit(question, answer), answer.confidence >= threshold
        if answered and rank != 1:
            kind = FailureKind.ANSWERED_WRONGLY if question.answerable else FailureKind.NOT_DECLINED
        elif question.answerable and not answered:
            kind = FailureKind.DECLINED
        elif rank == 1 and not holds_known_answer(question, answer):
            kind = FailureKind.MARKED_WRONGLY
        else:
            continue
        found.append(Failure(question, answer, kind, rank))
    return found


def missing_gold(
    questions: Iterable[GoldQuestion], texts: Mapping[str, str]
) -> list[tuple[GoldQuestion, str]]:
    """Return each gold sentence that stands in none of the `texts`, which are the articles' by id.

    A question with such sentences alone cannot be answered rightly. White space and marks do not matter.
    """
    words = [words_in(text) for text in texts.values()]
    return [
        (question, sentence)
        for question in questions
        if question.answerable
        for sentence in question.gold_sentences
        if not any(holds_words(text, words_in(sentence)) for text in words)
    ]
