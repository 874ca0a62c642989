"""The figures that docs/quality.md gives for `footnote eval tests/data/questions.jsonl`."""

import re
from pathlib import Path

import pytest

from index.config import Config
from index.evaluation.gold_questions import read_questions
from index.evaluation.measures import Evaluation, evaluate
from index.library import Library
from tests.support.paths import QUESTIONS, ROOT

pytestmark = pytest.mark.slow  # builds libraries of its own


@pytest.fixture(scope="module")
def measured(library_config: Path) -> Evaluation:
    """Ask questions that the article answers and others, chat and other topics among them."""
    config = Config.read(library_config)
    library = Library.open(config)
    questions = read_questions(QUESTIONS)
    answers = [library.ask(question.question, threshold=0) for question in questions]
    return evaluate(questions, answers, config.answer.threshold, 0.2)


def test_the_documented_numbers_of_questions_are_the_files(measured: Evaluation) -> None:
    guide = " ".join((ROOT / "docs" / "quality.md").read_text("utf-8").split())
    answered = re.search(r"(\d+) of (\d+) questions are answered with the right sentence first", guide)
    declined = re.search(r"(\d+) of (\d+) others are declined", guide)
    assert answered
    assert declined
    assert set(map(int, answered.groups())) == {measured.answerable}
    assert set(map(int, declined.groups())) == {measured.questions - measured.answerable}


def test_every_answerable_question_is_answered_with_the_right_sentence_first(measured: Evaluation) -> None:
    assert measured.hit_at_1 == 1.0
    assert measured.answered == 1.0


def test_every_other_question_is_declined(measured: Evaluation) -> None:
    assert measured.declined == 1.0
