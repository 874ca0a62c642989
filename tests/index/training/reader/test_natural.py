"""The third stage: a reader learns from questions in people's own words, and never from what is held out."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from index.training.datasets.lessons import SQUADSHIFTS
from index.training.datasets.question_libraries import read_library
from index.training.datasets.training_libraries import Segmenter
from index.training.reader import natural
from index.training.reader.natural import own_libraries, train_on_questions
from index.training.reader.recipe import RECIPES
from index.training.reader.training import LOG_FILE
from tests.support.miniature_datasets import short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


@pytest.mark.slow
def test_questions_are_learnt_from_but_for_the_titles_that_are_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[list[str]] = []
    library_of = natural.library_of

    def spy(entries, *rest):  # type: ignore[no-untyped-def]
        titles.append([entry.title for entry in entries])
        return library_of(entries, *rest)

    monkeypatch.setattr(natural, "library_of", spy)
    lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(8, domain)]
    qamr = write_qamr(tmp_path / "qamr", ["The river was built by Anna ."], [(0, "Who built it?", "5")])
    recipe = replace(RECIPES["natural"], rounds=2, tokens=512, repeated=9, measured_questions=2)
    folder = train_on_questions(
        recipe,
        [write_questions(tmp_path / "questions.json", held_out_entry())],
        write_squadshifts(tmp_path / "squad", lessons),
        qamr,
        tmp_path / "work",
        save_encoder_of_tiny_reader(tmp_path),
        save_tiny_reader(tmp_path / "start", "bert"),
        libraries=[write_library(tmp_path / "library")],
    )
    assert (folder / "model.safetensors").exists()
    lines = [json.loads(line) for line in (tmp_path / "work" / LOG_FILE).read_text().splitlines()]
    assert lines[-1]["step"] > 2 and 0 <= lines[-1]["f1"] <= 1
    learnt, measured = titles
    assert learnt and measured and not {*learnt} & {*measured}


def test_the_projects_own_libraries_are_whole() -> None:
    folders = own_libraries()
    assert folders
    for folder in folders:
        articles = read_library(folder, Segmenter(len, 1_000))
        questions = [question for article in articles for question in article.questions]
        answerable = sum(bool(question.gold) for question in questions)
        assert len(articles) > 5 and all(article.questions for article in articles)
        assert 0.3 < answerable / len(questions) < 0.6
        assert len({question.text for question in questions}) == len(questions)
