"""The command that trains a reader further: its upper layers change, what is below stays to the bit."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.models.span_model import SpanModel
from index.training.datasets.lessons import SQUADSHIFTS
from index.training.reader.recipe import FurtherRecipe
from tests.support.lazy_modules import LazyModule
from tests.support.miniature_datasets import QUESTION, short_lessons, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader
from tests.support.tiny_statements import BELOW, save_tiny_reader_with_states

further = LazyModule("index.training.reader.further")
TEXT = "In 1850 the bridge was built by Anna."


@pytest.mark.slow
def test_the_upper_layers_learn_and_the_states_stay(tmp_path: Path) -> None:
    reader = save_tiny_reader_with_states(tmp_path / "before")
    options = {
        "reader": reader,
        "questions": write_questions(tmp_path / "questions.json", held_out_entry()),
        "squadshifts": write_squadshifts(tmp_path / "squad", short_lessons(16, SQUADSHIFTS[0])),
        "library": write_library(tmp_path / "library"),
        "encoder": save_encoder_of_tiny_reader(tmp_path),
        "work": tmp_path / "work",
        "out": tmp_path / "out",
    }
    arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
    further.main(arguments, FurtherRecipe(below=BELOW, again=5, repeated=8, rate=1e-2))
    before, after = SpanModel.load(reader), SpanModel.load(tmp_path / "out")
    assert before.states(QUESTION, TEXT).tobytes() == after.states(QUESTION, TEXT).tobytes()
    scores = [model.read(QUESTION, [TEXT])[0].start for model in (before, after)]
    assert np.isfinite(scores[1]).all()
    assert np.abs(scores[0] - scores[1]).max() > 0.1
    recipe = FurtherRecipe(below=BELOW, again=5, repeated=8, rate=1e-2)
    other = save_tiny_reader_with_states(tmp_path / "other", shift=1)
    for reader_or_recipe in (
        (arguments, replace(recipe, again=6)),
        ([*arguments, "--reader", str(other)], recipe),
        ([*arguments, "--library", str(write_library(tmp_path / "more"))], recipe),
    ):
        with pytest.raises(ValueError, match="another recipe"):
            further.main(*reader_or_recipe)


def test_the_old_reader_is_not_overwritten(tmp_path: Path) -> None:
    reader = save_tiny_reader_with_states(tmp_path / "before")
    paths = {"questions": tmp_path, "squadshifts": tmp_path, "work": tmp_path / "work", "out": reader / "."}
    arguments = [text for name, value in paths.items() for text in (f"--{name}", str(value))]
    with pytest.raises(ValueError, match="choose another folder"):
        further.main(
            ["--reader", str(reader), *arguments, "--encoder", str(save_encoder_of_tiny_reader(tmp_path))]
        )
    assert not (tmp_path / "work").exists()


def test_it_names_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        further.main(["--work", str(tmp_path / "work")])
    missing = "--reader, --questions, --squadshifts, --out"
    assert f"the following arguments are required: {missing}\n" in capsys.readouterr().err
    assert not (tmp_path / "work").exists()
