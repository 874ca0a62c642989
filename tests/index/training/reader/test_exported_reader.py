"""An exported reader as a model again: it makes the scores of its graph, and can be exported once more."""

from pathlib import Path

import numpy as np

from index.models.packed_embeddings import pack_embeddings
from index.models.span_model import GRAPH_FILE, SpanModel
from index.models.span_model_export import export_span_model
from index.training.reader.exported_reader import restore_model
from tests.support.tiny_span_models import save_tiny_reader

TEXTS = ("the bridge was built in the river", "who was by the bridge built in it")


def _start_scores(reader: Path) -> list[float]:
    scores = SpanModel.load(reader).read("what was built", TEXTS)
    return [value for tokens in scores for value in tokens.start.tolist()]


def _model_scores(folder: Path) -> list[float]:
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    model = AutoModelForQuestionAnswering.from_pretrained(folder, local_files_only=True)
    values: list[float] = []
    for text in TEXTS:
        encoding = tokenizer("what was built", text)
        features = {name: torch.tensor([encoding[name]]) for name in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            start = model(**features).start_logits[0]
        values += [
            float(start[row] - start[0]) for row, part in enumerate(encoding.sequence_ids()) if part == 1
        ]
    return values


def test_it_makes_the_scores_of_the_graph(tmp_path: Path) -> None:
    export_span_model(save_tiny_reader(tmp_path / "model", "mpnet"), tmp_path / "reader")
    restored = restore_model(tmp_path / "reader", tmp_path / "restored")
    ours, theirs = _model_scores(restored), _start_scores(tmp_path / "reader")
    assert np.corrcoef(ours, theirs)[0, 1] > 0.99
    export_span_model(restored, tmp_path / "again")
    assert np.corrcoef(_start_scores(tmp_path / "again"), theirs)[0, 1] > 0.99


def test_words_in_four_bits_are_read(tmp_path: Path) -> None:
    export_span_model(save_tiny_reader(tmp_path / "model", "mpnet"), tmp_path / "reader")
    whole = restore_model(tmp_path / "reader", tmp_path / "whole")
    pack_embeddings(tmp_path / "reader" / GRAPH_FILE, least=1)
    packed = restore_model(tmp_path / "reader", tmp_path / "packed")
    assert np.corrcoef(_model_scores(packed), _model_scores(whole))[0, 1] > 0.9
