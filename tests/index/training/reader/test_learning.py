"""What a reader learns from: questions in people's own words, and never what is held out."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from index.training.datasets.lessons import SQUADSHIFTS
from index.training.datasets.squad import SquadArticle
from index.training.datasets.training_libraries import TrainingLibrary
from index.training.reader.learning import LibraryIndexer, train_reader
from index.training.reader.recipe import RECIPE_FILE, Recipe
from index.training.reader.training import LOG_FILE
from tests.support.miniature_datasets import short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


@pytest.mark.slow
def test_questions_are_learnt_from_but_for_the_titles_that_are_held_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[list[str]] = []
    index_titles = LibraryIndexer.index_titles

    def spy(indexer: LibraryIndexer, entries: Sequence[SquadArticle]) -> TrainingLibrary:
        titles.append([entry.title for entry in entries])
        return index_titles(indexer, entries)

    monkeypatch.setattr(LibraryIndexer, "index_titles", spy)
    lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(8, domain)]
    qamr = write_qamr(tmp_path / "qamr", ["The river was built by Anna ."], [(0, "Who built it?", "5")])
    encoder = save_encoder_of_tiny_reader(tmp_path)
    larger = save_tiny_reader(tmp_path / "larger", "mpnet", head=False, shift=5)
    recipe = Recipe(frozen_layers=1, steps=7, tokens=512, repeated=9, measured_questions=2)
    work = tmp_path / "work"

    def train(recipe: Recipe) -> Path:
        questions = [write_questions(tmp_path / "questions.json", held_out_entry())]
        squadshifts = write_squadshifts(tmp_path / "squad", lessons)
        return train_reader(recipe, questions, squadshifts, qamr, larger, encoder, work)

    folder = train(recipe)
    assert (folder / "model.safetensors").exists()
    assert (folder / "tokenizer.json").read_bytes() == (larger / "tokenizer.json").read_bytes()
    lines = [json.loads(line) for line in (work / LOG_FILE).read_text().splitlines()]
    assert lines[-1]["step"] == 7 and 0 <= lines[-1]["f1"] <= 1
    measured, learnt = titles
    assert learnt and measured and not {*learnt} & {*measured}
    assert json.loads((work / RECIPE_FILE).read_text(encoding="utf-8"))["start"]
    with pytest.raises(ValueError, match="another recipe"):
        train(Recipe(seed=2))
