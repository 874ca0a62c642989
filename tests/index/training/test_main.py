"""One command makes a reader, its weights and its figures, from miniature data and tiny models."""

import json
from pathlib import Path

import pytest

from index.models.span_model import SpanModel
from index.reading.span_reader import ReadingWeights
from index.training.__main__ import main
from index.training.datasets.lessons import SQUADSHIFTS, Lesson
from index.training.reader.recipe import Recipe
from tests.support.miniature_datasets import (
    short_lessons,
    squad_entry,
    text_of,
    write_qamr,
    write_squadshifts,
)
from tests.support.miniature_questions import held_out_entry, write_library, write_questions
from tests.support.tiny_span_models import save_encoder_of_tiny_reader, save_tiny_reader

STRANGERS = 6
BRIDGE = "The old bridge was built by Anna in 1850. The river was in Bela."


@pytest.fixture
def arguments(tmp_path: Path) -> list[str]:
    """Write miniature data sets and models; return the arguments that name them."""
    lessons = [lesson for domain in SQUADSHIFTS for lesson in short_lessons(16, domain)]
    strangers = [text_of("A parcel came.", domain=domain) for domain in SQUADSHIFTS]
    lessons += [
        Lesson(f"What weighs {number}?", text, []) for text in strangers for number in range(STRANGERS)
    ]
    squadshifts = write_squadshifts(tmp_path / "squad", lessons)
    sentences = [f"The river was built by {name} ." for name in ("Anna", "Bela", "Carl")]
    qamr = write_qamr(
        tmp_path / "qamr", sentences, [(number, "Who built the river?", "5") for number in range(3)]
    )
    questions = [("Who built the bridge?", ["Anna"]), ("Who built the river?", [])]
    entry = squad_entry("Bridge", [(BRIDGE, questions)])
    entry["paragraphs"][0]["qas"][1]["is_impossible"] = True
    squad2, selqa = tmp_path / "squad2.json", tmp_path / "selqa.json"
    squad2.write_text(json.dumps({"data": [entry]}), encoding="utf-8")
    section = {
        "article": "DNA",
        "question": "Who drew it?",
        "candidates": ["It was built.", "Carl drew it."],
        "answers": [1],
    }
    selqa.write_text(json.dumps([section]), encoding="utf-8")
    own = tmp_path / "questions"
    own.mkdir()
    write_questions(own / "train.json", held_out_entry())
    write_questions(own / "dev.json")
    squad2_train = tmp_path / "squad2-train.json"
    squad2_train.write_text(json.dumps({"data": [entry]}), encoding="utf-8")
    larger = save_tiny_reader(tmp_path / "larger", "mpnet", head=False, shift=5)
    options = {
        "squadshifts": squadshifts,
        "qamr": qamr,
        "squad2": squad2,
        "squad2-train": squad2_train,
        "questions": own,
        "library": write_library(tmp_path / "library"),
        "selqa": selqa,
        "larger": larger,
        "encoder": save_encoder_of_tiny_reader(tmp_path),
        "work": tmp_path / "work",
        "out": tmp_path / "out",
    }
    return [text for name, path in options.items() for text in (f"--{name}", str(path))]


@pytest.mark.slow
def test_a_reader_is_made_and_measured(arguments: list[str], tmp_path: Path) -> None:
    main(arguments, Recipe(frozen_layers=1, steps=4, tokens=1024, measured_questions=4), strangers=STRANGERS)
    work, out = tmp_path / "work", tmp_path / "out"
    SpanModel.load(out / "reading" / "reader_model")
    assert ReadingWeights.load((out / "reading" / "reading.json").read_text(encoding="utf-8")).reader
    assert "| SelQA, 1 questions | MAP | MRR |" in (work / "figures.md").read_text(encoding="utf-8")
    assert "| twins told apart |" in (work / "figures.md").read_text(encoding="utf-8")
    assert "| threshold |" in (work / "confidence.md").read_text(encoding="utf-8")


def test_files_that_do_not_fit_are_refused_before_anything_is_trained(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "selqa.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ValueError, match="no question with a sentence that answers it"):
        main(arguments)
    assert not (tmp_path / "work").exists()
