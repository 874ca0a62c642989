"""Failed questions, and gold sentences that stand in no article."""

from dataclasses import replace

from index.evaluation.failures import Failure, FailureKind, failures, missing_gold
from index.evaluation.gold_questions import GoldQuestion
from index.records import Answer, Citation, Source


def answer(*sentences: str, confidence: float = 0.9) -> Answer:
    citations = tuple(
        Citation(number, Source("a", "A", None), sentence, 0, len(sentence), None, confidence)
        for number, sentence in enumerate(sentences, 1)
    )
    return Answer("?", True, confidence, None, citations, 10.0)


def gold(*sentences: str) -> GoldQuestion:
    return GoldQuestion(id=1, question="?", answerable=bool(sentences), gold_sentences=sentences)


def test_what_failed_is_listed_with_the_kind_and_the_rank_of_the_right_sentence() -> None:
    questions = [gold("one"), gold("two"), gold("three"), gold("four"), gold(), gold()]
    answers = [
        answer("one."),
        answer("other", "two"),
        answer("x"),
        answer("four", confidence=0.2),
        answer("near"),
        answer("near", confidence=0.2),
    ]
    assert failures(questions, answers, 0.5) == [
        Failure(questions[1], answers[1], FailureKind.ANSWERED_WRONGLY, 2),
        Failure(questions[2], answers[2], FailureKind.ANSWERED_WRONGLY, None),
        Failure(questions[3], answers[3], FailureKind.DECLINED, 1),
        Failure(questions[4], answers[4], FailureKind.NOT_DECLINED, None),
    ]


def test_gold_sentences_that_stand_in_no_article_are_found_however_spaced() -> None:
    texts = {"a": "Bees dance in\nJune. They sleep.", "b": "Ants do not. They single out crumbs."}
    there, partly, missing = gold("dance in June."), gold("Ants do", "They eat."), gold("They sing.")
    assert missing_gold([there, partly, missing, gold()], texts) == [
        (partly, "They eat."),
        (missing, "They sing."),
    ]


def test_a_right_sentence_with_another_answer_marked_in_it_is_listed() -> None:
    question = gold("one").model_copy(update={"gold_answer": "the old bridge"})
    marked = [
        replace(answer("one."), answer=text) for text in ("The old bridge", "near the old bridge", "a ferry")
    ]
    assert failures([question] * 3, marked, 0.5) == [
        Failure(question, marked[2], FailureKind.MARKED_WRONGLY, 1)
    ]
    assert failures([gold("one")], [marked[2]], 0.5) == [], "no answer is known"
