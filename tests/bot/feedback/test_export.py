"""Feedback as questions whose answers are known."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot.feedback.export import FeedbackExport, export
from bot.feedback.store import Judgement, StoredJudgement
from index.evaluation.gold_questions import read_questions
from tests.support.judgements import DECLINED, RIGHT, SENTENCE, WRONG


def exported(*judgements: Judgement) -> FeedbackExport:
    return export(
        StoredJudgement(row, "2026-01-01T00:00:00Z", None, it) for row, it in enumerate(judgements, 1)
    )


def test_what_was_right_is_exported_as_an_eval_file(tmp_path: Path) -> None:
    narrowed = replace(RIGHT, question="Why?", asked_in="notes/bees")
    found = exported(RIGHT, WRONG, RIGHT, DECLINED, narrowed)
    file = tmp_path / "judged.jsonl"
    file.write_text(found.lines, "utf-8")
    bees, bitcoin, why = read_questions(file)
    assert (bees.id, bees.question, bees.answerable) == ("feedback-1", RIGHT.question, True)
    assert (bees.gold_sentences, bees.gold_answer, bees.article) == ((SENTENCE,), RIGHT.answer, None)
    assert (bitcoin.answerable, bitcoin.gold_sentences, bitcoin.gold_answer) == (False, (), None)
    assert why.article == "notes/bees"
    assert found.counts == {"questions": 3, "wrong": 1, "disputed": 0, "changed": 0, "without_question": 0}


def test_what_as_many_call_wrong_is_not_exported() -> None:
    found = exported(RIGHT, WRONG, replace(WRONG, question="Other?"))
    assert (found.questions, found.wrong, found.disputed) == ((), 2, 1)


def test_an_answer_whose_sentence_changed_is_not_exported() -> None:
    found = exported(replace(RIGHT, sentence=None, article=None), replace(WRONG, sentence=None))
    assert (found.questions, found.wrong, found.changed) == ((), 1, 1)


def test_right_answers_to_one_question_are_one_question() -> None:
    other = replace(RIGHT, question="how WARM is  the cluster?", sentence="It is 35 °C.", answer="35 °C")
    found = exported(RIGHT, other, replace(DECLINED, question=RIGHT.question))
    (gold,) = found.questions
    assert gold.gold_sentences == (SENTENCE, "It is 35 °C.")
    assert (gold.gold_answer, gold.answerable, found.disputed) == ("35 °C", True, 1)


@pytest.mark.parametrize("answer", [SENTENCE, "35 degrees Cel…"])
def test_a_gold_answer_is_a_span_of_the_sentence(answer: str) -> None:
    (gold,) = exported(replace(RIGHT, answer=answer)).questions
    assert (gold.gold_sentences, gold.gold_answer) == ((SENTENCE,), None)


def judged(*judgements: tuple[str, Judgement]) -> FeedbackExport:
    """Export judgements of the messages of these names."""
    time = "2026-01-01T00:00:00Z"
    return export(
        StoredJudgement(row, time, None, it, message) for row, (message, it) in enumerate(judgements, 1)
    )


def test_verdicts_of_others_count_once_the_asker_has_judged() -> None:
    others_right = Judgement(True, None, None, RIGHT.index)
    others_wrong = replace(others_right, right=False)
    found = judged(("a", others_right), ("b", others_wrong))
    assert (found.questions, found.wrong, found.without_question) == ((), 1, 1)
    found = judged(("a", others_wrong), ("a", RIGHT), ("b", others_right))
    assert (found.questions, found.wrong, found.disputed, found.without_question) == ((), 1, 1, 1)
    found = judged(("a", others_wrong), ("a", RIGHT), ("a", others_right))
    assert [gold.question for gold in found.questions] == [RIGHT.question]
