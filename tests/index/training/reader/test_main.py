"""The command that trains a reader: each recipe asks for what it needs, and the reader is exported."""

import math
from pathlib import Path

import pytest

from index.models.span_model import SpanModel
from index.training.datasets.lessons import SQUADSHIFTS
from index.training.reader.__main__ import main
from index.training.reader.recipe import RECIPES
from tests.support.miniature_datasets import QUESTION, short_lessons, write_squadshifts
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


@pytest.mark.slow
def test_the_second_stage_of_an_exported_reader_is_exported_and_reads(tmp_path: Path) -> None:
    encoder = save_encoder_of_tiny_reader(tmp_path)
    start = save_tiny_reader(tmp_path / "start", "bert")
    lessons = [one for domain in SQUADSHIFTS for one in short_lessons(16, domain)]
    squadshifts = write_squadshifts(tmp_path / "squad", lessons)
    arguments = ["--squadshifts", str(squadshifts), "--encoder", str(encoder)]
    out = tmp_path / "out"
    work = str(tmp_path / "work" / "deep")
    main(["second", *arguments, "--start-from", str(start), "--work", work, "--out", str(out)])
    text = "In 1850 the bridge was built by Anna."
    (tokens,) = SpanModel.load(out).read(QUESTION, [text])
    words = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert words[0] in {"In", "I"} and words[-1] == "."
    assert all(math.isfinite(score) for score in (*tokens.start.tolist(), *tokens.end.tolist()))
    main(["second", *arguments, "--start-from", str(out), "--work", str(tmp_path / "more")])
    assert (tmp_path / "more" / "model" / "model.safetensors").exists()


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("first", "--qamr"),
        ("second", "--start-from"),
        ("second-words", "--start-from"),
        ("teacher", "--start-from"),
        ("student", "--qamr, --start-from, --teacher"),
        ("natural", "--qamr, --questions, --start-from"),
    ],
)
def test_a_recipe_names_what_it_needs(
    name: str, missing: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    with pytest.raises(SystemExit):
        main([name, "--squadshifts", "S", "--work", str(work)])
    assert f"the following arguments are required: {missing}\n" in capsys.readouterr().err
    assert not work.exists()


def test_other_recipes_and_a_lost_start_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--squadshifts", "S", "--work", "W", "--start-from", "R", "--out", "./R"]
    with pytest.raises(SystemExit):
        main(["second", *arguments])
    assert "not the folder of --start-from" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["third", *arguments])
    assert "invalid choice: 'third'" in capsys.readouterr().err
    assert set(RECIPES) == {"first", "second", "second-words", "teacher", "student", "natural"}
