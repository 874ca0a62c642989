"""What the shipped weights and the shipped threshold make of questions about the first article."""

from pathlib import Path

import pytest

from index.config import Config
from index.evaluation.gold_questions import read_questions
from index.evaluation.measures import Evaluation, evaluate
from index.library import Library
from tests.support.paths import QUESTIONS


@pytest.fixture(scope="module")
def measured(library_config: Path) -> Evaluation:
    """Ask 14 questions that the article answers and 10 that it does not, chat and other topics among them."""
    config = Config.read(library_config)
    library = Library.open(config)
    questions = read_questions(QUESTIONS)
    answers = [library.ask(question.question, threshold=0) for question in questions]
    return evaluate(questions, answers, config.answer.threshold)


def test_the_right_sentence_is_cited(measured: Evaluation) -> None:
    assert measured.hit_at_3 == 1.0
    assert measured.hit_at_1 is not None
    assert measured.hit_at_1 >= 0.9


def test_what_is_said_is_answered_and_most_of_the_rest_declined(measured: Evaluation) -> None:
    assert measured.answered == 1.0
    assert measured.declined is not None
    assert measured.declined >= 0.7
    assert measured.abstention_auroc is not None
    assert measured.abstention_auroc >= 0.95
