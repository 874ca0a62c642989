"""An encoder learns from miniature data, and is written so that sentence-transformers can load it."""

import json
from pathlib import Path

import pytest

from index.models.encoder_export import FrameworkEncoder
from index.models.model_folders import model_fingerprint
from index.training.datasets.lessons import SQUADSHIFTS
from index.training.encoder.learning import read_pairs, train_encoder
from index.training.encoder.recipe import EncoderRecipe
from index.training.reader.recipe import RECIPE_FILE
from tests.support.miniature_datasets import short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader

RECIPE = EncoderRecipe(batch=4, rate=1e-2, save_every=2)


@pytest.fixture
def data(tmp_path: Path) -> tuple[list[Path], Path, Path, Path]:
    lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(8, domain)]
    return (
        [write_questions(tmp_path / "questions.json", held_out_entry())],
        write_squadshifts(tmp_path / "squad", lessons),
        write_qamr(tmp_path / "qamr", ["The river was built by Anna ."], [(0, "Who built it?", "5")]),
        save_encoder_of_tiny_reader(tmp_path),
    )


@pytest.mark.slow
def test_what_is_held_out_is_not_learnt(data: tuple[list[Path], Path, Path, Path], tmp_path: Path) -> None:
    library = write_library(tmp_path / "library")
    asked = {pair.question for pair in read_pairs(RECIPE, *data, libraries=[library])}
    assert {"where do bikes go", "when can i come", "Who built it?", "who built the bridge?"} <= asked
    assert "who made the tower" not in asked
    without = read_pairs(RECIPE, *data, never=data[0][0])
    assert {pair.question for pair in without} < asked


@pytest.mark.slow
def test_an_encoder_learns_and_loads(data: tuple[list[Path], Path, Path, Path], tmp_path: Path) -> None:
    *_, start = data
    work = tmp_path / "work"
    folder = train_encoder(RECIPE, *data, work, libraries=[write_library(tmp_path / "library")])
    assert json.loads((work / RECIPE_FILE).read_text(encoding="utf-8"))["start"] == model_fingerprint(start)
    for name in ("modules.json", "tokenizer.json"):
        assert (folder / name).read_bytes() == (start / name).read_bytes()
    texts = ["who built the bridge?", "Anna built it."]
    before = FrameworkEncoder.load(start).embed(texts, lambda *_: None)
    after = FrameworkEncoder.load(folder).embed(texts, lambda *_: None)
    assert before.shape == after.shape and abs(before - after).max() > 1e-3
    assert next((work / "checkpoints").glob("checkpoint-*"))
    with pytest.raises(ValueError, match="another recipe"):
        train_encoder(EncoderRecipe(batch=8), *data, work)
