"""The states of a reader's lower layers, and its upper ones, which make the same scores of them."""

import json
import shutil
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]
import pytest

from index.models.span_model import GRAPH_FILE, OUTPUTS, STATES, SpanModel
from index.models.span_model_export import export_span_model
from index.training.reader.exported_graph import (
    ExportedGraph,
    expose_states,
    replace_upper_layers,
    states_session,
    upper_layers,
)
from tests.support.tiny_span_models import save_tiny_reader
from tests.support.tiny_statements import BELOW, save_tiny_reader_with_states

TEXT = "the bridge over the river was built in it"
IDS = np.array([[2, 4, 5, 3, 6, 7, 8, 3]], dtype=np.int64)
FEED = {"input_ids": IDS, "attention_mask": np.ones_like(IDS)}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny_reader_with_states(tmp_path_factory.mktemp("reader"))


def test_scores_stay_the_same_to_the_bit(reader: Path, tmp_path: Path) -> None:
    export_span_model(reader.parent / "model", tmp_path / "plain")
    plain, exposed = SpanModel.load(tmp_path / "plain"), SpanModel.load(reader)
    (before,), (after,) = (model.read("who built it", [TEXT]) for model in (plain, exposed))
    assert before.start.tobytes() == after.start.tobytes()
    assert before.end.tobytes() == after.end.tobytes()
    assert not plain.has_states
    assert exposed.has_states


def test_done_again_it_changes_nothing(reader: Path) -> None:
    before = {path.name: path.read_bytes() for path in reader.iterdir()}
    expose_states(reader, BELOW)
    assert {path.name: path.read_bytes() for path in reader.iterdir()} == before


def test_states_of_other_layers_take_their_place(reader: Path, tmp_path: Path) -> None:
    other = shutil.copytree(reader, tmp_path / "reader")
    expose_states(other, BELOW + 1)
    (before, *marks), (after, *marks_now), (above,) = (
        onnxruntime.InferenceSession(folder / GRAPH_FILE, providers=["CPUExecutionProvider"]).run(names, FEED)
        for folder, names in ((reader, [STATES, *OUTPUTS]), (other, [STATES, *OUTPUTS]), (other, [STATES]))
    )
    assert [values.tobytes() for values in marks_now] == [values.tobytes() for values in marks]
    assert np.abs(after - before).max() > 0.1
    expected = states_session(reader / GRAPH_FILE, BELOW + 1).run(None, FEED)[2]
    assert above == pytest.approx(expected, abs=1e-4)
    assert SpanModel.load(other).has_states


def test_the_upper_layers_are_those_of_the_graph(reader: Path) -> None:
    session = onnxruntime.InferenceSession(reader / GRAPH_FILE, providers=["CPUExecutionProvider"])
    states, start, _ = session.run([STATES, *OUTPUTS], FEED)
    layers = upper_layers(reader / GRAPH_FILE, BELOW).eval()
    # The head is in the model that was exported.
    import torch
    from transformers import AutoModelForQuestionAnswering

    model = AutoModelForQuestionAnswering.from_pretrained(reader.parent / "model", local_files_only=True)
    with torch.inference_mode():
        (top,) = layers(torch.from_numpy(states))
        logits = model.qa_outputs(top)[0, :, 0].numpy()
    assert np.corrcoef(logits, start[0])[0, 1] > 0.99


def test_other_graphs_are_refused(tmp_path: Path) -> None:
    export_span_model(save_tiny_reader(tmp_path / "model", "bert"), tmp_path / "reader")
    with pytest.raises(ValueError, match="not a reader of MPNet"):
        expose_states(tmp_path / "reader", 1)


def test_states_above_any_layer_can_be_had(reader: Path) -> None:
    session = onnxruntime.InferenceSession(reader / GRAPH_FILE, providers=["CPUExecutionProvider"])
    start, end, states = states_session(reader / GRAPH_FILE, BELOW).run(None, FEED)
    for ours, theirs in zip((start, end, states), session.run([*OUTPUTS, STATES], FEED), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-4)
    above = states_session(reader / GRAPH_FILE, BELOW + 1).run(None, FEED)[2]
    assert np.abs(above - states).max() > 0.1
    with pytest.raises(ValueError, match="not a reader of MPNet"):
        states_session(reader / GRAPH_FILE, 9)


def test_there_must_be_layers_above(reader: Path) -> None:
    with pytest.raises(ValueError, match="no layers above the lowest 2"):
        upper_layers(reader / GRAPH_FILE, 2)


def test_the_settings_get_the_new_checksum(reader: Path) -> None:
    settings = json.loads((reader / "reader.json").read_text(encoding="utf-8"))
    assert settings["sha256"][GRAPH_FILE] == SpanModel.load(reader).sha256


def test_upper_layers_are_taken_and_the_lower_ones_stay(reader: Path, tmp_path: Path) -> None:
    export_span_model(save_tiny_reader(tmp_path / "model", "mpnet", shift=2), tmp_path / "other")
    shutil.copytree(reader, tmp_path / "reader")
    replace_upper_layers(tmp_path / "reader", tmp_path / "other" / GRAPH_FILE, BELOW)
    before, after = SpanModel.load(reader), SpanModel.load(tmp_path / "reader")
    assert before.states("who built it", TEXT).tobytes() == after.states("who built it", TEXT).tobytes()
    for layer, changed in ((0, False), (1, True)):
        own, other, new = (
            ExportedGraph(folder / GRAPH_FILE).layer_weights(layer)
            for folder in (reader, tmp_path / "other", tmp_path / "reader")
        )
        for name, values in new.items():
            assert np.array_equal(values, (other if changed else own)[name]), name


def test_layers_that_were_taken_are_taken_again(reader: Path, tmp_path: Path) -> None:
    shutil.copytree(reader, tmp_path / "reader")
    graphs = []
    for shift in (2, 3, 3):
        model, exported = (tmp_path / f"{kind}-{len(graphs)}" for kind in ("model", "exported"))
        export_span_model(save_tiny_reader(model, "mpnet", shift=shift), exported)
        replace_upper_layers(tmp_path / "reader", exported / GRAPH_FILE, BELOW)
        graphs.append((tmp_path / "reader" / GRAPH_FILE).read_bytes())
        own, taken = (
            ExportedGraph(folder / GRAPH_FILE).layer_weights(1) for folder in (tmp_path / "reader", exported)
        )
        for name, values in own.items():
            assert np.array_equal(values, taken[name]), name
    assert graphs[1] == graphs[2]
    names = [
        tensor.name for tensor in ExportedGraph(tmp_path / "reader" / GRAPH_FILE).model.graph.initializer
    ]
    assert len(names) == len(set(names))


def test_layers_of_another_kind_are_not_taken(reader: Path, tmp_path: Path) -> None:
    export_span_model(save_tiny_reader(tmp_path / "model", "bert"), tmp_path / "other")
    shutil.copytree(reader, tmp_path / "reader")
    before = (tmp_path / "reader" / GRAPH_FILE).read_bytes()
    with pytest.raises(ValueError, match="another graph"):
        replace_upper_layers(tmp_path / "reader", tmp_path / "other" / GRAPH_FILE, BELOW)
    assert (tmp_path / "reader" / GRAPH_FILE).read_bytes() == before
