"""Figures on questions in people's own words: answers compared as SQuAD does, twins told apart."""

from pathlib import Path

import pytest

from index.models.span_model import SpanModel
from index.models.span_model_export import export_span_model
from index.training.datasets.squad import read_squad
from index.training.datasets.training_libraries import Segmenter
from index.training.natural_figures import NaturalAnswer, main, read_questions, table
from tests.support.miniature_questions import BRIDGE, OPENING, PARKING, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


def test_each_question_is_read_in_its_own_paragraph(tmp_path: Path) -> None:
    entries = read_squad(write_questions(tmp_path / "questions.json"))
    export_span_model(save_tiny_reader(tmp_path / "model", "bert"), tmp_path / "reader")
    model = SpanModel.load(tmp_path / "reader")
    answers = list(read_questions(entries, model, Segmenter(len, 1_000)))
    marked = {answer.question: answer.marked for answer in answers}
    paragraphs = {"when can i come in": OPENING, "where do bikes go": PARKING, "who made it?": BRIDGE}
    for question, paragraph in paragraphs.items():
        assert marked[question] and marked[question] in paragraph
    assert [answer.gold for answer in answers if answer.question == "When does the bridge open?"] == [[]]


def test_the_table_compares_answers_and_tells_twins_apart(tmp_path: Path) -> None:
    entries = read_squad(write_questions(tmp_path / "questions.json"))
    answers = [
        NaturalAnswer("When does the bridge open?", "nine", 0.5, []),
        NaturalAnswer("When does the mill open?", "at nine", 1.0, ["nine"]),
        NaturalAnswer("who made it?", "The Carl", 0.25, ["Carl"]),
    ]
    figures = table(entries, answers).splitlines()[-1]
    assert figures == "| 2 | 83.3 | 50.0 | 1 | 0.500 | 100.0 % of 1 |"
    with pytest.raises(ValueError, match="max"):
        _ = answers[0].f1


@pytest.mark.slow
def test_the_command_writes_the_table(tmp_path: Path) -> None:
    questions = write_questions(tmp_path / "questions.json")
    reader = tmp_path / "reader"
    export_span_model(save_tiny_reader(tmp_path / "model", "bert"), reader)
    encoder = save_encoder_of_tiny_reader(tmp_path)
    out = tmp_path / "table.md"
    arguments = {"questions": questions, "reader": reader, "encoder": encoder, "out": out}
    main([text for name, path in arguments.items() for text in (f"--{name}", str(path))])
    assert "| 4 | " in out.read_text(encoding="utf-8")
