"""The command that trains a reader: it names what it needs, and exports a reader that reads."""

import math
from pathlib import Path

import pytest

from index.models.span_model import SpanModel
from index.training.datasets.lessons import SQUADSHIFTS
from index.training.reader.__main__ import main
from index.training.reader.recipe import Recipe
from tests.support.miniature_datasets import QUESTION, short_lessons, write_qamr, write_squadshifts
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader


@pytest.mark.slow
def test_a_reader_is_trained_and_exported_and_reads(tmp_path: Path) -> None:
    lessons = [one for domain in SQUADSHIFTS for one in short_lessons(16, domain)]
    options = {
        "questions": write_questions(tmp_path / "questions.json", held_out_entry()),
        "squadshifts": write_squadshifts(tmp_path / "squad", lessons),
        "library": write_library(tmp_path / "library"),
        "qamr": write_qamr(tmp_path / "qamr", ["It was built ."], [(0, "Was it built?", "1")]),
        "larger": save_tiny_reader(tmp_path / "larger", "mpnet", head=False, shift=5),
        "encoder": save_encoder_of_tiny_reader(tmp_path),
        "work": tmp_path / "work" / "deep",
        "out": tmp_path / "out",
        "steps": 3,
    }
    main(
        [text for name, value in options.items() for text in (f"--{name}", str(value))],
        Recipe(frozen_layers=1),
    )
    text = "In 1850 the bridge was built by Anna."
    (tokens,) = SpanModel.load(tmp_path / "out").read(QUESTION, [text])
    words = [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
    assert words[0] in {"In", "I"} and words[-1] == "."
    assert all(math.isfinite(score) for score in (*tokens.start.tolist(), *tokens.end.tolist()))


def test_it_names_what_it_needs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work = tmp_path / "work"
    with pytest.raises(SystemExit):
        main(["--squadshifts", "S", "--work", str(work)])
    missing = "--questions, --qamr, --larger, --out"
    assert f"the following arguments are required: {missing}\n" in capsys.readouterr().err
    assert not work.exists()
