"""The command that trains the encoder."""

from pathlib import Path

import pytest

from index.models.model_folders import resolve_encoder
from index.training.datasets.lessons import SQUADSHIFTS
from index.training.encoder.__main__ import main
from index.training.encoder.recipe import EncoderRecipe
from tests.support.miniature_datasets import short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader


@pytest.mark.slow
def test_the_model_is_written_beside_what_is_there(tmp_path: Path) -> None:
    lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(8, domain)]
    options = {
        "questions": write_questions(tmp_path / "questions.json"),
        "squadshifts": write_squadshifts(tmp_path / "squad", lessons),
        "qamr": write_qamr(tmp_path / "qamr", ["The river was built by Anna ."], [(0, "Who built it?", "5")]),
        "start": save_encoder_of_tiny_reader(tmp_path),
        "library": write_library(tmp_path / "library"),
        "work": tmp_path / "work",
        "out": tmp_path / "out",
    }
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "README.md").write_text("A card.", encoding="utf-8")
    main(
        [text for name, path in options.items() for text in (f"--{name}", str(path))], EncoderRecipe(batch=4)
    )
    assert resolve_encoder(str(tmp_path / "out"))
    assert (tmp_path / "out" / "README.md").read_text(encoding="utf-8") == "A card."
