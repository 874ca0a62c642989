"""The command that trains the support model, on a tiny reader."""

import json
from pathlib import Path

from index.models.span_model import SpanModel
from index.models.support_model import SupportModel
from index.training.support.recipe import SupportRecipe
from tests.support.miniature_questions import write_questions
from tests.support.tiny_statements import (
    BELOW,
    bridge_statements,
    save_tiny_reader_with_states,
    write_statements,
)

RECIPE = SupportRecipe(
    below=BELOW, rounds=12, tokens=200, rate=3e-3, head_rate=1.0, warm_up=2, dropout=0.0, held_out=3
)


def test_a_model_is_made_and_measured(tmp_path: Path) -> None:
    from index.training.support.__main__ import main

    statements = bridge_statements(60)
    write_statements(tmp_path / "statements" / "bridges.jsonl", statements[:50])
    write_statements(tmp_path / "statements" / "held_out.jsonl", statements[50:])
    options = {
        "questions": write_questions(tmp_path / "questions.json"),
        "statements": tmp_path / "statements",
        "reader": save_tiny_reader_with_states(tmp_path / "tiny"),
        "work": tmp_path / "work",
        "out": tmp_path / "out",
    }
    main([text for name, path in options.items() for text in (f"--{name}", str(path))], RECIPE)
    model = SupportModel.load(tmp_path / "out", SpanModel.load(options["reader"]))
    settings = json.loads((tmp_path / "out" / "support.json").read_text(encoding="utf-8"))
    assert 0 < model.threshold == settings["threshold"] < 1
    one = statements[50]
    scores = model.scores([(one.statement, one.shown), (one.statement.replace("open", "shut"), one.shown)])
    assert scores[0] > model.threshold > scores[1]
    report = (tmp_path / "work" / "support.md").read_text(encoding="utf-8")
    assert "| held out | 5 | 5 | 1.000 |" in report
