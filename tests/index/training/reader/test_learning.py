"""What a reader learns from: questions in people's own words, and never what is held out."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import pytest

from index.training.datasets.lessons import SQUADSHIFTS
from index.training.datasets.squad import SquadArticle
from index.training.datasets.training_libraries import TrainingLibrary
from index.training.examples.batches import Batch
from index.training.reader import learning
from index.training.reader.learning import LibraryIndexer, train_reader
from index.training.reader.recipe import RECIPE_FILE, Recipe
from index.training.reader.training import LOG_FILE
from tests.support.miniature_datasets import short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


@dataclass(frozen=True)
class Data:
    """Miniature data sets, with tiny models to learn from them."""

    folder: Path
    encoder: Path
    larger: Path

    def train(self, recipe: Recipe, libraries: Sequence[Path] = ()) -> Path:
        lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(8, domain)]
        qamr = write_qamr(
            self.folder / "qamr", ["The river was built by Anna ."], [(0, "Who built it?", "5")]
        )
        questions = [write_questions(self.folder / "questions.json", held_out_entry())]
        squadshifts = write_squadshifts(self.folder / "squad", lessons)
        work = self.folder / "work"
        return train_reader(
            recipe, questions, squadshifts, qamr, self.larger, self.encoder, work, libraries=libraries
        )


@pytest.fixture
def data(tmp_path: Path) -> Data:
    encoder = save_encoder_of_tiny_reader(tmp_path)
    return Data(tmp_path, encoder, save_tiny_reader(tmp_path / "larger", "mpnet", head=False, shift=5))


@pytest.mark.slow
def test_questions_are_learnt_from_but_for_the_titles_that_are_held_out(
    data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    titles: list[list[str]] = []
    index_titles = LibraryIndexer.index_titles

    def spy(indexer: LibraryIndexer, entries: Sequence[SquadArticle]) -> TrainingLibrary:
        titles.append([entry.title for entry in entries])
        return index_titles(indexer, entries)

    monkeypatch.setattr(LibraryIndexer, "index_titles", spy)
    recipe = Recipe(frozen_layers=1, steps=7, tokens=512, repeated=9, measured_questions=2)
    folder = data.train(recipe)
    assert (folder / "model.safetensors").exists()
    assert (folder / "tokenizer.json").read_bytes() == (data.larger / "tokenizer.json").read_bytes()
    lines = [json.loads(line) for line in (folder.parent / LOG_FILE).read_text().splitlines()]
    assert lines[-1]["step"] == 7 and 0 <= lines[-1]["f1"] <= 1
    measured, learnt = titles
    assert learnt and measured and not {*learnt} & {*measured}
    assert json.loads((folder.parent / RECIPE_FILE).read_text(encoding="utf-8"))["start"]
    with pytest.raises(ValueError, match="another recipe"):
        data.train(Recipe(seed=2))


@pytest.mark.slow
def test_the_last_steps_belong_to_the_libraries(data: Data, monkeypatch: pytest.MonkeyPatch) -> None:
    learnt: list[Batch] = []

    def keep(batches: Iterable[Batch], *rest: object) -> Path:
        learnt.extend(islice(batches, recipe.steps))
        return data.folder

    monkeypatch.setattr(learning, "learn_batches", keep)
    recipe = Recipe(tokens=512, repeated=9, measured_questions=2, steps=9, last_rounds=2, last_others=0)
    data.train(recipe, [write_library(data.folder / "library")])
    assert len(learnt) == recipe.steps
    a_round = [False, True]  # its unanswerable question and the other one
    marked = [sorted((batch.starts > 0).tolist()) for batch in learnt]
    assert marked[-2:] == [a_round, a_round] and a_round not in marked[:-2]
